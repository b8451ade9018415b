#include <algorithm>
#include <charconv>

#include <mqrig/load/text_template.hpp>

namespace mqrig::load {

// Reads a template from left to right.
class TextTemplate::Compiler {
 public:
  Compiler(std::string_view text, TextTemplate& result, std::string& error)
      : text_(text), result_(result), error_(error) {}

  bool compile();

 private:
  struct Name {
    std::string_view name;
    Kind kind;
    bool takes_number;
  };

  bool escaped();
  bool braces();
  bool percent();
  bool number(std::string_view digits, Piece& piece);
  void add(Piece piece);
  bool fail(std::size_t size, std::string_view what);
  bool fail_unknown(std::size_t size);

  static constexpr Name names[] = {
      {"client", Kind::client, true}, {"n", Kind::number, true},   {"rand", Kind::random, true},
      {"id", Kind::id, false},        {"user", Kind::user, false}, {"group", Kind::group, false},
      {"shard", Kind::shard, false},  {"run", Kind::run, false},   {"time", Kind::time, false},
      {"uuid", Kind::uuid, false},
  };
  static constexpr Name letters[] = {
      {"i", Kind::client_from_one, false},
      {"s", Kind::number_from_one, false},
      {"c", Kind::id, false},
      {"u", Kind::user, false},
  };

  std::string_view text_;
  TextTemplate& result_;
  std::string& error_;
  std::size_t position_ = 0;
};

bool TextTemplate::Compiler::compile() {
  while (position_ < text_.size()) {
    const std::size_t special = std::min(text_.find_first_of("{}%", position_), text_.size());
    result_.literals_ += text_.substr(position_, special - position_);
    position_ = special;
    if (position_ == text_.size() || escaped()) continue;
    const bool good = text_[position_] == '%' ? percent() : braces();
    if (!good) return false;
  }
  return true;
}

bool TextTemplate::Compiler::escaped() {
  if (position_ + 1 >= text_.size() || text_[position_ + 1] != text_[position_]) return false;
  result_.literals_ += text_[position_];
  position_ += 2;
  return true;
}

bool TextTemplate::Compiler::braces() {
  if (text_[position_] == '}') return fail(1, "closes nothing; write “}}” for a brace");
  const std::size_t end = text_.find('}', position_);
  if (end == std::string_view::npos) {
    return fail(text_.size() - position_, "has no “}”; write “{{” for a brace");
  }
  const std::size_t size = end + 1 - position_;
  const std::string_view inside = text_.substr(position_ + 1, size - 2);
  const std::size_t colon = inside.find(':');
  for (const Name& name : names) {
    if (name.name != inside.substr(0, colon)) continue;
    Piece piece{name.kind, 0, 0};
    if (colon != std::string_view::npos) {
      if (!name.takes_number) return fail(size, "takes no number");
      if (!number(inside.substr(colon + 1), piece)) {
        return fail(size, "needs a number from 1 to 4294967295 after the colon");
      }
    }
    position_ += size;
    add(piece);
    return true;
  }
  return fail_unknown(size);
}

bool TextTemplate::Compiler::percent() {
  for (const Name& letter : letters) {
    if (letter.name != text_.substr(position_ + 1, 1)) continue;
    position_ += 2;
    add({letter.kind, 0, 0});
    return true;
  }
  return fail_unknown(2);
}

bool TextTemplate::Compiler::number(std::string_view digits, Piece& piece) {
  const char* const end = digits.data() + digits.size();
  const auto [parsed, problem] = std::from_chars(digits.data(), end, piece.modulus);
  return problem == std::errc{} && parsed == end && piece.modulus != 0;
}

void TextTemplate::Compiler::add(Piece piece) {
  piece.literal = result_.literals_.size();
  result_.pieces_.push_back(piece);
}

bool TextTemplate::Compiler::fail(std::size_t size, std::string_view what) {
  // A character of several bytes is shown whole.
  std::size_t end = std::min(position_ + size, text_.size());
  while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80) ++end;
  error_ = "“" + std::string(text_.substr(position_, end - position_)) + "” at byte " +
           std::to_string(position_ + 1) + " " + std::string(what);
  return false;
}

bool TextTemplate::Compiler::fail_unknown(std::size_t size) {
  std::string what = "is no placeholder; there are";
  for (const Name& name : names) {
    what += " {" + std::string(name.name) + "}";
    if (name.takes_number) what += " {" + std::string(name.name) + ":N}";
  }
  for (const Name& letter : letters) what += " %" + std::string(letter.name);
  return fail(size, what + ", and “{{”, “}}” and “%%” for the characters themselves");
}

std::optional<TextTemplate> TextTemplate::compile(std::string_view text, std::string& error) {
  TextTemplate result;
  if (!Compiler(text, result, error).compile()) return std::nullopt;
  return result;
}

}  // namespace mqrig::load
