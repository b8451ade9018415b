#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <mqrig/auth/login_throttle.hpp>

namespace mqrig::auth {
namespace {

using namespace std::chrono_literals;

constexpr unsigned first_slowed = 3;  // the failure from which on the next login waits
constexpr std::chrono::seconds shortest = 1s;
constexpr std::chrono::seconds longest = 30s;
constexpr std::chrono::minutes memory = 10min;
constexpr std::size_t max_addresses = 10'000;
// Several checks of a password: one of those under way is decided by then, as a rule.
constexpr std::chrono::milliseconds turn = 500ms;

}  // namespace

LoginThrottle::Clock::duration LoginThrottle::start(std::string_view address,
                                                    Clock::time_point now) {
  forget_old(now);
  const std::optional<Key> key = key_of(address);
  const auto found = key ? by_key_.find(*key) : by_key_.end();
  Record* const record = found == by_key_.end() ? nullptr : &*found->second;
  if (record != nullptr && record->next_login > now) return record->next_login - now;
  Logins& logins = logins_[turns_of(address)];
  if (logins.undecided == max_undecided) return turn;
  ++logins.undecided;
  if (record != nullptr) record->next_login = now + step(record->failures);
  return {};
}

void LoginThrottle::failed(std::string_view address, Clock::time_point now) {
  decrease(&Logins::undecided, address);
  forget_old(now);
  const std::optional<Key> key = key_of(address);
  if (!key) return;
  const auto found = by_key_.find(*key);
  if (found != by_key_.end()) {
    records_.splice(records_.end(), records_, found->second);
  } else {
    if (records_.size() == max_addresses) forget(records_.begin());
    by_key_.emplace(*key, records_.insert(records_.end(), {*key, 0, {}, {}}));
  }
  Record& record = records_.back();
  ++record.failures;
  record.last_failure = now;
  record.next_login = std::max(record.next_login, now + step(record.failures));
}

void LoginThrottle::succeeded(std::string_view address) {
  decrease(&Logins::undecided, address);
  const std::optional<Key> key = key_of(address);
  const auto found = key ? by_key_.find(*key) : by_key_.end();
  if (found != by_key_.end()) forget(found->second);
}

void LoginThrottle::not_checked(std::string_view address) {
  decrease(&Logins::undecided, address);
}

bool LoginThrottle::begin_wait(std::string_view address) {
  Logins& logins = logins_[turns_of(address)];
  if (logins.waiting == max_waiting) return false;
  ++logins.waiting;
  return true;
}

void LoginThrottle::end_wait(std::string_view address) {
  decrease(&Logins::waiting, address);
}

std::size_t LoginThrottle::Hash::operator()(const Key& key) const noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, key.data(), sizeof value);
  return std::hash<std::uint64_t>{}(value);
}

std::optional<LoginThrottle::Key> LoginThrottle::key_of(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  Key key{};
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
    std::memcpy(key.data() + 4, &four, sizeof four);
    return key;
  }
  in6_addr six{};
  if (::inet_pton(AF_INET6, text.c_str(), &six) != 1) return std::nullopt;
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    std::memcpy(key.data() + 4, six.s6_addr + 12, sizeof four);
  } else {
    std::memcpy(key.data(), six.s6_addr, key.size());
  }
  return key;
}

// What is no address takes the turns of one that no host can have: of multicast.
LoginThrottle::Key LoginThrottle::turns_of(std::string_view address) {
  constexpr Key none{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  return key_of(address).value_or(none);
}

LoginThrottle::Clock::duration LoginThrottle::step(unsigned failures) {
  if (failures < first_slowed) return {};
  const unsigned doublings = std::min(failures - first_slowed, 5U);
  return std::min<Clock::duration>(shortest * (1U << doublings), longest);
}

void LoginThrottle::decrease(unsigned Logins::*count, std::string_view address) {
  const auto found = logins_.find(turns_of(address));
  if (found == logins_.end()) return;
  Logins& logins = found->second;
  if (logins.*count != 0) --(logins.*count);
  if (logins.undecided == 0 && logins.waiting == 0) logins_.erase(found);
}

void LoginThrottle::forget_old(Clock::time_point now) {
  while (!records_.empty() && now - records_.front().last_failure >= memory) {
    forget(records_.begin());
  }
}

void LoginThrottle::forget(Records::iterator record) {
  by_key_.erase(record->key);
  records_.erase(record);
}

}  // namespace mqrig::auth
