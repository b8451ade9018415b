#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace mqrig::net {

// What is said on a connection before it carries what it was made for: the talk with a proxy, the
// header of the PROXY protocol. A function of bytes, without a network; PreambleLayer moves them.
// Private to this room.
//
// To be fed until done() or failed(), each time after output() was sent.
class Preamble {
 public:
  Preamble() = default;
  Preamble(const Preamble&) = delete;
  Preamble& operator=(const Preamble&) = delete;
  virtual ~Preamble() = default;

  // How many bytes there will be at least before it ends: as many may be read and fed, for none of
  // them can belong to what follows. Not 0 while neither done nor failed.
  virtual std::size_t wanted() const = 0;

  // At most wanted() bytes.
  virtual void feed(std::string_view bytes) = 0;

  // To be sent before anything is read; may hold credentials. The sender empties it.
  std::string& output() { return output_; }

  bool done() const { return done_; }
  bool failed() const { return bool(error_); }
  std::error_code error() const { return error_; }
  // For the person; never has credentials, nor what the peer sent in words of its own.
  const std::string& failure() const { return failure_; }

 protected:
  void succeed() { done_ = true; }
  void fail(std::error_code error, std::string failure) {
    error_ = error;
    failure_ = std::move(failure);
  }

 private:
  std::string output_;
  bool done_ = false;
  std::error_code error_;
  std::string failure_;
};

}  // namespace mqrig::net
