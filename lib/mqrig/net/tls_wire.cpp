#include <algorithm>
#include <cstring>
#include <mqrig/net/tls_wire.hpp>

namespace mqrig::net {

// What OpenSSL calls. Writing always succeeds: what the stream below does not take is kept.
struct TlsBioMethod {
  static TlsWire& wire_of(BIO* bio) { return *static_cast<TlsWire*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const int count = wire_of(bio).read(reinterpret_cast<std::uint8_t*>(into), size);
    if (count < 0) BIO_set_retry_read(bio);
    return count;
  }

  static int write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    wire_of(bio).write(
        {reinterpret_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size)});
    return size;
  }

  // The end of the stream is no end to OpenSSL, but an error: it would make the session of an end
  // without close_notify useless, and many brokers end so.
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* make() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "mqrig stream");
    BIO_meth_set_read(method, read);
    BIO_meth_set_write(method, write);
    BIO_meth_set_ctrl(method, control);
    return method;
  }
};

BIO* TlsWire::make_bio() {
  static BIO_METHOD* const method = TlsBioMethod::make();
  BIO* bio = BIO_new(method);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

// Negative: nothing now. Zero: the end, or an error, of the stream below.
int TlsWire::read(std::uint8_t* into, int size) {
  if (input_.empty() && !read_error_) fetch();
  if (input_.empty()) return read_error_ ? 0 : -1;
  const std::size_t count = std::min(input_.size(), static_cast<std::size_t>(size));
  std::memcpy(into, input_.data(), count);
  input_ = input_.subspan(count);
  return static_cast<int>(count);
}

void TlsWire::fetch() {
  kept_input_ = {};
  if (turn_ == nullptr || turn_->input_) return;
  const std::span<std::uint8_t> buffer = turn_->input_.emplace().all();
  const IoResult result = below_->read_some(buffer);
  read_error_ = result.error;
  input_ = buffer.first(result.count);
  const std::size_t begun = std::min(beginning_.size() - beginning_size_, result.count);
  std::copy_n(buffer.begin(), begun, beginning_.begin() + beginning_size_);
  beginning_size_ = static_cast<std::uint8_t>(beginning_size_ + begun);
}

void TlsWire::write(std::span<const std::uint8_t> bytes) {
  if (turn_ == nullptr || has_output()) return keep_output(bytes);
  if (!turn_->output_) turn_->output_.emplace();
  const std::span<std::uint8_t> room = turn_->output_->all().subspan(turn_->output_size_);
  if (bytes.size() <= room.size()) {
    std::copy(bytes.begin(), bytes.end(), room.begin());
    turn_->output_size_ += bytes.size();
    return;
  }
  keep_output(turn_->output_->all().first(turn_->output_size_));
  keep_output(bytes);
  turn_->output_size_ = 0;
}

void TlsWire::keep_output(std::span<const std::uint8_t> bytes) {
  kept_output_.insert(kept_output_.end(), bytes.begin(), bytes.end());
}

void TlsWire::end_turn(Turn& turn) {
  turn_ = nullptr;
  if (input_.empty()) {
    kept_input_ = {};
  } else if (turn.input_) {
    kept_input_.assign(input_.begin(), input_.end());
    input_ = kept_input_;
  }
  if (turn.output_size_ != 0 && !write_error_) {
    const auto bytes = turn.output_->all().first(turn.output_size_);
    const IoResult result = below_->write_some(bytes);
    write_error_ = result.error;
    if (!result.error) keep_output(bytes.subspan(result.count));
    if (has_output()) below_->wait_writable();
  } else if (has_output() && sent_ == 0) {
    flush();
  }
}

void TlsWire::flush() {
  if (!has_output() || write_error_) return;
  const IoResult result = below_->write_some(std::span(kept_output_).subspan(sent_));
  write_error_ = result.error;
  sent_ += result.count;
  if (write_error_ || sent_ == kept_output_.size()) {
    kept_output_ = {};
    sent_ = 0;
  } else {
    below_->wait_writable();
  }
}

}  // namespace mqrig::net
