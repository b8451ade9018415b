#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace mqrig::net {

// A buffer of this thread, for the length of one call on a TLS stream: none is kept per connection.
// A call inside the call, of TLS in TLS, gets the next one. Private to this room.
class TlsBuffer {
 public:
  static constexpr std::size_t plaintext = std::size_t{64} * 1024;
  // And what the records add, of which a handshake's flight has more.
  static constexpr std::size_t capacity = plaintext + 4096;

  TlsBuffer();
  TlsBuffer(const TlsBuffer&) = delete;
  TlsBuffer& operator=(const TlsBuffer&) = delete;
  ~TlsBuffer();

  std::span<std::uint8_t> all() const { return {bytes_.get(), capacity}; }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
};

}  // namespace mqrig::net
