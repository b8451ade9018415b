#include <mqrig/load/payload_source.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

#include <mqrig/load/stamp.hpp>

namespace mqrig::load {

namespace {

// Letters and digits that hardly compress, the same in every run.
void append_filler(std::string& out, std::size_t size) {
  constexpr std::string_view alphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-";
  SmallRandom random(0);
  out.reserve(out.size() + size);
  for (; size > 0; --size) out += alphabet[random.next() % alphabet.size()];
}

std::uint64_t digest(std::string_view body) noexcept {
  return StampCodec::digest(wire::as_bytes(body));
}

}  // namespace

PayloadSource::PayloadSource(std::shared_ptr<const PayloadSpec> spec)
    : spec_(std::move(spec)), stamp_room_(spec_->stamped ? Stamp::size : 0) {
  buffer_.resize(stamp_room_);
  std::visit([this](const auto& body) { prepare(body); }, spec_->body);
}

PayloadSource::Payload PayloadSource::make(const TextValues& values) {
  return std::visit([&](const auto& body) { return make(body, values); }, spec_->body);
}

PayloadSource::Payload PayloadSource::whole(std::uint64_t body_digest) noexcept {
  const bool stamped = spec_->stamped;
  return {{reinterpret_cast<std::uint8_t*>(buffer_.data()), buffer_.size()},
          stamped,
          stamped ? body_digest : 0};
}

// The filler begins behind the room for a stamp, and is not written to again: a payload without a
// stamp has its first bytes, wherever others have written one.
void PayloadSource::prepare(const PayloadSpec::Sizes& sizes) {
  append_filler(buffer_, sizes.largest);
  const std::size_t count = std::size_t{sizes.largest} - sizes.smallest + 1;
  digests_.resize(std::min(count, most_kept_digests));
}

PayloadSource::Payload PayloadSource::make(const PayloadSpec::Sizes& sizes,
                                           const TextValues& values) {
  const std::uint32_t above =
      sizes.smallest == sizes.largest
          ? 0
          : values.random.below(std::uint64_t{sizes.largest} - sizes.smallest + 1);
  const std::size_t size = sizes.smallest + above;
  auto* const start = reinterpret_cast<std::uint8_t*>(buffer_.data());
  if (!spec_->stamped || size < Stamp::size) return {{start + stamp_room_, size}, false, 0};
  const std::string_view body(buffer_.data() + Stamp::size, size - Stamp::size);
  if (above >= digests_.size()) return {{start, size}, true, digest(body)};
  std::uint64_t& kept = digests_[above];
  if (kept == 0) kept = digest(body);
  return {{start, size}, true, kept};
}

void PayloadSource::prepare(const TextTemplate& text) {
  if (!text.constant()) return;
  SmallRandom unused(0);
  text.append(buffer_, {.random = unused});
  digests_.push_back(digest(std::string_view(buffer_).substr(stamp_room_)));
}

PayloadSource::Payload PayloadSource::make(const TextTemplate& text, const TextValues& values) {
  if (text.constant()) return whole(digests_.front());
  buffer_.resize(stamp_room_);
  text.append(buffer_, values);
  return whole(spec_->stamped ? digest(std::string_view(buffer_).substr(stamp_room_)) : 0);
}

void PayloadSource::prepare(const PayloadSpec::Contents& contents) {
  buffer_ += contents.bytes;
  digests_.push_back(digest(contents.bytes));
}

PayloadSource::Payload PayloadSource::make(const PayloadSpec::Contents&, const TextValues&) {
  return whole(digests_.front());
}

void PayloadSource::prepare(const PayloadSpec::Lines& lines) {
  digests_.resize(lines.texts.size());
}

PayloadSource::Payload PayloadSource::make(const PayloadSpec::Lines& lines,
                                           const TextValues& values) {
  const std::size_t index = values.number % lines.texts.size();
  const std::string& line = lines.texts[index];
  buffer_.resize(stamp_room_);
  buffer_ += line;
  std::uint64_t& kept = digests_[index];
  if (kept == 0 && spec_->stamped) kept = digest(line);
  return whole(kept);
}

}  // namespace mqrig::load
