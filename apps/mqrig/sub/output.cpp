#include "output.hpp"

#include <unistd.h>

#include <mqrig/net/descriptor_stream.hpp>

namespace mqrig::sub {

namespace {

// A buffer that grew beyond this, for a large message, is given back once it is written.
constexpr std::size_t kept_capacity = 1024 * 1024;

}  // namespace

Output::Output(asio::io_context& context, Owner& owner) : owner_(owner) {
  stream_ = net::open_output(context, STDOUT_FILENO, error_);
  if (stream_) {
    stream_->set_handler(this);
  } else {
    state_ = State::failed;
  }
}

Output::State Output::write() {
  while (state_ == State::written && !buffer_.empty()) {
    const net::IoResult result = stream_->write_some(buffer_.view());
    if (result.error) {
      error_ = result.error;
      state_ = State::failed;
    } else if (result.count == 0) {
      state_ = State::waiting;
      stream_->wait_writable();
    }
    buffer_.consume(result.count);
  }
  if (state_ == State::failed || (buffer_.empty() && buffer_.capacity() > kept_capacity)) {
    buffer_.release();
  }
  return state_;
}

void Output::on_writable() {
  state_ = State::written;
  owner_.on_output_ready();
}

}  // namespace mqrig::sub
