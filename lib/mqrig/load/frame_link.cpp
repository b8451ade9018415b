#include <poll.h>

#include <asio/io_context.hpp>
#include <mqrig/load/frame_link.hpp>
#include <mqrig/net/descriptor_stream.hpp>
#include <mqrig/session/state_codec.hpp>
#include <system_error>

namespace mqrig::load {
namespace {

// A sample with every histogram full takes 2.4 MB.
constexpr std::uint32_t most_bytes = 32 << 20;
constexpr std::size_t read_size = 64 * 1024;

std::unique_ptr<net::Stream> opened(std::unique_ptr<net::Stream> stream, std::error_code error) {
  if (!stream) throw std::system_error(error, "no connection between the processes");
  return stream;
}

}  // namespace

FrameLink::FrameLink(asio::io_context& context, int descriptor, Owner& owner)
    : owner_(owner), descriptor_(descriptor) {
  std::error_code error;
  auto input = net::open_input(context, descriptor, error);
  input_ = opened(std::move(input), error);
  auto output = net::open_output(context, descriptor, error);
  output_ = opened(std::move(output), error);
  input_->set_handler(this);
  output_->set_handler(this);
  input_->wait_readable();
}

void FrameLink::send(FrameKind kind, wire::ByteView content) {
  if (!open_) return;
  const bool waiting = !unsent_.empty();
  session::put_u8(unsent_, static_cast<std::uint8_t>(kind));
  session::put_bytes(unsent_, content);
  if (!waiting) write();
}

void FrameLink::flush(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + patience;
  pollfd polled{descriptor_, POLLOUT, 0};
  while (open_ && !unsent_.empty() && Clock::now() < end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (::poll(&polled, 1, static_cast<int>(left.count())) > 0) write();
  }
}

void FrameLink::close() {
  open_ = false;
  input_->close();
  output_->close();
  unsent_.release();
}

void FrameLink::on_readable() {
  const net::IoResult result = input_->read_some({received_.prepare(read_size), read_size});
  received_.commit(result.count);
  if (!take_frames()) return;
  if (result.error) return end({});
  input_->wait_readable();
}

bool FrameLink::take_frames() {
  while (open_) {
    wire::ByteView in = received_.view();
    std::uint8_t kind = 0;
    std::uint32_t size = 0;
    if (!session::get_u8(in, kind) || !session::get_u32(in, size)) return true;
    if (kind > static_cast<std::uint8_t>(FrameKind::failure) || size > most_bytes) {
      end("sent what is no message");
      return false;
    }
    if (in.size() < size) return true;
    owner_.on_frame(static_cast<FrameKind>(kind), in.first(size));
    received_.consume(received_.size() - in.size() + size);
  }
  return false;
}

void FrameLink::on_writable() {
  if (!unsent_.empty()) write();
}

// A peer that is gone is found when reading: what it sent before its end is still there.
void FrameLink::write() {
  while (!unsent_.empty()) {
    const net::IoResult result = output_->write_some(unsent_.view());
    unsent_.consume(result.count);
    if (result.error) return unsent_.release();
    if (result.count == 0) return output_->wait_writable();
  }
}

void FrameLink::end(const std::string& fault) {
  close();
  owner_.on_end(fault);
}

}  // namespace mqrig::load
