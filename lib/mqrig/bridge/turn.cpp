#include <mqrig/bridge/turn.hpp>

#include <algorithm>

namespace mqrig::bridge {

namespace {

constexpr std::chrono::milliseconds lazy{50};  // removals, for which nobody waits
constexpr std::chrono::seconds retry{1};

}  // namespace

Turn::Turn(asio::io_context& context, store::Spool& spool, Owner& owner)
    : spool_(spool), owner_(owner), deferred_(context, [this] { end(); }), later_(context, [this] {
        all_due_ = true;
        later_set_ = false;
        deferred_.request();
      }) {}

void Turn::remove(Member& member) {
  std::erase(members_, &member);
}

void Turn::end() {
  // A commit takes long: what has come since the turn began goes with it.
  if (spool_.urgent()) deferred_.hand_out();
  if (!commit(std::exchange(all_due_, false))) return;
  const std::vector<Member*> members = members_;  // one may end by what it does
  for (Member* const member : members) {
    if (std::ranges::find(members_, member) != members_.end()) member->committed();
  }
  spool_.maintain();
  if (spool_.dirty()) wake_in(lazy);
}

// States and messages change together: what is saved of one is saved of all.
bool Turn::commit(bool all) {
  const bool needed =
      all || stalled_ || spool_.urgent() ||
      std::ranges::any_of(members_, [](const Member* member) { return member->waiting(); });
  if (!needed) return true;
  for (Member* const member : members_) member->save();
  if (spool_.dirty()) {
    if (const std::error_code error = spool_.commit()) {
      failed(error);
      return false;
    }
  }
  for (Member* const member : members_) member->saved();
  if (std::exchange(stalled_, false)) {
    owner_.on_recovered();
    for (Member* const member : members_) member->stalled(false);
  }
  return true;
}

void Turn::wake_in(std::chrono::milliseconds delay) {
  if (std::exchange(later_set_, true)) return;
  later_.expires_at(std::chrono::steady_clock::now() + delay);
}

void Turn::failed(std::error_code error) {
  wake_in(retry);
  if (std::exchange(stalled_, true)) return;
  owner_.on_stalled(error);
  for (Member* const member : members_) member->stalled(true);
}

}  // namespace mqrig::bridge
