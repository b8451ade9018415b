#include <mqrig/stats/hdr_encoding.hpp>

#include <concepts>
#include <new>

#include <zlib.h>

namespace mqrig::stats {

namespace {

constexpr std::uint32_t plain_cookie = 0x1c84'9303;
constexpr std::uint32_t compressed_cookie = 0x1c84'9304;
constexpr std::uint32_t word_size_bits =
    0xf0;  // of a cookie; V2 writes 1 there and accepts anything
constexpr std::uint32_t v2_word_size = 0x10;
constexpr std::uint64_t ratio_of_one = 0x3ff0'0000'0000'0000;  // 1.0 as a double
constexpr std::size_t header_size = 40;
constexpr std::size_t max_number_size = 9;
constexpr std::size_t max_size = header_size + Histogram::buckets * max_number_size;
constexpr std::uint64_t max_count = std::numeric_limits<std::int64_t>::max();

template <std::unsigned_integral Number>
void put(std::string& out, Number number) {
  for (int shift = std::numeric_limits<Number>::digits - 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(number >> shift & 0xff);
  }
}

// LEB128-64b9B: seven bits a byte, the lowest first, but the ninth byte has eight.
void put_leb128(std::string& out, std::uint64_t number) {
  for (std::size_t n = 1; number >= 0x80 && n < max_number_size; ++n) {
    out += static_cast<char>((number & 0x7f) | 0x80);
    number >>= 7;
  }
  out += static_cast<char>(number);
}

// ZigZag of a count, and of the negative number that stands for so many buckets without one.
void put_count(std::string& out, std::uint64_t count) {
  put_leb128(out, count << 1);
}
void put_zeros(std::string& out, std::size_t zeros) {
  if (zeros == 1) return put_count(out, 0);
  if (zeros > 1) put_leb128(out, (std::uint64_t{zeros} << 1) - 1);
}

std::string encode_counts(const Histogram& histogram) {
  std::string out;
  std::size_t next = 0;
  histogram.for_each([&](std::uint64_t lowest, std::uint64_t, std::uint64_t count) {
    const std::size_t bucket = Histogram::bucket_of(lowest);
    put_zeros(out, bucket - next);
    put_count(out, count);
    next = bucket + 1;
  });
  if (histogram.empty())
    put_count(out, 0);  // HdrHistogram writes up to the bucket of the largest, 0
  return out;
}

// Takes numbers from the front of bytes. Behind the end all are 0, and it is no longer good().
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool good() const { return good_; }
  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  template <std::unsigned_integral Number>
  Number number() {
    Number number = 0;
    for (std::size_t n = 0; n < sizeof(Number); ++n) {
      number = static_cast<Number>(number << 8 | byte());
    }
    return number;
  }
  std::uint64_t leb128() {
    std::uint64_t number = 0;
    for (std::size_t n = 0; n < max_number_size; ++n) {
      const std::uint64_t part = byte();
      const bool last = part < 0x80 || n + 1 == max_number_size;
      number |= (last ? part : part & 0x7f) << (7 * n);
      if (last) break;
    }
    return number;
  }

 private:
  std::uint8_t byte() {
    if (rest_.empty()) {
      good_ = false;
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  bool good_ = true;
};

bool has_our_settings(Reader& header) {
  header.number<std::uint32_t>();  // normalizing index offset: the counts do not depend on it
  const bool digits = header.number<std::uint32_t>() == Histogram::significant_digits;
  const bool unit = header.number<std::uint64_t>() == 1;
  // The highest value only says how many buckets there may be. The ratio is of histograms of
  // doubles, and some implementations write another number there.
  header.number<std::uint64_t>();
  header.number<std::uint64_t>();
  return header.good() && digits && unit;
}

std::optional<Histogram> decode_counts(Reader counts) {
  Histogram histogram;
  std::size_t bucket = 0;
  while (!counts.empty()) {
    const std::uint64_t number = counts.leb128();
    const std::uint64_t half = number >> 1;
    const bool is_run = (number & 1) != 0;
    if (!counts.good() || bucket >= Histogram::buckets) return std::nullopt;
    if (is_run) {
      if (half >= Histogram::buckets - bucket) return std::nullopt;
      bucket += static_cast<std::size_t>(half) + 1;
      continue;
    }
    if (half > max_count - histogram.count()) return std::nullopt;
    histogram.record_bucket(Histogram::lowest_of(bucket), Histogram::highest_of(bucket), half);
    ++bucket;
  }
  return histogram;
}

std::optional<Histogram> decode_plain(std::string_view bytes) {
  Reader reader(bytes);
  if ((reader.number<std::uint32_t>() & ~word_size_bits) != plain_cookie) return std::nullopt;
  const auto length = reader.number<std::uint32_t>();
  if (!has_our_settings(reader) || reader.rest().size() != length) return std::nullopt;
  return decode_counts(reader);
}

std::optional<Histogram> decode_compressed(Reader reader) {
  const auto length = reader.number<std::uint32_t>();
  if (!reader.good() || reader.rest().size() != length) return std::nullopt;
  // Whatever the bytes claim, no histogram of ours is larger.
  std::string plain(max_size, '\0');
  uLongf plain_size = plain.size();
  uLong source_size = length;
  const int result =
      uncompress2(reinterpret_cast<Bytef*>(plain.data()), &plain_size,
                  reinterpret_cast<const Bytef*>(reader.rest().data()), &source_size);
  if (result != Z_OK || source_size != length) return std::nullopt;
  return decode_plain({plain.data(), plain_size});
}

}  // namespace

std::string encode_hdr(const Histogram& histogram) {
  const std::string counts = encode_counts(histogram);
  std::string out;
  out.reserve(header_size + counts.size());
  put(out, plain_cookie | v2_word_size);
  put(out, static_cast<std::uint32_t>(counts.size()));
  put(out, std::uint32_t{0});  // normalizing index offset
  put(out, std::uint32_t{Histogram::significant_digits});
  put(out, std::uint64_t{1});  // lowest discernible value
  put(out, Histogram::largest);
  put(out, ratio_of_one);  // of integers to doubles
  return out += counts;
}

std::string encode_hdr_compressed(const Histogram& histogram) {
  const std::string plain = encode_hdr(histogram);
  uLongf size = compressBound(plain.size());
  std::string deflated(size, '\0');
  if (compress(reinterpret_cast<Bytef*>(deflated.data()), &size,
               reinterpret_cast<const Bytef*>(plain.data()), plain.size()) != Z_OK) {
    throw std::bad_alloc();  // with room for everything, nothing else can go wrong
  }
  std::string out;
  put(out, compressed_cookie | v2_word_size);
  put(out, static_cast<std::uint32_t>(size));
  return out.append(deflated, 0, size);
}

std::optional<Histogram> decode_hdr(std::string_view bytes) {
  Reader reader(bytes);
  const std::uint32_t cookie = reader.number<std::uint32_t>() & ~word_size_bits;
  return cookie == compressed_cookie ? decode_compressed(reader) : decode_plain(bytes);
}

}  // namespace mqrig::stats
