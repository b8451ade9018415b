#include <algorithm>
#include <cstdio>
#include <cstring>

#include <mqrig/payload/digits.hpp>
#include <mqrig/payload/format.hpp>
#include <mqrig/payload/json_pieces.hpp>
#include <mqrig/payload/mosquitto_json.hpp>

namespace mqrig::payload {

using wire::PropertyId;

// One message on its way through the pieces.
class Format::Renderer {
 public:
  Renderer(const Format& format, wire::Buffer& out, const wire::Publish& message)
      : format_(format), out_(out), message_(message) {}

  FormatProblem render(const Piece& piece);

 private:
  FormatProblem field(const Piece& piece);
  FormatProblem json(const Piece& piece);
  FormatProblem floating(const Piece& piece);
  void fill(char pad, std::size_t count);
  void padded(const Piece& piece, std::string_view text, char pad);
  void text(const Piece& piece, std::string_view text);
  void optional_text(const Piece& piece, PropertyId id);
  void integer(const Piece& piece, std::uint64_t value);
  void optional_integer(const Piece& piece, std::optional<std::uint32_t> value);
  void payload(const Piece& piece);
  void hexadecimal(const Piece& piece);
  void user_properties();
  void seconds();
  void nanoseconds();
  std::optional<std::uint32_t> topic_alias() const;

  const Format& format_;
  wire::Buffer& out_;
  const wire::Publish& message_;
};

FormatProblem Format::Renderer::render(const Piece& piece) {
  switch (piece.kind) {
    case Piece::literal:
      append(out_, {format_.literals_.data() + piece.index, piece.size});
      return FormatProblem::none;
    case Piece::local_time:
      append(out_, format_.times_.text(piece.index));
      return FormatProblem::none;
    case Piece::nanoseconds:
      nanoseconds();
      return FormatProblem::none;
    case Piece::field:
      break;
  }
  return field(piece);
}

FormatProblem Format::Renderer::field(const Piece& piece) {
  const wire::Properties& properties = message_.properties;
  switch (piece.letter) {
    case 't':
      text(piece, message_.topic);
      break;
    case 'p':
      payload(piece);
      break;
    case 'x':
    case 'X':
      hexadecimal(piece);
      break;
    case 'l':
      integer(piece, message_.payload.size());
      break;
    case 'm':
      integer(piece, message_.packet_id);
      break;
    case 'q':
      append_number(out_, static_cast<unsigned>(message_.qos));
      break;
    case 'r':
      append(out_, message_.retain ? "1" : "0");
      break;
    case 'A':
      optional_integer(piece, topic_alias());
      break;
    case 'C':
      optional_text(piece, PropertyId::content_type);
      break;
    case 'D':
      append(out_, properties.text(PropertyId::correlation_data).value_or(""));
      break;
    case 'E':
      optional_integer(piece, properties.integer(PropertyId::message_expiry_interval));
      break;
    case 'F':
      optional_integer(piece, properties.integer(PropertyId::payload_format_indicator));
      break;
    case 'P':
      user_properties();
      break;
    case 'R':
      if (const auto topic = properties.text(PropertyId::response_topic)) text(piece, *topic);
      break;
    case 'S':
      optional_integer(piece, properties.integer(PropertyId::subscription_identifier));
      break;
    case 'I':
      text(piece, format_.times_.text(piece.index));
      break;
    case 'U':
      seconds();
      break;
    case 'j':
    case 'J':
      return json(piece);
    default:
      return floating(piece);
  }
  return FormatProblem::none;
}

void Format::Renderer::fill(char pad, std::size_t count) {
  if (count == 0) return;
  std::memset(out_.prepare(count), pad, count);
  out_.commit(count);
}

void Format::Renderer::padded(const Piece& piece, std::string_view text, char pad) {
  const std::size_t missing = piece.width > text.size() ? piece.width - text.size() : 0;
  if (!piece.left) fill(pad, missing);
  append(out_, text);
  if (piece.left) fill(' ', missing);
}

void Format::Renderer::text(const Piece& piece, std::string_view text) {
  if (piece.precision >= 0) text = text.substr(0, static_cast<std::size_t>(piece.precision));
  padded(piece, text, ' ');
}

void Format::Renderer::optional_text(const Piece& piece, PropertyId id) {
  const auto value = message_.properties.text(id);
  if (!value) return fill(' ', piece.width);
  text(piece, *value);
}

void Format::Renderer::integer(const Piece& piece, std::uint64_t value) {
  std::uint8_t digits[20];
  const auto size = static_cast<std::size_t>(put_number(digits, value) - digits);
  padded(piece, wire::as_text({digits, size}), piece.pad);
}

void Format::Renderer::optional_integer(const Piece& piece, std::optional<std::uint32_t> value) {
  if (!value) return fill(piece.pad, piece.width);
  integer(piece, *value);
}

std::optional<std::uint32_t> Format::Renderer::topic_alias() const {
  if (message_.topic_alias != 0) return message_.topic_alias;
  return message_.properties.integer(PropertyId::topic_alias);
}

void Format::Renderer::payload(const Piece& piece) {
  std::string_view text = wire::as_text(message_.payload);
  if (piece.width != 0) text = text.substr(0, piece.width);
  padded(piece, text, piece.pad);
}

void Format::Renderer::hexadecimal(const Piece& piece) {
  const char* const digits = piece.letter == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
  const std::size_t all = message_.payload.size();
  const std::size_t count = piece.width != 0 ? std::min<std::size_t>(all, piece.width / 2) : all;
  const std::size_t missing = piece.width > 2 * count ? piece.width - 2 * count : 0;
  const bool grouped = piece.separator != 0 && piece.precision > 0;
  const auto group = static_cast<std::size_t>(grouped ? piece.precision : 0);
  std::uint8_t* const start = out_.prepare((2 * count + missing) * 2);
  std::uint8_t* to = start;
  std::size_t position = 0;
  const auto put = [&](char c) {
    if (grouped && position != 0 && position % group == 0) {
      *to++ = static_cast<std::uint8_t>(piece.separator);
    }
    *to++ = static_cast<std::uint8_t>(c);
    ++position;
  };
  for (std::size_t i = piece.left ? missing : 0; i < missing; ++i) put(piece.pad);
  for (std::size_t i = 0; i < count; ++i) {
    put(digits[message_.payload[i] >> 4]);
    put(digits[message_.payload[i] & 0x0F]);
  }
  out_.commit(static_cast<std::size_t>(to - start));
  if (piece.left) fill(' ', missing);
}

FormatProblem Format::Renderer::floating(const Piece& piece) {
  double value = 0;
  if (piece.letter == 'f') {
    float narrow = 0;
    if (message_.payload.size() != sizeof narrow) return FormatProblem::not_float;
    std::memcpy(&narrow, message_.payload.data(), sizeof narrow);
    value = static_cast<double>(narrow);
  } else {
    if (message_.payload.size() != sizeof value) return FormatProblem::not_double;
    std::memcpy(&value, message_.payload.data(), sizeof value);
  }
  const char* const format = piece.left ? "%-*.*f" : piece.pad == '0' ? "%0*.*f" : "%*.*f";
  const int width = static_cast<int>(piece.width);
  // 310 digits before the point at most; both numbers are at most max_width.
  const std::size_t room = 512 + 2 * std::size_t{max_width};
  char* const to = reinterpret_cast<char*>(out_.prepare(room));
  const int size = std::snprintf(to, room, format, width, piece.precision, value);
  out_.commit(static_cast<std::size_t>(size));
  return FormatProblem::none;
}

void Format::Renderer::user_properties() {
  std::string_view separator;
  for (const wire::Property& property : message_.properties) {
    if (property.id != PropertyId::user_property) continue;
    append(out_, separator);
    append(out_, property.key);
    append(out_, ":");
    append(out_, property.text);
    separator = " ";
  }
}

void Format::Renderer::seconds() {
  append_number(out_,
                static_cast<std::uint64_t>(std::max<std::int64_t>(format_.times_.seconds(), 0)));
  append(out_, ".");
  nanoseconds();
}

void Format::Renderer::nanoseconds() {
  std::uint8_t* const to = out_.prepare(9);
  put_nine_digits(to, format_.times_.nanoseconds());
  out_.commit(9);
}

FormatProblem Format::Renderer::json(const Piece& piece) {
  const std::string_view second = format_.times_.text(piece.index);
  const std::string_view zone = format_.times_.text(piece.index + 1);
  char time[320];
  char* to = std::copy(second.begin(), second.end(), time);
  *to++ = '.';
  put_six_digits(to, format_.times_.nanoseconds() / 1000);
  to = std::copy(zone.begin(), zone.end(), to + 6);
  const std::string_view whole(time, static_cast<std::size_t>(to - time));
  const bool good = append_mosquitto_json(out_, message_, whole, piece.letter == 'J');
  return good ? FormatProblem::none : FormatProblem::not_json;
}

FormatProblem Format::render(wire::Buffer& out, const wire::Publish& message, WallTime received) {
  if (uses_time_) times_.set(received);
  Renderer renderer(*this, out, message);
  FormatProblem first = FormatProblem::none;
  for (const Piece& piece : pieces_) {
    const FormatProblem problem = renderer.render(piece);
    if (first == FormatProblem::none) first = problem;
  }
  return first;
}

}  // namespace mqrig::payload
