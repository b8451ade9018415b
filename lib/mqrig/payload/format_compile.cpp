#include <mqrig/payload/format.hpp>

namespace mqrig::payload {

// Reads a template from left to right.
class FormatCompiler {
 public:
  FormatCompiler(std::string_view text, Format& format, std::string& error)
      : text_(text), format_(format), error_(error) {}

  bool compile();

 private:
  using Piece = Format::Piece;

  bool percent();
  bool at();
  bool backslash();
  void flags(Piece& piece);
  bool number(std::uint32_t& value);
  void add_field(Piece piece);
  void add_literal(char c);
  void add_time(Piece::Kind kind, std::string_view strftime_format);
  bool fail_incomplete(std::size_t start);
  bool fail_unknown(std::size_t start, std::string_view what);
  bool more() const { return position_ < text_.size(); }
  std::string place(std::size_t start) const;

  std::string_view text_;
  Format& format_;
  std::string& error_;
  std::size_t position_ = 0;
};

bool FormatCompiler::compile() {
  while (more()) {
    const char c = text_[position_++];
    bool good = true;
    if (c == '%') {
      good = percent();
    } else if (c == '@') {
      good = at();
    } else if (c == '\\') {
      good = backslash();
    } else {
      add_literal(c);
    }
    if (!good) return false;
  }
  return true;
}

bool FormatCompiler::percent() {
  const std::size_t start = position_ - 1;
  Piece piece;
  piece.kind = Piece::field;
  flags(piece);
  if (!number(piece.width)) return false;
  if (more() && text_[position_] == '.') {
    ++position_;
    std::uint32_t precision = 0;
    if (!number(precision)) return false;
    piece.precision = static_cast<std::int32_t>(precision);
  }
  const std::string_view rest = text_.substr(position_);
  const bool separated = rest.size() >= 2 && std::string_view(":-_ ,").find(rest[0]) != rest.npos &&
                         (rest[1] == 'x' || rest[1] == 'X');
  if (separated) piece.separator = text_[position_++];
  if (!more()) return fail_incomplete(start);
  piece.letter = text_[position_++];
  if (piece.letter == '%') {
    add_literal('%');
    return true;
  }
  if (std::string_view("ACDEFIJPRSUXdfjlmpqrtx").find(piece.letter) == std::string_view::npos) {
    return fail_unknown(start, "a format specifier");
  }
  add_field(piece);
  return true;
}

void FormatCompiler::flags(Piece& piece) {
  if (more() && text_[position_] == '-') {
    piece.left = true;
    ++position_;
  }
  if (more() && text_[position_] == '0') {
    piece.pad = '0';
    ++position_;
  }
}

// Digits, if there are any.
bool FormatCompiler::number(std::uint32_t& value) {
  const std::size_t start = position_;
  for (; more() && text_[position_] >= '0' && text_[position_] <= '9'; ++position_) {
    value = value * 10 + static_cast<std::uint32_t>(text_[position_] - '0');
    if (value > Format::max_width) {
      error_ = "the width at byte " + std::to_string(start + 1) + " of the format is above 65,535";
      return false;
    }
  }
  return true;
}

void FormatCompiler::add_field(Piece piece) {
  switch (piece.letter) {
    case 'I':
      piece.index = format_.times_.add("%FT%T%z");
      format_.uses_time_ = true;
      break;
    case 'j':
    case 'J':
      piece.index = format_.times_.add("%FT%T");
      format_.times_.add("%z");
      format_.uses_time_ = true;
      break;
    case 'U':
      format_.uses_time_ = true;
      break;
    default:
      break;
  }
  format_.pieces_.push_back(piece);
}

bool FormatCompiler::at() {
  if (!more()) return fail_incomplete(position_ - 1);
  const char c = text_[position_++];
  if (c == '@') {
    add_literal('@');
  } else if (c == 'N') {
    add_time(Piece::nanoseconds, {});
  } else {
    const char format[] = {'%', c};
    add_time(Piece::local_time, {format, sizeof format});
  }
  return true;
}

void FormatCompiler::add_time(Piece::Kind kind, std::string_view strftime_format) {
  Piece piece;
  piece.kind = kind;
  if (kind == Piece::local_time) piece.index = format_.times_.add(strftime_format);
  format_.uses_time_ = true;
  format_.pieces_.push_back(piece);
}

bool FormatCompiler::backslash() {
  if (!more()) return fail_incomplete(position_ - 1);
  constexpr std::string_view names = "\\0aenrtv";
  constexpr std::string_view values("\\\0\a\033\n\r\t\v", names.size());
  const std::size_t which = names.find(text_[position_++]);
  if (which == std::string_view::npos) return fail_unknown(position_ - 2, "an escape sequence");
  add_literal(values[which]);
  return true;
}

// Goes to the literal that ends the pieces, or starts one.
void FormatCompiler::add_literal(char c) {
  if (format_.pieces_.empty() || format_.pieces_.back().kind != Piece::literal) {
    Piece piece;
    piece.index = format_.literals_.size();
    format_.pieces_.push_back(piece);
  }
  format_.literals_.push_back(c);
  ++format_.pieces_.back().size;
}

std::string FormatCompiler::place(std::size_t start) const {
  // A character of several bytes is shown whole.
  std::size_t end = position_;
  while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80) ++end;
  return "“" + std::string(text_.substr(start, end - start)) + "” at byte " +
         std::to_string(start + 1);
}

bool FormatCompiler::fail_incomplete(std::size_t start) {
  error_ = place(start) + " of the format is not complete";
  return false;
}

bool FormatCompiler::fail_unknown(std::size_t start, std::string_view what) {
  error_ = place(start) + " of the format is not " + std::string(what);
  return false;
}

std::optional<Format> Format::compile(std::string_view text, bool newline, std::string& error) {
  Format format;
  if (!FormatCompiler(text, format, error).compile()) return std::nullopt;
  std::string ignored;
  if (newline) FormatCompiler("\\n", format, ignored).compile();
  return format;
}

}  // namespace mqrig::payload
