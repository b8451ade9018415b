#include <mqrig/client/session_state.hpp>

#include <mqrig/session/state_codec.hpp>

namespace mqrig::client {

namespace {

// To be counted up when the layout changes.
constexpr std::uint8_t format = 1;

bool restore_sent(wire::ByteView& state, session::ClientSession& session,
                  const Client::FindMessage& find) {
  wire::PacketId id = 0;
  std::uint64_t token = 0;
  std::uint8_t released = 0;
  if (!session::get_integer(state, id) || !session::get_u64(state, token) ||
      !session::get_u8(state, released)) {
    return false;
  }
  bool restored = false;
  const auto use = [&](const wire::Publish& publish) {
    restored = session.restore_sent(id, token, publish, released != 0);
  };
  return find(token, use) && restored;
}

bool restore_taken_over(wire::ByteView& state, session::ClientSession& session) {
  wire::PacketId id = 0;
  return session::get_integer(state, id) && session.restore_taken_over(id);
}

}  // namespace

void save_session(const session::ClientSession& session, wire::Buffer& out) {
  session::put_u8(out, format);
  session::put_u32(out, static_cast<std::uint32_t>(session.pending()));
  session.sender().for_each_identifier([&](wire::PacketId id, std::uint64_t token, bool released) {
    session::put_integer(out, id);
    session::put_u64(out, token);
    session::put_u8(out, released ? 1 : 0);
  });
  const session::PacketIdSet received = session.receiver().taken_over();
  session::put_u32(out, static_cast<std::uint32_t>(received.size()));
  received.for_each([&](wire::PacketId id) { session::put_integer(out, id); });
}

bool restore_session(wire::ByteView state, session::ClientSession& session,
                     const Client::FindMessage& find) {
  std::uint8_t found = 0;
  std::uint32_t count = 0;
  if (!session::get_u8(state, found) || found != format || !session::get_u32(state, count)) {
    return false;
  }
  for (; count > 0; --count) {
    if (!restore_sent(state, session, find)) return false;
  }
  if (!session::get_u32(state, count)) return false;
  for (; count > 0; --count) {
    if (!restore_taken_over(state, session)) return false;
  }
  return state.empty();
}

}  // namespace mqrig::client
