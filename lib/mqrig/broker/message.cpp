#include <mqrig/broker/message.hpp>

#include <algorithm>
#include <new>

namespace mqrig::broker {

Message::Message(const wire::Publish& publish, session::Time expires_at) noexcept
    : payload_size_(static_cast<std::uint32_t>(publish.payload.size())),
      expires_at_(expires_at),
      properties_size_(static_cast<std::uint32_t>(publish.properties.encoded().size())),
      topic_size_(static_cast<std::uint16_t>(publish.topic.size())),
      qos_(publish.qos),
      retain_(publish.retain) {
  auto* at = reinterpret_cast<std::uint8_t*>(this + 1);
  at = std::copy(publish.topic.begin(), publish.topic.end(), at);
  at = std::ranges::copy(publish.properties.encoded(), at).out;
  std::ranges::copy(publish.payload, at);
}

MessagePtr Message::make(const wire::Publish& publish, session::Time expires_at) {
  const std::size_t size =
      publish.topic.size() + publish.properties.encoded().size() + publish.payload.size();
  void* memory = ::operator new(sizeof(Message) + size);
  return MessagePtr(new (memory) Message(publish, expires_at));
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
