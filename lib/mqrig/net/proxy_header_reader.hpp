#pragma once

#include <cstdint>
#include <mqrig/net/preamble.hpp>
#include <string>

namespace mqrig::net {

// Reads a header of the PROXY protocol, version 1 or 2, and keeps of it whom it names as the source
// of the connection. Private to this room.
class ProxyHeaderReader final : public Preamble {
 public:
  static constexpr std::size_t longest_text = 107;      // version 1, with its line end
  static constexpr std::size_t longest_content = 4096;  // version 2: addresses and extensions

  std::size_t wanted() const override;
  void feed(std::string_view bytes) override;

  // Once done. "203.0.113.7", IPv6 without brackets; empty when the header names nobody: a
  // connection of the proxy's own, or of a kind that it has no address for.
  const std::string& host() const { return host_; }
  // "tcp 203.0.113.7:4711", "unix /run/peer.sock"; empty likewise.
  const std::string& description() const { return description_; }

 private:
  enum class Stage : std::uint8_t { start, text, fixed, content };

  void on_start();
  void on_text();
  void on_fixed();
  void on_content();
  void refuse(std::string why);
  std::string read_text(std::string_view line);
  void name_unix(std::string_view path);

  Stage stage_ = Stage::start;
  std::size_t size_ = 12;  // of what is awaited, from the beginning
  std::string bytes_;
  std::string host_;
  std::string description_;
};

}  // namespace mqrig::net
