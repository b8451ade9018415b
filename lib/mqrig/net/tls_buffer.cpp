#include <mqrig/net/tls_buffer.hpp>
#include <utility>
#include <vector>

namespace mqrig::net {
namespace {

using Bytes = std::unique_ptr<std::uint8_t[]>;

std::vector<Bytes>& unused() {
  static thread_local std::vector<Bytes> buffers;
  return buffers;
}

}  // namespace

TlsBuffer::TlsBuffer() {
  std::vector<Bytes>& buffers = unused();
  if (buffers.empty()) {
    bytes_.reset(new std::uint8_t[capacity]);
  } else {
    bytes_ = std::move(buffers.back());
    buffers.pop_back();
  }
}

TlsBuffer::~TlsBuffer() {
  unused().push_back(std::move(bytes_));
}

}  // namespace mqrig::net
