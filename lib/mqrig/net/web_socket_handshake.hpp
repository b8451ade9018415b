#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mqrig/net/http_head.hpp>
#include <mqrig/net/web_socket.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mqrig::net {

// The answer to a Sec-WebSocket-Key [RFC 6455, section 4.2.2].
std::string web_socket_accept(std::string_view key);

// One side of what comes before the frames, as bytes that come and go. Private to this room.
class WebSocketHandshake {
 public:
  enum class State : std::uint8_t { wants_more, agreed, refused };

  virtual ~WebSocketHandshake() = default;

  // What is to be sent, once: a client's request to begin with, a server's answer when the state
  // has changed.
  std::string take_output() { return std::exchange(output_, {}); }

  // Takes what has come. Returns how much belongs to the handshake; what follows is frames.
  virtual std::size_t feed(std::string_view bytes) = 0;
  // No more will come; the state is refused then.
  virtual void end() = 0;

  State state() const { return state_; }
  // Refused: a clause for the person.
  const std::string& failure() const { return failure_; }
  // Refused, for credentials that we had in the request.
  virtual bool unauthorised() const { return false; }
  // Agreed: a line for the person.
  const std::string& fact() const { return fact_; }

 protected:
  void refuse(std::string failure) {
    state_ = State::refused;
    failure_ = std::move(failure);
  }
  // What follows a '?' in the path may be secret, and is not shown.
  void agree(std::string_view path, std::string_view subprotocol);

  std::string output_;

 private:
  State state_ = State::wants_more;
  std::string failure_;
  std::string fact_;
};

class WebSocketClientHandshake final : public WebSocketHandshake {
 public:
  static constexpr std::size_t max_answer_size = 16 * 1024;

  // `key_bytes` are random.
  WebSocketClientHandshake(const WebSocketRequest& request,
                           std::span<const std::uint8_t, 16> key_bytes);

  std::size_t feed(std::string_view bytes) override;
  void end() override;
  bool unauthorised() const override { return unauthorised_; }

 private:
  void write_request(const WebSocketRequest& request);
  void read_answer();
  void refuse_fault(HttpHead::Fault fault);
  std::string status_fault() const;

  std::string path_;
  std::string subprotocol_;
  std::string key_;
  std::string first_;  // the first bytes of the answer
  std::size_t size_ = 0;
  std::optional<HttpHead> head_;
  bool with_credentials_ = false;
  bool unauthorised_ = false;
};

class WebSocketServerHandshake final : public WebSocketHandshake {
 public:
  static constexpr std::size_t max_request_size = 8 * 1024;

  explicit WebSocketServerHandshake(WebSocketService service);

  std::size_t feed(std::string_view bytes) override;
  void end() override;

 private:
  void answer_request();
  void answer_fault();
  void answer_error(unsigned status, const std::string& sentence, std::string_view fields = {});

  WebSocketService service_;
  HttpHead head_;
};

}  // namespace mqrig::net
