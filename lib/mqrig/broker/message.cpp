#include <mqrig/broker/message.hpp>

#include <algorithm>
#include <new>

namespace mqrig::broker {

// FNV-1a.
std::uint64_t source_of(std::string_view client_id) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char byte : client_id) {
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001B3;
  }
  return (hash >> 1) | 1;  // as the integers of the store have a sign
}

Message::Message(const wire::Publish& publish, session::Time expires_at,
                 std::uint64_t source) noexcept
    : payload_size_(static_cast<std::uint32_t>(publish.payload.size())),
      expires_at_(expires_at),
      source_(source),
      properties_size_(static_cast<std::uint32_t>(publish.properties.encoded().size())),
      topic_size_(static_cast<std::uint16_t>(publish.topic.size())),
      qos_(publish.qos),
      retain_(publish.retain) {
  auto* at = reinterpret_cast<std::uint8_t*>(this + 1);
  at = std::copy(publish.topic.begin(), publish.topic.end(), at);
  at = std::ranges::copy(publish.properties.encoded(), at).out;
  std::ranges::copy(publish.payload, at);
}

MessagePtr Message::make(const wire::Publish& publish, session::Time expires_at,
                         std::uint64_t source) {
  const std::size_t size =
      publish.topic.size() + publish.properties.encoded().size() + publish.payload.size();
  void* memory = ::operator new(sizeof(Message) + size);
  return MessagePtr(new (memory) Message(publish, expires_at, source));
}

void Message::destroy(Message* message) noexcept {
  message->~Message();
  ::operator delete(message);
}

wire::Publish Message::publish() const noexcept {
  wire::Publish publish;
  publish.topic = topic();
  publish.payload = payload();
  publish.qos = qos_;
  publish.retain = retain_;
  publish.properties = properties();
  return publish;
}

}  // namespace mqrig::broker
