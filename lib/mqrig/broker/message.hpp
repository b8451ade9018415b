// A message that the broker keeps.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include <mqrig/session/time.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::broker {

class MessagePtr;

// A number for the client that publishes, never 0. The store keeps it: it never changes.
std::uint64_t source_of(std::string_view client_id) noexcept;

// Shared by queues, deliveries and the retained store: one allocation, immutable but for the
// bookkeeping of the store, counted without atomics: it belongs to one thread.
class Message {
 public:
  // Copies what `publish` views. Its properties are those that are forwarded: neither a topic alias
  // nor the message expiry, which is `expires_at`. `source` is 0 where nobody will ask.
  static MessagePtr make(const wire::Publish& publish, session::Time expires_at,
                         std::uint64_t source = 0);

  std::string_view topic() const noexcept { return {text(), topic_size_}; }
  wire::Properties properties() const noexcept {
    return wire::Properties({bytes() + topic_size_, properties_size_});
  }
  wire::ByteView payload() const noexcept {
    return {bytes() + topic_size_ + properties_size_, payload_size_};
  }
  wire::QoS qos() const noexcept { return qos_; }
  bool retain() const noexcept { return retain_; }
  std::uint64_t source() const noexcept { return source_; }
  session::Time expires_at() const noexcept { return expires_at_; }
  bool expired(session::Time now) const noexcept { return expires_at_ <= now; }

  // As a packet to send, with the message's own QoS and retain flag. Views live as the message.
  wire::Publish publish() const noexcept;

  // What keeping it costs, in bytes.
  std::size_t size() const noexcept {
    return sizeof(Message) + topic_size_ + properties_size_ + payload_size_;
  }

  // The number under which the store holds it, 0 if it does not, and how many rows refer to it.
  struct Stored {
    std::uint64_t id = 0;
    std::uint32_t references = 0;
  };
  Stored stored;

 private:
  friend class MessagePtr;

  Message(const wire::Publish& publish, session::Time expires_at, std::uint64_t source) noexcept;
  const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }
  const std::uint8_t* bytes() const noexcept {
    return reinterpret_cast<const std::uint8_t*>(this + 1);
  }
  static void destroy(Message* message) noexcept;

  std::uint32_t references_ = 0;
  std::uint32_t payload_size_;
  session::Time expires_at_;
  std::uint64_t source_;
  std::uint32_t properties_size_;
  std::uint16_t topic_size_;
  wire::QoS qos_;
  bool retain_;
};

// Shared ownership of a message; may be null.
class MessagePtr {
 public:
  MessagePtr() = default;
  explicit MessagePtr(Message* message) noexcept : message_(message) {
    if (message_ != nullptr) ++message_->references_;
  }
  MessagePtr(const MessagePtr& other) noexcept : MessagePtr(other.message_) {}
  MessagePtr(MessagePtr&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  MessagePtr& operator=(MessagePtr other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessagePtr() {
    if (message_ != nullptr && --message_->references_ == 0) Message::destroy(message_);
  }

  Message* get() const noexcept { return message_; }
  Message& operator*() const noexcept { return *message_; }
  Message* operator->() const noexcept { return message_; }
  explicit operator bool() const noexcept { return message_ != nullptr; }

 private:
  Message* message_ = nullptr;
};

}  // namespace mqrig::broker
