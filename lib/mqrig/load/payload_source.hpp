// Makes the payloads of messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <mqrig/load/payload_spec.hpp>

namespace mqrig::load {

// Renders payloads into one buffer that is as large as the largest of them. One thread at a time.
class PayloadSource {
 public:
  struct Payload {
    // All of it. The first Stamp::size bytes are the stamp's, to be written before they are sent,
    // if there is one. Good until the next payload.
    std::span<std::uint8_t> bytes;
    bool stamped = false;
    // StampCodec::digest() of what follows the stamp; 0 without a stamp.
    std::uint64_t body_digest = 0;
  };

  // Digests are kept for so many sizes of a range; above, they are made for each message.
  static constexpr std::size_t most_kept_digests = 65'536;

  // The spec may be shared by the sources of several threads.
  explicit PayloadSource(std::shared_ptr<const PayloadSpec> spec);

  // The payload of the message that `values` tells of. Allocates nothing once a payload of that
  // size was made.
  Payload make(const TextValues& values);

 private:
  void prepare(const PayloadSpec::Sizes& sizes);
  void prepare(const TextTemplate& text);
  void prepare(const PayloadSpec::Contents& contents);
  void prepare(const PayloadSpec::Lines& lines);

  Payload make(const PayloadSpec::Sizes& sizes, const TextValues& values);
  Payload make(const TextTemplate& text, const TextValues& values);
  Payload make(const PayloadSpec::Contents& contents, const TextValues& values);
  Payload make(const PayloadSpec::Lines& lines, const TextValues& values);

  // All of the buffer.
  Payload whole(std::uint64_t body_digest) noexcept;

  std::shared_ptr<const PayloadSpec> spec_;
  std::size_t stamp_room_;  // in front of a text, contents or a line
  std::string buffer_;
  std::vector<std::uint64_t> digests_;  // of the spec's sizes, contents or lines; 0: not made yet
};

}  // namespace mqrig::load
