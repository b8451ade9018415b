#include <mqrig/load/text_template.hpp>

#include <algorithm>
#include <charconv>

namespace mqrig::load {

namespace {

constexpr std::int64_t nanoseconds_per_millisecond = 1'000'000;

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_hexadecimal(std::string& out, std::uint64_t bits, unsigned digits) {
  for (unsigned shift = 4 * digits; shift > 0; shift -= 4) {
    out += "0123456789abcdef"[bits >> (shift - 4) & 0x0F];
  }
}

// RFC 9562, section 5.4.
void append_uuid(std::string& out, SmallRandom& random) {
  const std::uint64_t first = random.next();
  const std::uint64_t second = random.next();
  append_hexadecimal(out, first >> 32, 8);
  out += '-';
  append_hexadecimal(out, first >> 16, 4);
  out += "-4";
  append_hexadecimal(out, first, 3);
  out += '-';
  append_hexadecimal(out, second >> 62 | 0x08, 1);
  append_hexadecimal(out, second >> 48, 3);
  out += '-';
  append_hexadecimal(out, second, 12);
}

}  // namespace

void TextTemplate::append(std::string& out, const TextValues& values) const {
  std::size_t done = 0;
  for (const Piece& piece : pieces_) {
    out.append(literals_, done, piece.literal - done);
    done = piece.literal;
    append_piece(out, piece, values);
  }
  out.append(literals_, done);
}

void TextTemplate::append_piece(std::string& out, const Piece& piece, const TextValues& values) {
  const auto reduced = [&](std::uint64_t number) {
    return piece.modulus == 0 ? number : number % piece.modulus;
  };
  switch (piece.kind) {
    case Kind::client:
      return append_number(out, reduced(values.client));
    case Kind::client_from_one:
      return append_number(out, values.client + 1);
    case Kind::number:
      return append_number(out, reduced(values.number));
    case Kind::number_from_one:
      return append_number(out, values.number + 1);
    case Kind::random:
      return append_number(
          out, values.random.below(piece.modulus != 0 ? piece.modulus : std::uint64_t{1} << 32U));
    case Kind::id:
      out += values.id;
      return;
    case Kind::user:
      out += values.user;
      return;
    case Kind::group:
      out += values.group;
      return;
    case Kind::shard:
      return append_number(out, values.shard);
    case Kind::run:
      return append_hexadecimal(out, values.run, 16);
    case Kind::time:
      return append_number(out, static_cast<std::uint64_t>(std::max<std::int64_t>(
                                    values.time / nanoseconds_per_millisecond, 0)));
    case Kind::uuid:
      return append_uuid(out, values.random);
  }
}

bool TextTemplate::depends_on_client() const noexcept {
  return std::any_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) {
    switch (piece.kind) {
      case Kind::client:
        return piece.modulus != 1;
      case Kind::client_from_one:
      case Kind::id:
      case Kind::user:
      case Kind::shard:
        return true;
      default:
        return false;
    }
  });
}

std::optional<std::uint32_t> TextTemplate::cycle() const noexcept {
  std::uint32_t length = 1;
  for (const Piece& piece : pieces_) {
    switch (piece.kind) {
      case Kind::number:
        // Two different ones make longer cycles, in which two texts may be the same.
        if (piece.modulus == 0 || (length != 1 && piece.modulus != 1 && length != piece.modulus)) {
          return std::nullopt;
        }
        length = std::max(length, piece.modulus);
        break;
      case Kind::random:
        if (piece.modulus != 1) return std::nullopt;
        break;
      case Kind::number_from_one:
      case Kind::time:
      case Kind::uuid:
        return std::nullopt;
      default:
        break;
    }
  }
  return length;
}

}  // namespace mqrig::load
