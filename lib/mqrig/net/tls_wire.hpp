#pragma once

#include <openssl/bio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mqrig/net/stream.hpp>
#include <mqrig/net/tls_buffer.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mqrig::net {

// The records between OpenSSL and the stream below. OpenSSL asks for a header of five bytes, then
// for a record; the stream below is asked once per call for all that there is, and gets all records
// of a call at once. Private to this room.
class TlsWire {
 public:
  explicit TlsWire(std::unique_ptr<Stream> below) : below_(std::move(below)) {}
  TlsWire(const TlsWire&) = delete;  // the BIO knows its address
  TlsWire& operator=(const TlsWire&) = delete;

  // For an SSL, which owns it; this must outlive it.
  BIO* make_bio();

  // One call on the TLS stream: as long as it lives, OpenSSL may read and write, with the buffers
  // of the thread. At its end what was not consumed is kept, and what was
  // written goes out.
  class Turn {
   public:
    explicit Turn(TlsWire& wire) : wire_(wire) { wire_.turn_ = this; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { wire_.end_turn(*this); }

   private:
    friend class TlsWire;
    TlsWire& wire_;
    std::optional<TlsBuffer> input_;
    std::optional<TlsBuffer> output_;
    std::size_t output_size_ = 0;
  };

  // To be called when the stream below has room: sends what it did not take before.
  void flush();

  bool has_input() const { return !input_.empty(); }
  // Waits for room below; flush() goes on with it.
  bool has_output() const { return !kept_output_.empty(); }
  // What the stream below said when it was read and written last. Its end counts as a read error.
  std::error_code read_error() const { return read_error_; }
  std::error_code write_error() const { return write_error_; }
  // The first bytes that came.
  std::string_view beginning() const {
    return {reinterpret_cast<const char*>(beginning_.data()), beginning_size_};
  }
  Stream& below() const { return *below_; }

 private:
  friend struct TlsBioMethod;
  int read(std::uint8_t* into, int size);
  void write(std::span<const std::uint8_t> bytes);
  void fetch();
  void keep_output(std::span<const std::uint8_t> bytes);
  void end_turn(Turn& turn);

  std::unique_ptr<Stream> below_;
  Turn* turn_ = nullptr;
  std::span<const std::uint8_t> input_;  // not consumed yet: of this turn's buffer, or kept
  std::vector<std::uint8_t> kept_input_;
  std::vector<std::uint8_t> kept_output_;
  std::size_t sent_ = 0;  // of kept_output_
  std::error_code read_error_;
  std::error_code write_error_;
  std::array<std::uint8_t, 8> beginning_{};
  std::uint8_t beginning_size_ = 0;
};

}  // namespace mqrig::net
