#include <set>

#include <doctest/doctest.h>

#include <tests/wire/recode.hpp>
#include <tests/wire/sample_packets.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

namespace {

// Recodes whatever the bytes hold; the buffer holds the result.
Fault recode_bytes(const Bytes& bytes, Version version, Buffer& out) {
  Frame frame;
  const FrameResult result = split_frame(bytes, 0xFFFF'FFFF, frame, version);
  if (result.status == FrameStatus::invalid) return result.fault;
  if (result.status == FrameStatus::need_more) return Fault::truncated;
  return recode(frame, version, out);
}

Bytes body_of(const Bytes& bytes) {
  const Frame frame = frame_of(bytes);
  return {frame.body.begin(), frame.body.end()};
}

}  // namespace

TEST_CASE("every packet of every version decodes and encodes to the same bytes") {
  for (const Version version : all_versions) {
    std::set<PacketType> types;
    for (const Sample& sample : sample_packets(version)) {
      types.insert(frame_of(sample.bytes).type());
      CAPTURE(name(version));
      CAPTURE(name(frame_of(sample.bytes).type()));
      Buffer out;
      CHECK(recode_bytes(sample.bytes, version, out) == Fault::none);
      CHECK(Bytes(out.view().begin(), out.view().end()) == sample.bytes);
    }
    CHECK(types.size() == (version == Version::mqtt_5 ? 15U : 14U));
  }
}

TEST_CASE("every packet that ends early is a fault, at every byte") {
  for (const Version version : all_versions) {
    for (const Sample& sample : sample_packets(version)) {
      const Bytes body = body_of(sample.bytes);
      for (std::size_t size = 0; size < body.size(); ++size) {
        CAPTURE(name(version));
        CAPTURE(name(frame_of(sample.bytes).type()));
        CAPTURE(size);
        // Memory of exactly that size, so that reading behind it shows under a sanitizer.
        const Bytes cut(body.begin(), body.begin() + std::ptrdiff_t(size));
        Buffer out;
        const Fault fault = recode_bytes(packet(sample.bytes[0], cut), version, out);
        CHECK((fault == Fault::none) == sample.may_end_at(size));
      }
    }
  }
}

TEST_CASE("every packet with a byte too many is a fault, where no payload takes it") {
  for (const Version version : all_versions) {
    for (const Sample& sample : sample_packets(version)) {
      const PacketType type = frame_of(sample.bytes).type();
      const bool open_ended = type == PacketType::publish;
      CAPTURE(name(version));
      CAPTURE(name(type));
      Buffer out;
      const Bytes longer = body_of(sample.bytes) + hex("7e");
      const Fault fault = recode_bytes(packet(sample.bytes[0], longer), version, out);
      CHECK((fault == Fault::none) == open_ended);
    }
  }
}

TEST_CASE("a packet with any bit flipped is refused, or is another packet that holds together") {
  std::size_t accepted = 0;
  std::size_t unstable = 0;
  for (const Version version : all_versions) {
    for (const Sample& sample : sample_packets(version)) {
      for (std::size_t bit = 0; bit < sample.bytes.size() * 8; ++bit) {
        Bytes flipped = sample.bytes;
        flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
        Buffer once;
        if (recode_bytes(flipped, version, once) != Fault::none) continue;
        ++accepted;
        const bool connect = flipped[0] >> 4 == 1;
        const auto again = connect ? static_cast<Version>(flipped[flipped[3] + 4U]) : version;
        Buffer twice;
        const Bytes first(once.view().begin(), once.view().end());
        if (recode_bytes(first, again, twice) != Fault::none ||
            Bytes(twice.view().begin(), twice.view().end()) != first) {
          ++unstable;
        }
      }
    }
  }
  CHECK(accepted > 0);
  CHECK(unstable == 0);
}

TEST_CASE("packets behind each other are split and decoded one by one, in any portions") {
  Bytes stream;
  std::size_t count = 0;
  for (const Sample& sample : sample_packets(Version::mqtt_5)) {
    stream = stream + sample.bytes;
    ++count;
  }
  for (const std::size_t portion : {1U, 2U, 3U, 7U, 64U, 10'000U}) {
    Buffer received;
    Buffer out;
    std::size_t packets = 0;
    for (std::size_t at = 0; at < stream.size(); at += portion) {
      received.append(ByteView(stream).subspan(at, std::min(portion, stream.size() - at)));
      Frame frame;
      while (split_frame(received.view(), 0xFFFF'FFFF, frame).status == FrameStatus::complete) {
        Version version = Version::mqtt_5;
        REQUIRE(recode(frame, version, out) == Fault::none);
        received.consume(frame.size);
        ++packets;
      }
    }
    CHECK(packets == count);
    CHECK(received.empty());
    CHECK(Bytes(out.view().begin(), out.view().end()) == stream);
  }
}
