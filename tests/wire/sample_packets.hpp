// Packets of every type with every field in use, written down as bytes.
#pragma once

#include <algorithm>
#include <vector>

#include <tests/wire/bytes.hpp>

namespace mqrig::wire::test {

struct Sample {
  Bytes bytes;
  // Body sizes at which the packet may end early and still be one; from `free_from` on, every size.
  std::vector<std::size_t> ends;
  std::size_t free_from = static_cast<std::size_t>(-1);

  bool may_end_at(std::size_t size) const {
    return size >= free_from || std::count(ends.begin(), ends.end(), size) > 0;
  }
};

inline void add_common_samples(std::vector<Sample>& samples, Version version) {
  const bool v5 = version == Version::mqtt_5;
  const Bytes none = v5 ? hex("00") : Bytes();
  const std::size_t list = none.size();
  const Bytes protocol = version == Version::mqtt_3_1 ? text("MQIsdp") : text("MQTT");
  const Bytes level{static_cast<std::uint8_t>(version)};
  const Bytes head = protocol + level;
  // 3.1 may leave out user name and password.
  const std::size_t id_end = head.size() + 3 + list + 4;
  const std::size_t will_end = id_end + list + 3 + 6;
  const auto connect_ends = [&](std::size_t credentials) {
    return version == Version::mqtt_3_1 ? std::vector<std::size_t>{credentials, credentials + 6}
                                        : std::vector<std::size_t>{};
  };
  samples.push_back({packet(0x10, head + hex("02 00 3c") + none + text("")), {}});
  if (!v5) {
    const Bytes bridge{static_cast<std::uint8_t>(level[0] | 0x80U)};
    samples.push_back({packet(0x10, protocol + bridge + hex("02 00 3c") + text("bridge")), {}});
  }
  samples.push_back(
      {packet(0x10, head + hex("c0 00 00") + none + text("id") + text("user") + text("pw")),
       connect_ends(id_end)});
  samples.push_back({packet(0x10, head + hex("f6 ff ff") + none + text("id") + none + text("w") +
                                      text("gone") + text("user") + text("")),
                     connect_ends(will_end)});
  samples.push_back(
      {packet(0x20, (version == Version::mqtt_3_1 ? hex("00 00") : hex("01 00")) + none), {}});
  samples.push_back({packet(0x31, text("a/b") + none + raw("payload")), {}, 5 + list});
  samples.push_back({packet(0x3D, text("a/b") + hex("00 01") + none), {}});
  samples.push_back(
      {packet(0x82, hex("00 01") + none + text("a/#") + hex("02") + text("+/b") + hex("00")),
       {2 + list + 6}});
  samples.push_back({packet(0xA2, hex("00 01") + none + text("a/#") + text("b")), {2 + list + 5}});
  samples.push_back({packet(0x90, hex("00 01") + none + hex("00 01 02 80")), {}, 2 + list + 1});
  if (!v5) samples.push_back({packet(0xB0, hex("00 01")), {}});
  for (const std::uint8_t first : hex("40 50 62 70")) {
    samples.push_back({packet(first, hex("ff ff")), {}});
  }
  for (const std::uint8_t first : hex("c0 d0 e0")) samples.push_back({packet(first, {}), {}});
}

inline void add_v5_samples(std::vector<Sample>& samples) {
  const Bytes user = hex("26") + text("key") + text("value");
  const Bytes reason = hex("1f") + text("because") + user;
  const Bytes connect = hex("11 ff ff ff ff 15") + text("SCRAM") + hex("16") + text("data") +
                        hex("17 00 19 01 21 00 14 22 00 0a 27 00 10 00 00") + user;
  const Bytes will = hex("18 00 00 00 05 01 01 02 00 00 00 3c 03") + text("text/plain") +
                     hex("08") + text("reply/to") + hex("09") + text("id 7") + user;
  samples.push_back({packet(0x10, text("MQTT") + hex("05 0e 00 3c") + properties(connect) +
                                      text("id") + properties(will) + text("w") + text("gone")),
                     {}});
  const Bytes connack =
      hex("11 00 00 00 05 12") + text("assigned") + hex("13 00 1e 15") + text("m") + hex("16") +
      text("d") + hex("1a") + text("info") + hex("1c") + text("other") +
      hex("21 00 14 22 00 0a 24 01 25 00 27 00 10 00 00 28 01 29 00 2a 01") + reason;
  samples.push_back({packet(0x20, hex("00 00") + properties(connack)), {}});
  const Bytes publish = hex("23 00 07 01 01 02 00 00 00 3c 03") + text("text/plain") + hex("08") +
                        text("reply/to") + hex("09") + text("id 7") + user + user +
                        hex("0b 01 0b ff 7f");
  samples.push_back({packet(0x34, text("a/b") + hex("00 09") + properties(publish)), {}});
  samples.push_back({packet(0x30, text("") + properties(hex("23 00 07")) + raw("x")), {}, 6});
  for (const std::uint8_t first : hex("40 50")) {
    samples.push_back({packet(first, hex("00 09 87") + properties(reason)), {2, 3}});
  }
  for (const std::uint8_t first : hex("62 70")) {
    samples.push_back({packet(first, hex("00 09 92") + properties(reason)), {2, 3}});
  }
  samples.push_back(
      {packet(0x82, hex("00 09") + properties(hex("0b 80 01") + user) + text("a/#") + hex("2d")),
       {}});
  samples.push_back({packet(0xA2, hex("00 09") + properties(user) + text("a/#")), {}});
  const std::size_t head = 2 + properties(reason).size();
  samples.push_back({packet(0x90, hex("00 09") + properties(reason) + hex("00 8f")), {}, head + 1});
  samples.push_back({packet(0xB0, hex("00 09") + properties(reason) + hex("00 11")), {}, head + 1});
  const Bytes disconnect = hex("11 00 00 00 00 1c") + text("other") + reason;
  samples.push_back({packet(0xE0, hex("04") + properties(disconnect)), {0, 1}});
  const Bytes auth = hex("15") + text("SCRAM") + hex("16") + text("data") + reason;
  samples.push_back({packet(0xF0, hex("18") + properties(auth)), {0}});
  samples.push_back({packet(0xF0, {}), {}});
}

// Each re-encodes to the same bytes.
inline std::vector<Sample> sample_packets(Version version) {
  std::vector<Sample> samples;
  add_common_samples(samples, version);
  if (version == Version::mqtt_5) add_v5_samples(samples);
  return samples;
}

}  // namespace mqrig::wire::test
