#include <string.h>

#include <algorithm>
#include <array>
#include <mqrig/net/error.hpp>
#include <mqrig/net/preamble_layer.hpp>

namespace mqrig::net {
namespace {

void wipe(std::string& text) {
  ::explicit_bzero(text.data(), text.size());
  text.clear();
}

}  // namespace

PreambleLayer::PreambleLayer(std::unique_ptr<Stream> below, std::unique_ptr<Preamble> preamble)
    : below_(std::move(below)), preamble_(std::move(preamble)) {}

PreambleLayer::~PreambleLayer() {
  if (preamble_) wipe(preamble_->output());
}

Layer::Progress PreambleLayer::handshake(std::error_code& error) {
  error = error_;
  if (error) return Progress::failed;
  while (preamble_) {
    if (preamble_->failed()) return fail(preamble_->error(), preamble_->failure(), error);
    std::error_code io;
    if (!preamble_->output().empty()) {
      if (!send_output(io)) return io ? fail(io, below_->failure(), error) : Progress::wants_write;
    } else if (preamble_->done()) {
      on_done(*preamble_);
      preamble_.reset();
    } else if (!receive(io)) {
      if (!io) return Progress::wants_read;
      return fail(io, io == Error::end_of_stream ? early_end() : below_->failure(), error);
    }
  }
  return Progress::done;
}

// True when something was moved; else an error, or it would block.
bool PreambleLayer::send_output(std::error_code& error) {
  std::string& output = preamble_->output();
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(output.data());
  const IoResult result = below_->write_some({bytes, output.size()});
  error = result.error;
  if (result.count == output.size()) {
    wipe(output);
  } else {
    output.erase(0, result.count);
  }
  return result.count > 0;
}

bool PreambleLayer::receive(std::error_code& error) {
  std::array<std::uint8_t, 512> buffer;
  const std::size_t size = std::min(preamble_->wanted(), buffer.size());
  const IoResult result = below_->read_some({buffer.data(), size});
  error = result.error;
  if (result.count == 0) return false;
  preamble_->feed({reinterpret_cast<const char*>(buffer.data()), result.count});
  return true;
}

Layer::Progress PreambleLayer::fail(std::error_code with, std::string failure,
                                    std::error_code& error) {
  error = error_ = with;
  failure_ = std::move(failure);
  return Progress::failed;
}

IoResult PreambleLayer::read_some(std::span<std::uint8_t> into) {
  std::error_code error;
  if (preamble_ && handshake(error) != Progress::done) return {0, error};
  return below_->read_some(into);
}

IoResult PreambleLayer::write_some(std::span<const std::uint8_t> from) {
  std::error_code error;
  if (preamble_ && handshake(error) != Progress::done) return {0, error};
  return below_->write_some(from);
}

std::string PreambleLayer::failure() const {
  return error_ ? failure_ : below_->failure();
}

}  // namespace mqrig::net
