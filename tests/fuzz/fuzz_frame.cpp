// The framer over any stream of bytes. The first byte of the input chooses the version and the
// maximum packet size, the rest is the stream.
#include <algorithm>

#include <mqrig/wire/frame.hpp>

#include <tests/fuzz/require.hpp>

using namespace mqrig::wire;
using mqrig::fuzz::require;

namespace {

constexpr std::uint32_t limits[]{0, 2, 64, 1000, 65'536, 0xFFFF'FFFF};

void check_complete(ByteView bytes, const Frame& frame, std::uint32_t limit) {
  require(frame.size <= bytes.size(), "a frame lies within the bytes");
  require(frame.size <= limit, "a frame keeps to the limit");
  require(frame.body.data() + frame.body.size() == bytes.data() + frame.size,
          "the body ends where the frame ends");
  require(frame.body.size() + 2 <= frame.size && frame.size <= frame.body.size() + 5,
          "a fixed header is two to five bytes");
}

// With fewer bytes the answer is the same, or that more are needed; it never claims another frame.
void check_prefixes(ByteView bytes, std::uint32_t limit, Version version, FrameStatus status,
                    std::size_t size) {
  const std::size_t most = std::min<std::size_t>(bytes.size(), 8);
  for (std::size_t count = 0; count <= most; ++count) {
    Frame frame;
    const FrameResult result = split_frame(bytes.first(count), limit, frame, version);
    if (result.status == FrameStatus::complete) {
      require(status == FrameStatus::complete && frame.size == size, "a prefix is the same frame");
    }
    if (result.status == FrameStatus::invalid) {
      require(status == FrameStatus::invalid, "a prefix is refused only if the whole is");
    }
    if (result.wanted != 0) require(result.wanted > count, "more is wanted than there is");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint32_t limit = limits[data[0] % std::size(limits)];
  const Version version = data[0] < 0x80 ? Version::mqtt_5 : Version::mqtt_3_1;
  ByteView bytes(data + 1, size - 1);
  while (!bytes.empty()) {
    Frame frame;
    const FrameResult result = split_frame(bytes, limit, frame, version);
    check_prefixes(bytes, limit, version, result.status, frame.size);
    require((result.status == FrameStatus::invalid) == (result.fault != Fault::none),
            "a fault comes with the status invalid");
    if (result.status != FrameStatus::complete) break;
    check_complete(bytes, frame, limit);
    bytes = bytes.subspan(frame.size);
  }
  return 0;
}
