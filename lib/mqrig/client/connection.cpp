#include <mqrig/client/connection.hpp>

#include <algorithm>
#include <cstring>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <mqrig/net/error.hpp>
#include <mqrig/wire/frame.hpp>

namespace mqrig::client {

namespace {

constexpr std::size_t read_size = 64 * 1024;
// After so many full reads other work of the event loop gets its turn.
constexpr int reads_per_turn = 8;

// What all connections of the thread read into; its second half is for the part of a packet that
// the last read left.
struct ReadBuffer {
  std::unique_ptr<std::uint8_t[]> bytes{new std::uint8_t[2 * read_size]};
};

ReadBuffer& read_buffer() {
  static thread_local ReadBuffer buffer;
  return buffer;
}

// DISCONNECT is none: it has to be the last packet.
bool is_request(wire::PacketType type) {
  using wire::PacketType;
  return type == PacketType::connect || type == PacketType::subscribe ||
         type == PacketType::unsubscribe || type == PacketType::pingreq || type == PacketType::auth;
}

}  // namespace

Connection::Connection(asio::io_context& context, std::unique_ptr<net::Stream> stream,
                       session::ClientSession& session, Owner& owner, bool trace)
    : context_(context),
      stream_(std::move(stream)),
      session_(session),
      owner_(owner),
      trace_(trace) {}

Connection::~Connection() {
  close();
}

void Connection::start() {
  stream_->set_handler(this);
  stream_->wait_readable();
}

void Connection::close() noexcept {
  if (closed_) return;
  closed_ = true;
  stream_->set_handler(nullptr);
  stream_->close();
}

session::Time Connection::now() {
  if (!in_turn_ && !turn_posted_) now_ = std::chrono::steady_clock::now();
  return now_;
}

void Connection::touch() {
  if (closed_) return;
  const bool touched = !out_.empty() || broken_;
  if (out_.size() >= enough()) flush();
  // Also when all is written: the deadline of the session may have changed.
  if (touched && !in_turn_ && !turn_posted_) post_turn();
}

void Connection::post_turn() {
  turn_posted_ = true;
  asio::post(context_, [weak = weak_from_this()] {
    if (const auto self = weak.lock(); self && !self->closed_) {
      self->turn_posted_ = false;
      self->end_turn();
    }
  });
}

void Connection::on_readable() {
  const auto self = shared_from_this();
  if (finishing_) return discard();
  if (paused_) return;
  in_turn_ = true;
  now_ = std::chrono::steady_clock::now();
  int reads = 0;
  while (!closed_ && !paused_ && !finishing_ && read_once() && ++reads < reads_per_turn) {
  }
  if (closed_) return;
  if (out_.size() >= enough()) flush();  // so that nobody is told to wait for room that is there
  owner_.on_turn_end();
  in_turn_ = false;
  if (closed_) return;
  end_turn();
  if (!closed_ && !paused_) stream_->wait_readable();
}

// True when there may be more to read at once.
bool Connection::read_once() {
  wire::ByteView bytes;
  const net::IoResult result = fill(bytes);
  if (result.error) {
    end(result.error);
    return false;
  }
  if (result.count == 0) return false;
  remember_first(bytes);
  feed(bytes);
  return result.count >= read_size / 2;
}

// Reads behind the part of a packet that is at hand: into the thread's buffer or, for a packet that
// is larger than that, into our own, which grows as its bytes come and not as its header claims.
net::IoResult Connection::fill(wire::ByteView& bytes) {
  const std::size_t held = rest_.size();
  if (wanted_ <= read_size) {
    std::uint8_t* buffer = read_buffer().bytes.get();
    if (held != 0) std::memcpy(buffer, rest_.data(), held);
    const net::IoResult result = stream_->read_some({buffer + held, read_size});
    if (result.count != 0) rest_.release();
    bytes = {buffer, held + result.count};
    return result;
  }
  const std::size_t room = std::min(wanted_ - held, std::max(read_size, held));
  const net::IoResult result = stream_->read_some({rest_.prepare(room), room});
  rest_.commit(result.count);
  bytes = rest_.view();
  return result;
}

void Connection::feed(wire::ByteView bytes) {
  const bool own = bytes.data() == rest_.data();
  if (own && bytes.size() < wanted_) return;
  const std::size_t size = bytes.size();
  if (trace_) {
    feed_traced(bytes);
  } else {
    while (!closed_ && next_event(bytes)) {
    }
  }
  if (closed_ || finishing_) return;
  if (own) {
    rest_.consume(size - bytes.size());
    if (rest_.empty()) rest_.release();
  } else {
    rest_.append(bytes);
  }
  wire::Frame frame;
  wanted_ =
      bytes.empty() ? 0 : wire::split_frame(bytes, wire::max_remaining_length + 5, frame).wanted;
}

void Connection::feed_traced(wire::ByteView& bytes) {
  wire::Frame frame;
  while (
      !closed_ &&
      wire::split_frame(bytes, wire::max_remaining_length + 5, frame, session_.version()).status ==
          wire::FrameStatus::complete) {
    owner_.on_packet(Direction::received, bytes.first(frame.size));
    wire::ByteView packet = bytes.first(frame.size);
    bytes = bytes.subspan(frame.size);
    while (!closed_ && next_event(packet)) {
    }
  }
  while (!closed_ && next_event(bytes)) {
  }
}

bool Connection::next_event(wire::ByteView& bytes) {
  if (!session_.read(bytes, now_, event_, out_)) return false;
  owner_.on_event(event_);
  return !closed_;
}

void Connection::remember_first(wire::ByteView bytes) noexcept {
  if (first_size_ == first_.size()) return;
  const std::size_t count = std::min(bytes.size(), first_.size());
  std::memcpy(first_.data(), bytes.data(), count);
  first_size_ = static_cast<std::uint8_t>(count);
}

void Connection::end_turn() {
  if (session_.resending() && writable()) session_.resend(out_, enough());
  flush();
  if (broken_ && paused_) return end(broken_);
  if (finishing_) return;
  if (const session::Time deadline = session_.deadline(); deadline != deadline_) {
    deadline_ = deadline;
    owner_.on_deadline(deadline);
  }
}

void Connection::flush() {
  if (held_ && out_.size() > allowed_ && !output_told_ && !broken_) {
    output_told_ = true;
    owner_.on_output();
    if (closed_) return;
  }
  write();
}

void Connection::flush_all() {
  const auto self = shared_from_this();
  output_told_ = false;
  if (closed_) return;
  allowed_ = out_.size();
  write();
  tell_writable();
}

void Connection::flush_requests() {
  const auto self = shared_from_this();
  output_told_ = false;
  if (closed_) return;
  drop_excess();
  wire::Buffer requests;
  wire::Buffer others;
  wire::ByteView rest = out_.view().subspan(sendable().size());
  wire::Frame frame;
  while (wire::split_frame(rest, wire::max_remaining_length + 5, frame).status ==
         wire::FrameStatus::complete) {
    (is_request(frame.type()) ? requests : others).append(rest.first(frame.size));
    rest = rest.subspan(frame.size);
  }
  out_.truncate(sendable().size());
  out_.append(requests.view());
  allowed_ = out_.size();
  out_.append(others.view());
  write();
  tell_writable();
}

wire::ByteView Connection::sendable() const noexcept {
  return held_ ? out_.view().first(std::min(allowed_, out_.size())) : out_.view();
}

void Connection::continue_packet(wire::ByteView rest) {
  out_.append(rest);
  traced_ = allowed_ = rest.size();
}

void Connection::drop_excess() noexcept {
  if (last_ && out_.size() > *last_) out_.truncate(*last_);
}

void Connection::write() {
  drop_excess();
  if (trace_) trace_output();
  while (!waiting_to_write_ && !broken_) {
    const wire::ByteView bytes = sendable();
    if (bytes.empty()) break;
    const net::IoResult result = stream_->write_some(bytes);
    if (result.error) {
      // What the peer said before it went is read first; the end is noticed there.
      broken_ = result.error;
    } else if (result.count == 0) {
      waiting_to_write_ = true;
      stream_->wait_writable();
    }
    out_.consume(result.count);
    allowed_ -= std::min(allowed_, result.count);
    traced_ -= std::min(traced_, result.count);
    if (last_) *last_ -= result.count;
  }
  if (broken_) {
    out_.clear();
    if (last_) last_ = 0;
  }
  if (out_.empty()) {
    out_.release();
    traced_ = 0;
    if (finishing_ && !shut_down_) {
      shut_down_ = true;
      stream_->shutdown_send();
    }
  }
  if (!writable()) blocked_ = true;
}

void Connection::on_writable() {
  const auto self = shared_from_this();
  waiting_to_write_ = false;
  now_ = std::chrono::steady_clock::now();
  in_turn_ = true;
  flush();
  tell_writable();
  in_turn_ = false;
  if (!closed_) end_turn();
}

void Connection::tell_writable() {
  if (closed_ || !blocked_ || !writable()) return;
  blocked_ = false;
  owner_.on_writable();
}

void Connection::trace_output() {
  wire::ByteView bytes = sendable().subspan(traced_);
  wire::Frame frame;
  while (wire::split_frame(bytes, wire::max_remaining_length + 5, frame).status ==
         wire::FrameStatus::complete) {
    owner_.on_packet(Direction::sent, bytes.first(frame.size));
    bytes = bytes.subspan(frame.size);
    traced_ += frame.size;
  }
}

void Connection::pause_reading() {
  if (paused_) return;
  paused_ = true;
  session_.reading(false, now());
  if (!in_turn_ && !turn_posted_) post_turn();
}

void Connection::resume_reading() {
  if (!paused_) return;
  paused_ = false;
  session_.reading(true, now());
  if (!in_turn_ && !turn_posted_) post_turn();
  if (!closed_) stream_->wait_readable();
}

void Connection::timeout() {
  if (closed_) return;
  const auto self = shared_from_this();
  now_ = std::chrono::steady_clock::now();
  in_turn_ = true;
  deadline_ = {};
  while (!closed_ && session_.timeout(now_, event_, out_)) owner_.on_event(event_);
  if (!closed_) owner_.on_turn_end();
  in_turn_ = false;
  if (!closed_) end_turn();
}

void Connection::finish() {
  if (closed_ || finishing_) return;
  finishing_ = true;
  flush();
  if (!closed_) stream_->wait_readable();
}

// Reads and drops what comes after our DISCONNECT, until the peer's end.
void Connection::discard() {
  const net::IoResult result = stream_->read_some({read_buffer().bytes.get(), read_size});
  if (result.error) return end(result.error);
  stream_->wait_readable();
}

void Connection::end(std::error_code error) {
  if (closed_) return;
  close();
  owner_.on_stream_end(error);
}

}  // namespace mqrig::client
