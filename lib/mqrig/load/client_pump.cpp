// Between the stream and the session: what is there is read, what has gathered is written.
#include <algorithm>
#include <cstring>

#include <mqrig/load/client.hpp>
#include <mqrig/load/shard.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/wire/frame.hpp>

namespace mqrig::load {
namespace {

constexpr std::size_t read_size = 64 * 1024;
// After so many full reads others get their turn.
constexpr int reads_per_turn = 4;

// What all clients of the thread read into; its second half is for the part of a packet that the
// last read left.
std::uint8_t* read_buffer() {
  static thread_local const std::unique_ptr<std::uint8_t[]> buffer(new std::uint8_t[2 * read_size]);
  return buffer.get();
}

}  // namespace

void Client::on_readable() {
  if (state_ == State::leaving) return discard();
  const bool pinged = session_.awaits_pingresp();
  for (int reads = 0; stream_ && state_ != State::leaving && reads < reads_per_turn; ++reads) {
    if (!read_once()) break;
  }
  if (!stream_) return;
  if (pinged && !session_.awaits_pingresp()) ++shard_.counters().pings;
  if (publisher_ && ready() && (may_publish() || session_.resending()) && pump()) {
    shard_.want_pump(*this);
  }
  flush();
  if (!stream_) return;
  schedule_look();
  stream_->wait_readable();
}

// True when there may be more to read at once.
bool Client::read_once() {
  const std::size_t held = rest_.size();
  net::IoResult result;
  wire::ByteView bytes;
  if (wanted_ <= read_size) {
    std::uint8_t* const buffer = read_buffer();
    if (held != 0) std::memcpy(buffer, rest_.data(), held);
    result = stream_->read_some({buffer + held, read_size});
    if (result.count != 0) rest_.release();
    bytes = {buffer, held + result.count};
  } else {
    // A packet larger than the thread's buffer: ours grows as its bytes come, not as it claims.
    const std::size_t room = std::min<std::size_t>(wanted_ - held, std::max(read_size, held));
    result = stream_->read_some({rest_.prepare(room), room});
    rest_.commit(result.count);
    bytes = rest_.view();
  }
  if (result.error) {
    shard_.read_clock();
    stream_ended(result.error);
    return false;
  }
  if (result.count == 0) return false;
  // Not before the read: what was sent in between would have come before it was sent.
  shard_.read_clock();
  shard_.counters().bytes_received += result.count;
  feed(bytes);
  return stream_ && result.count >= read_size / 2;
}

// From one client's own packets to the next, in the order in which they came.
void Client::handle_traced(wire::ByteView& bytes) {
  wire::Frame frame;
  session::Event event;
  while (
      stream_ &&
      wire::split_frame(bytes, wire::max_remaining_length + 5, frame, session_.version()).status ==
          wire::FrameStatus::complete) {
    wire::ByteView packet = bytes.first(frame.size);
    trace(client::Direction::received, packet);
    bytes = bytes.subspan(frame.size);
    while (stream_ && session_.read(packet, shard_.now(), event, out_)) handle(event);
  }
  while (stream_ && session_.read(bytes, shard_.now(), event, out_)) handle(event);
}

// What the stream has taken, of what is in out_.
void Client::trace_sent() {
  wire::ByteView bytes = out_.view().first(written_);
  wire::Frame frame;
  while (wire::split_frame(bytes, wire::max_remaining_length + 5, frame).status ==
         wire::FrameStatus::complete) {
    trace(client::Direction::sent, bytes.first(frame.size));
    bytes = bytes.subspan(frame.size);
  }
}

void Client::trace(client::Direction direction, wire::ByteView packet) {
  shard_.plan().settings.trace(shard_.values(*group_, number_).id, direction, session_.version(),
                               packet);
}

void Client::feed(wire::ByteView bytes) {
  const bool own = bytes.data() == rest_.data();
  if (own && bytes.size() < wanted_) return;
  const std::size_t size = bytes.size();
  session::Event event;
  if (shard_.plan().settings.trace) {
    handle_traced(bytes);
  } else {
    while (stream_ && session_.read(bytes, shard_.now(), event, out_)) handle(event);
  }
  if (!stream_) return;
  if (own) {
    rest_.consume(size - bytes.size());
    if (rest_.empty()) rest_.release();
  } else {
    rest_.append(bytes);
  }
  wire::Frame frame;
  wanted_ = bytes.empty()
                ? 0
                : static_cast<std::uint32_t>(
                      wire::split_frame(bytes, wire::max_remaining_length + 5, frame).wanted);
}

// What was written stays in out_ until all of it is, so that its packets can be told apart when the
// connection breaks.
void Client::flush() {
  while (stream_ && !waiting_to_write_ && written_ < out_.size()) {
    const net::IoResult result = stream_->write_some(out_.view().subspan(written_));
    if (result.error) return stream_ended(result.error);
    if (result.count == 0) {
      waiting_to_write_ = true;
      shard_.unwritten(true);
      stream_->wait_writable();
      return;
    }
    written_ += static_cast<std::uint32_t>(result.count);
    shard_.counters().bytes_sent += result.count;
  }
  if (written_ < out_.size()) return;
  if (shard_.plan().settings.trace) trace_sent();
  written_ = 0;
  // A busy publisher fills it again at once.
  if (publisher_ && publisher_->wants_to_publish() && ready()) {
    out_.clear();
  } else {
    out_.release();
  }
  if (state_ == State::leaving && stream_ && !shut_down_) {
    shut_down_ = true;
    stream_->shutdown_send();
  }
}

void Client::on_writable() {
  waiting_to_write_ = false;
  shard_.unwritten(false);
  shard_.client_changed();
  shard_.read_clock();
  flush();
  if (stream_ && publisher_ && ready() && pump()) shard_.want_pump(*this);
  if (stream_) schedule_look();
}

// Reads and drops what comes after our DISCONNECT, until the peer's end.
void Client::discard() {
  const net::IoResult result = stream_->read_some({read_buffer(), read_size});
  if (result.error) return ended();
  stream_->wait_readable();
}

void Client::stream_ended(std::error_code error) {
  if (state_ == State::leaving) return ended();
  if (state_ == State::handshaking && fall_back()) return;
  if (error == net::Error::end_of_stream && state_ == State::handshaking) {
    error = std::make_error_code(std::errc::connection_reset);
  }
  lost(ErrorKind::lost, error);
}

// Messages of QoS 0 that the stream has not taken as a whole were not sent.
void Client::count_unsent() {
  if (out_.empty() || !group_->publish) return;
  const FanOut& fan_out = group_->publish->fan_out_of(number_);
  Counters& counters = shard_.counters();
  wire::ByteView bytes = out_.view();
  std::size_t end = 0;
  wire::Frame frame;
  while (wire::split_frame(bytes, wire::max_remaining_length + 5, frame).status ==
         wire::FrameStatus::complete) {
    end += frame.size;
    bytes = bytes.subspan(frame.size);
    const bool qos_0 = frame.type() == wire::PacketType::publish && (frame.flags() & 6U) == 0;
    if (end <= written_ || !qos_0) continue;
    --counters.sent[0];
    ++counters.unsent;
    if (group_->publish->response_topic) {
      --counters.requests;
      if (publisher_->outstanding > 0) --publisher_->outstanding;
    }
    for (const std::uint32_t deliveries : fan_out) counters.expected[0] -= deliveries;
  }
}

}  // namespace mqrig::load
