// Decoding of any packet in any version: whatever is accepted encodes, and what was encoded decodes
// and encodes to the same bytes. The first byte of the input chooses the version, the second is the
// first byte of the packet, the rest its body.
#include <algorithm>

#include <tests/fuzz/require.hpp>
#include <tests/wire/recode.hpp>

using namespace mqrig::wire;
using mqrig::fuzz::require;

namespace {

bool same(ByteView a, ByteView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// Valid properties have one encoding only: writing what was iterated over gives the bytes again.
void check_properties(const Properties& properties) {
  PropertyWriter writer;
  for (const Property& property : properties) {
    writer.add(property);
    require(properties.find(property.id).has_value(), "find() finds what iteration shows");
  }
  require(same(writer.view().encoded(), properties.encoded()), "properties are written as read");
}

void check_publish(const Frame& frame, Version version) {
  Publish packet;
  if (decode(frame, version, packet) != Fault::none) return;
  check_properties(packet.properties);
  const std::uint32_t alias = packet.properties.integer(PropertyId::topic_alias).value_or(0);
  require(packet.topic_alias == alias, "the alias is that of the properties");
  require(!packet.topic.empty() || alias != 0, "there is a topic or an alias");
  Buffer out;
  require(encode(out, version, packet), "a decoded PUBLISH is not too large");
  require(out.size() == encoded_size(version, packet), "encoded_size() is what encode() appends");
}

void check_connect(const Frame& frame) {
  Connect packet;
  if (decode(frame, packet) != Fault::none) return;
  check_properties(packet.properties);
  if (packet.will) check_properties(packet.will->properties);
}

template <class Packet>
void check_other(const Frame& frame, Version version) {
  Packet packet;
  if (decode(frame, version, packet) == Fault::none) check_properties(packet.properties);
}

void check_packet(const Frame& frame, Version version) {
  switch (frame.type()) {
    case PacketType::connect:
      return check_connect(frame);
    case PacketType::connack:
      return check_other<Connack>(frame, version);
    case PacketType::publish:
      return check_publish(frame, version);
    case PacketType::subscribe:
      return check_other<Subscribe>(frame, version);
    case PacketType::suback:
      return check_other<SubscriptionAck>(frame, version);
    case PacketType::disconnect:
      return check_other<Disconnect>(frame, version);
    case PacketType::auth:
      return check_other<Auth>(frame, version);
    default:
      return;
  }
}

void check_recoding(const Frame& frame, Version version) {
  Buffer once;
  const Fault fault = test::recode(frame, version, once);
  require(!text(fault).empty(), "a fault has words");
  if (fault != Fault::none) {
    require(is_error(reason(fault)), "a fault has a reason");
    return;
  }
  Frame again;
  const FrameResult result = split_frame(once.view(), 0xFFFF'FFFF, again, version);
  require(result.status == FrameStatus::complete && again.size == once.size(),
          "what was encoded is one packet");
  Buffer twice;
  require(test::recode(again, version, twice) == Fault::none, "what was encoded decodes");
  require(same(once.view(), twice.view()), "and encodes to the same bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto version = static_cast<Version>(3 + data[0] % 3);
  const Frame frame{data[1], ByteView(data + 2, size - 2), size};
  check_recoding(frame, version);
  check_packet(frame, version);
  return 0;
}
