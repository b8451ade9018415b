#include <mqrig/load/stamp.hpp>

#include <bit>
#include <cstring>

namespace mqrig::load {

namespace {

constexpr unsigned time_bits = 44;
constexpr unsigned stream_bits = 24;
constexpr unsigned number_bits = 28;
constexpr unsigned run_shift = stream_bits + number_bits;
constexpr std::size_t block_size = 64;

constexpr std::uint64_t low_bits(unsigned count) noexcept {
  return (std::uint64_t{1} << count) - 1;
}

// Odd, with about as many ones as zeros.
constexpr std::uint64_t first_factor = 0x9E37'79B9'7F4A'7C15U;
constexpr std::uint64_t second_factor = 0xD6E8'FEB8'6659'FD93U;

std::uint64_t load_word(const std::uint8_t* from) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

void store_word(std::uint8_t* to, std::uint64_t word) noexcept {
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  std::memcpy(to, &word, sizeof word);
}

// Every step is a bijection of the state for one word, and of the word for one state: a difference
// in one word cannot vanish again. The shift brings the bits that a product mixes well to where the
// next product spreads them.
constexpr std::uint64_t step(std::uint64_t state, std::uint64_t word) noexcept {
  state = (state ^ word) * first_factor;
  return state ^ state >> 32;
}

// A bijection that lets every bit of the state decide on all of the result.
constexpr std::uint64_t spread(std::uint64_t state) noexcept {
  state ^= state >> 32;
  state *= second_factor;
  state ^= state >> 29;
  state *= first_factor;
  return state ^ state >> 32;
}

constexpr std::uint64_t start_of(std::size_t size) noexcept {
  return second_factor ^ size;
}

// Up to seven bytes; `whole` when there are eight before their end that may be read.
std::uint64_t load_tail(const std::uint8_t* from, std::size_t count, bool whole) noexcept {
  if (whole) return load_word(from + count - 8) >> (64 - 8 * count);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) word |= std::uint64_t{from[i]} << (8 * i);
  return word;
}

// Takes blocks of 64 bytes, in eight lanes that don't wait for each other.
std::uint64_t take_blocks(std::uint64_t state, const std::uint8_t* at,
                          std::size_t blocks) noexcept {
  std::uint64_t a = state;
  std::uint64_t b = state + 1;
  std::uint64_t c = state + 2;
  std::uint64_t d = state + 3;
  std::uint64_t e = state + 4;
  std::uint64_t f = state + 5;
  std::uint64_t g = state + 6;
  std::uint64_t h = state + 7;
  for (; blocks > 0; --blocks, at += block_size) {
    a = step(a, load_word(at));
    b = step(b, load_word(at + 8));
    c = step(c, load_word(at + 16));
    d = step(d, load_word(at + 24));
    e = step(e, load_word(at + 32));
    f = step(f, load_word(at + 40));
    g = step(g, load_word(at + 48));
    h = step(h, load_word(at + 56));
  }
  // Turned, so that the same change in two lanes does not look the same.
  for (const std::uint64_t lane : {b, c, d, e, f, g, h}) a = step(a, std::rotl(lane, 19));
  return a;
}

// The check bits in their place above the time. Each of the three is spread by its own product, so
// that they need not wait for each other.
std::uint64_t check_of(std::uint64_t key, std::uint64_t time, std::uint64_t identity,
                       std::uint64_t body_digest) noexcept {
  const std::uint64_t state =
      (time ^ key) * first_factor + std::rotl((identity ^ key) * second_factor, 32) + body_digest;
  return spread(state) & ~low_bits(time_bits);
}

}  // namespace

StampCodec::StampCodec(std::uint64_t run) noexcept
    : key_(spread(run << run_shift ^ first_factor)), run_bits_(run << run_shift) {}

std::uint64_t StampCodec::run_of(wire::ByteView payload) noexcept {
  return load_word(payload.data() + 8) >> run_shift;
}

std::uint64_t StampCodec::digest(wire::ByteView body) noexcept {
  constexpr std::uint64_t of_nothing = spread(start_of(0));
  if (body.empty()) return of_nothing;
  std::uint64_t state = start_of(body.size());
  const std::uint8_t* at = body.data();
  std::size_t left = body.size();
  if (left >= block_size) {
    state = take_blocks(state, at, left / block_size);
    at += left - left % block_size;
    left %= block_size;
  }
  for (; left >= 8; left -= 8, at += 8) state = step(state, load_word(at));
  if (left > 0) state = step(state, load_tail(at, left, body.size() >= 8));
  return spread(state);
}

void StampCodec::write(std::uint8_t* payload, const Stamp& stamp,
                       std::uint64_t body_digest) const noexcept {
  const std::uint64_t time =
      (static_cast<std::uint64_t>(stamp.time) / Stamp::tick) & low_bits(time_bits);
  const std::uint64_t identity =
      stamp.stream | (stamp.number & low_bits(number_bits)) << stream_bits | run_bits_;
  store_word(payload, time | check_of(key_, time, identity, body_digest));
  store_word(payload + 8, identity);
}

StampCodec::Verdict StampCodec::read(wire::ByteView payload, std::int64_t now, bool full,
                                     Stamp& stamp) const noexcept {
  if (payload.size() < Stamp::size) return Verdict::foreign;
  const std::uint64_t first = load_word(payload.data());
  const std::uint64_t identity = load_word(payload.data() + 8);
  const std::uint64_t time = first & low_bits(time_bits);
  const std::uint64_t ours = (identity & low_bits(run_shift)) | run_bits_;
  Verdict verdict = identity == ours ? Verdict::ours : Verdict::foreign;
  if (full) {
    const std::uint64_t body_digest = digest(payload.subspan(Stamp::size));
    const bool holds = check_of(key_, time, ours, body_digest) == (first & ~low_bits(time_bits));
    if (holds != (verdict == Verdict::ours)) verdict = Verdict::corrupt;
  }
  if (verdict == Verdict::foreign) return verdict;
  stamp.stream = static_cast<std::uint32_t>(identity & low_bits(stream_bits));
  stamp.number = identity >> stream_bits & low_bits(number_bits);
  // The time that ends in these bits and is nearest to now: the difference as a signed number of
  // 48 bits.
  const std::uint64_t moment = static_cast<std::uint64_t>(now);
  const std::uint64_t difference = (time * Stamp::tick - moment) << 16;
  stamp.time = now + (static_cast<std::int64_t>(difference) >> 16);
  return verdict;
}

}  // namespace mqrig::load
