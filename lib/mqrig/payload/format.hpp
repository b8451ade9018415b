// Output templates: mosquitto_sub's -F.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/payload/local_texts.hpp>
#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::payload {

// What a message could not give to a template; its place in the output is filled as said below.
enum class FormatProblem : unsigned char {
  none,
  not_json,    // %J: printed as %j prints it
  not_float,   // %f, and the payload has not 4 bytes: nothing is printed
  not_double,  // %d, and the payload has not 8 bytes: nothing is printed
};

// A template, compiled once and rendered for each message.
//
//   %t topic  %p payload  %x %X payload in hexadecimal  %l its length  %f %d payload as float,
//   double %q QoS  %r retain  %m packet id  %A topic alias  %C content type  %D correlation data %E
//   expiry  %F payload format  %P user properties  %R response topic  %S subscription identifier %j
//   %J the message as JSON: see mosquitto_json.hpp  %I %U time in ISO 8601, in seconds
//   %% @@ \\ themselves  @X strftime's %X, local time  @N nanoseconds  \n \t \0 \a \e \r \v
//
// Between '%' and the letter may stand '-' (left-aligned), '0' (padded with zeros), a width, a '.'
// and a precision, and for %x and %X one of `:-_ ,` that separates groups of as many digits as the
// precision says. Widths and precisions count bytes. A width pads; it cuts %p, %x and %X as well. A
// precision cuts %t, %C, %R and %I. A property that the message does not have is nothing, or blanks
// where it has a width (%R: nothing).
//
// Compared with mosquitto_sub 2.0.11, whose output is the same byte for byte otherwise: %x and %X
// with a width show every byte that fits, not half of them; %-p adds no blanks without a width; %E
// has no sign. The letters f and d and the separators are those of 2.1.
//
// One thread at a time.
class Format {
 public:
  static constexpr std::uint32_t max_width = 65'535;

  // Nothing where the template is wrong; `error` then says what is wrong where: "“%y” at byte 3 is
  // not a format specifier". With `newline` every message ends with one.
  static std::optional<Format> compile(std::string_view text, bool newline, std::string& error);

  // Appends one message. The first problem is reported.
  FormatProblem render(wire::Buffer& out, const wire::Publish& message, WallTime received);

 private:
  friend class FormatCompiler;

  // One part of the output: text as it is, a strftime text, or a field of the message.
  struct Piece {
    enum Kind : unsigned char { literal, local_time, nanoseconds, field };

    Kind kind = literal;
    char letter = 0;  // of a field
    bool left = false;
    char pad = ' ';
    char separator = 0;  // between groups of hexadecimal digits
    std::uint32_t width = 0;
    std::int32_t precision = -1;
    std::size_t index = 0;  // of the local time; or where the literal starts
    std::size_t size = 0;   // of the literal
  };
  class Renderer;

  std::vector<Piece> pieces_;
  std::string literals_;
  LocalTexts times_;
  bool uses_time_ = false;
};

}  // namespace mqrig::payload
