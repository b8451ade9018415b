#include <mqrig/broker/connection.hpp>

#include <algorithm>
#include <cstring>

#include <mqrig/broker/connect_request.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/wire/frame.hpp>

namespace mqrig::broker {

namespace {

constexpr std::size_t read_size = 64 * 1024;
// After so many full reads other connections get their turn.
constexpr int reads_per_turn = 4;
// What is written before the end of the turn, so that it is still in the processor's cache. With
// the message that reaches it, it fits in 64 KiB as a rule.
constexpr std::size_t write_size = 60 * 1024;
// Acknowledgements and answers of a client that is not slow fit in here.
constexpr std::size_t answers_size = 64 * 1024;
constexpr session::Duration linger = std::chrono::seconds(2);
constexpr session::Duration patience = std::chrono::seconds(60);

// What all connections of the thread read into and make events in; the second half of the bytes is
// for the part of a packet that the last read left.
struct Scratch {
  std::unique_ptr<std::uint8_t[]> bytes{new std::uint8_t[2 * read_size]};
  session::ServerEvent event;
};

Scratch& scratch() {
  static thread_local Scratch scratch;
  return scratch;
}

}  // namespace

Connection::Connection(Owner& owner, std::unique_ptr<net::Stream> stream,
                       const session::ServerSettings& settings, std::size_t output_limit,
                       bool trace)
    : owner_(owner),
      stream_(std::move(stream)),
      protocol_(settings),
      output_limit_(static_cast<std::uint32_t>(std::min<std::size_t>(output_limit, 1U << 31))),
      trace_(trace) {}

Connection::~Connection() = default;

void Connection::start() {
  protocol_.open(owner_.begin_turn());
  stream_->set_handler(this);
  stream_->wait_readable();
}

void Connection::on_readable() {
  const session::Time now = owner_.begin_turn();
  if (paused_ || state_ == State::closed) return;
  if (!owner_.may_read()) return pause(now);
  int reads = 0;
  while (state_ != State::closed && !paused_ && read_once(now) && ++reads < reads_per_turn) {
  }
  read_on();
}

// Waits for more to read, if more may be read.
void Connection::read_on() {
  if (state_ == State::closed || paused_) return;
  if (protocol_.state() == session::ServerSession::State::deciding || overfull()) {
    return pause(owner_.begin_turn());
  }
  stream_->wait_readable();
}

bool Connection::overfull() const noexcept {
  return state_ == State::open && unsent() > output_limit_ + answers_size;
}

void Connection::pause(session::Time now) {
  paused_ = true;
  protocol_.reading(false, now);
  if (!overfull()) return;
  give_up_at_ = now + patience;
  owner_.on_deadline(*this);
}

void Connection::resume_reading() {
  if (!paused_ || state_ == State::closed || overfull() || !owner_.may_read()) return;
  if (protocol_.state() == session::ServerSession::State::deciding) return;
  const session::Time now = owner_.begin_turn();
  paused_ = false;
  give_up_at_ = state_ == State::open ? session::never : give_up_at_;
  protocol_.reading(true, now);
  owner_.on_deadline(*this);
  if (!rest_.empty()) {
    wire::Buffer rest = std::move(rest_);
    feed(rest.view(), now);
  }
  read_on();
}

// True when there may be more to read at once.
bool Connection::read_once(session::Time now) {
  wire::ByteView bytes;
  const net::IoResult result = fill(bytes);
  if (result.error) {
    tell_failure();
    close();
    return false;
  }
  if (result.count == 0) return false;
  owner_.count_bytes(result.count, 0);
  if (state_ == State::open) feed(bytes, now);
  return result.count >= read_size / 2;
}

// Reads behind the part of a packet that is at hand: into the thread's buffer or, for a packet that
// is larger than that, into our own, which grows as its bytes come and not as its header claims.
net::IoResult Connection::fill(wire::ByteView& bytes) {
  const std::size_t held = rest_.size();
  if (wanted_ <= read_size && held <= read_size) {
    std::uint8_t* buffer = scratch().bytes.get();
    if (held != 0) std::memcpy(buffer, rest_.data(), held);
    const net::IoResult result = stream_->read_some({buffer + held, read_size});
    if (result.count != 0) rest_.release();
    bytes = {buffer, held + result.count};
    return result;
  }
  const std::size_t missing = wanted_ > held ? wanted_ - held : read_size;
  const std::size_t room = std::min(missing, std::max(read_size, held));
  const net::IoResult result = stream_->read_some({rest_.prepare(room), room});
  rest_.commit(result.count);
  bytes = rest_.view();
  return result;
}

void Connection::feed(wire::ByteView bytes, session::Time now) {
  const bool own = bytes.data() == rest_.data();
  if (own && bytes.size() < wanted_) return;
  const std::size_t size = bytes.size();
  while (state_ == State::open && feed_packet(bytes, now)) {
  }
  if (state_ != State::open) return rest_.release();
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

// Takes one event out of the bytes.
bool Connection::feed_packet(wire::ByteView& bytes, session::Time now) {
  session::ServerEvent& event = scratch().event;
  const std::size_t before = out_.size();
  const wire::ByteView packet = bytes;
  const bool made = protocol_.read(bytes, now, event, out_);
  if (trace_ && packet.size() != bytes.size()) {
    owner_.on_packet(*this, Direction::received, packet.first(packet.size() - bytes.size()));
  }
  if (out_.size() != before) {
    if (link_) link_->answered(out_, before);
    touch();
  }
  if (made) owner_.on_event(*this, event);
  return made;
}

bool Connection::has_room() noexcept {
  if (unsent() < output_limit_) return true;
  blocked_ = true;
  return false;
}

void Connection::touch() {
  if (state_ == State::closed) return;
  if (!touched_) {
    touched_ = true;
    // As much as last time is likely: then the buffer need not grow step by step.
    if (out_.size() < expected_) out_.prepare(expected_ - out_.size());
    owner_.on_touched(*this);
  }
}

void Connection::published(std::size_t start) {
  if (link_) link_->published(out_, start, protocol_.version());
  touch();
  if (out_.size() < write_size || waiting_to_write_ || broken_) return;
  if (owner_.may_write_early()) flush();
}

void Connection::flush() {
  touched_ = false;
  if (state_ == State::closed) return;
  if (broken_) return out_.release();
  if (trace_) trace_output();
  expected_ = static_cast<std::uint32_t>(std::min(out_.size(), write_size));
  if (link_) {
    link_->gather(out_, owner_.begin_turn());
    traced_ = 0;
    write(link_->ready());
  } else {
    write(out_);
  }
  if (!broken_) written();
}

void Connection::write(wire::Buffer& from) {
  while (!from.empty() && !waiting_to_write_) {
    const net::IoResult result = stream_->write_some(from.view());
    if (result.error) return fail();
    if (result.count == 0) {
      waiting_to_write_ = true;
      stream_->wait_writable();
    }
    owner_.count_bytes(0, result.count);
    from.consume(result.count);
    traced_ -= std::min(traced_, static_cast<std::uint32_t>(result.count));
  }
  if (from.empty()) from.release();
}

// Not closed here: that ends sessions and publishes wills, amid a message on its way to others.
void Connection::fail() {
  broken_ = true;
  out_.release();
  tell_failure();
  owner_.on_broken(*this);
}

// After leave was taken, how the peer closes is of no account.
void Connection::tell_failure() {
  if (state_ != State::open) return;
  const std::string failure = stream_->failure();
  if (!failure.empty()) owner_.on_failure(*this, failure);
}

void Connection::written() {
  if (state_ == State::finishing && unsent() == 0 && !shut_down_) {
    shut_down_ = true;
    stream_->shutdown_send();
  }
  if (state_ != State::open) return;
  if (unsent() != 0) blocked_ = true;
  if (!blocked_ || !drained()) return;
  blocked_ = unsent() != 0;
  owner_.on_drained(*this);
}

// What this turn has appended already must not leave before its end.
void Connection::on_writable() {
  waiting_to_write_ = false;
  touch();
}

void Connection::disconnect(wire::ReasonCode reason, wire::Properties properties) {
  if (state_ != State::open) return;
  if (link_) link_->release(out_);  // nothing follows DISCONNECT
  protocol_.disconnect(reason, properties, out_);
  finish();
}

void Connection::finish() {
  if (state_ != State::open) return;
  if (trace_) trace_output();  // while it is known whose connection it is
  state_ = State::finishing;
  rest_.release();
  wanted_ = 0;
  give_up_at_ = owner_.begin_turn() + linger + (link_ ? link_->patience() : session::Duration());
  owner_.on_deadline(*this);
  touch();
  if (paused_) {
    paused_ = false;
    stream_->wait_readable();
  }
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  protocol_.close();
  stream_->set_handler(nullptr);
  stream_->close();
  out_.release();
  rest_.release();
  owner_.on_closed(*this);
}

session::Time Connection::deadline() const noexcept {
  return std::min(give_up_at_, protocol_.deadline());
}

void Connection::look(session::Time now) {
  if (give_up_at_ <= now) return close();
  session::ServerEvent& event = scratch().event;
  while (state_ == State::open && protocol_.deadline() <= now) {
    const std::size_t before = out_.size();
    if (!protocol_.timeout(now, event, out_)) break;
    if (link_) link_->answered(out_, before);
    touch();
    owner_.on_event(*this, event);
  }
}

std::string Connection::peer() const {
  std::string text = stream_->description();
  constexpr std::string_view tcp = "tcp ";
  if (text.starts_with(tcp)) text.erase(0, tcp.size());
  return text;
}

void Connection::make_faults(Faults& faults, MadeFaults& made, asio::io_context& context) {
  link_ = std::make_unique<FaultLink>(faults, made, context, [this] {
    owner_.begin_turn();
    touch();
  });
}

void Connection::trace_output() {
  wire::ByteView bytes = out_.view().subspan(std::min<std::size_t>(traced_, out_.size()));
  wire::Frame frame;
  while (wire::split_frame(bytes, wire::max_remaining_length + 5, frame).status ==
         wire::FrameStatus::complete) {
    owner_.on_packet(*this, Direction::sent, bytes.first(frame.size));
    bytes = bytes.subspan(frame.size);
  }
  traced_ = static_cast<std::uint32_t>(out_.size());
}

}  // namespace mqrig::broker
