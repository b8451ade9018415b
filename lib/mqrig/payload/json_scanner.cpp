#include <bitset>
#include <charconv>
#include <cstdint>

#include <mqrig/payload/json_bytes.hpp>
#include <mqrig/payload/json_scanner.hpp>
#include <mqrig/payload/utf8_sequence.hpp>

namespace mqrig::payload {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_high_surrogate(unsigned unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low_surrogate(unsigned unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

void append_code_point(std::string& out, unsigned code) {
  const auto byte = [&out](unsigned value) { out.push_back(static_cast<char>(value)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

unsigned hex_value(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

}  // namespace

// Which of the open brackets are objects.
class JsonScanner::Nesting {
 public:
  void push(bool object) noexcept { objects_[depth_++] = object; }
  void pop() noexcept { --depth_; }
  std::size_t depth() const noexcept { return depth_; }
  bool in_object() const noexcept { return objects_[depth_ - 1]; }

 private:
  std::bitset<max_depth> objects_;
  std::size_t depth_ = 0;
};

char JsonScanner::peek() noexcept {
  for (; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return c;
  }
  return 0;
}

bool JsonScanner::take_if(char wanted) noexcept {
  if (peek() != wanted || position_ == text_.size()) return false;
  ++position_;
  return true;
}

bool JsonScanner::take(char expected) noexcept {
  if (take_if(expected)) return true;
  switch (expected) {
    case ':':
      return fail("a colon is missing");
    case '"':
      return fail("a string is missing");
    case '{':
      return fail("an object is missing");
    default:
      return fail("a comma or the closing bracket is missing");
  }
}

bool JsonScanner::string(std::string_view& raw) noexcept {
  if (!take('"')) return false;
  const std::size_t start = position_;
  if (!skip_string()) return false;
  raw = text_.substr(start, position_ - start - 1);
  return true;
}

bool JsonScanner::value(std::string_view& slice) noexcept {
  peek();
  const std::size_t start = position_;
  if (!skip_value()) return false;
  slice = text_.substr(start, position_ - start);
  return true;
}

bool JsonScanner::skip_value() noexcept {
  const char first = peek();
  if (first != '{' && first != '[') return skip_scalar();
  Nesting nesting;
  do {
    bool complete = true;
    const char c = peek();
    if (c == '{' || c == '[') {
      if (!open(c, nesting, complete)) return false;
    } else if (!skip_scalar()) {
      return false;
    }
    while (complete && nesting.depth() != 0) {
      if (!close_or_go_on(nesting, complete)) return false;
    }
  } while (nesting.depth() != 0);
  return true;
}

// Takes an opening bracket; complete when its partner follows at once.
bool JsonScanner::open(char bracket, Nesting& nesting, bool& complete) noexcept {
  ++position_;
  const bool object = bracket == '{';
  if (nesting.depth() == depth_limit_) return fail("values are nested too deeply");
  nesting.push(object);
  complete = take_if(object ? '}' : ']');
  if (!complete) return !object || skip_key();
  nesting.pop();
  return true;
}

// Behind an element: `complete` stays true when a bracket was closed, so that another may follow.
bool JsonScanner::close_or_go_on(Nesting& nesting, bool& complete) noexcept {
  if (take_if(',')) {
    complete = false;
    return !nesting.in_object() || skip_key();
  }
  if (!take(nesting.in_object() ? '}' : ']')) return false;
  nesting.pop();
  return true;
}

bool JsonScanner::skip_key() noexcept {
  if (peek() != '"') return fail("a key in quotes is missing");
  ++position_;
  return skip_string() && take(':');
}

bool JsonScanner::skip_scalar() noexcept {
  switch (peek()) {
    case '"':
      ++position_;
      return skip_string();
    case 't':
      return skip_word("true");
    case 'f':
      return skip_word("false");
    case 'n':
      return skip_word("null");
    default:
      return skip_number();
  }
}

// From behind the opening quote to behind the closing one.
bool JsonScanner::skip_string() noexcept {
  const std::size_t size = text_.size();
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text_.data());
  position_ += plain_bytes(bytes + position_, size - position_);
  while (position_ < size) {
    const std::uint8_t byte = bytes[position_];
    if (byte >= 0x80) {
      const std::size_t sequence = utf8_sequence_size(bytes + position_, size - position_);
      if (sequence == 0) return fail("a byte is not UTF-8");
      position_ += sequence;
    } else if (byte == '"') {
      ++position_;
      return true;
    } else if (byte == '\\') {
      if (!skip_escape()) return false;
      position_ += plain_bytes(bytes + position_, size - position_);
    } else if (byte < 0x20) {
      return fail("a control character in a string is not escaped");
    } else {
      ++position_;
    }
  }
  return fail("a string is not closed");
}

bool JsonScanner::skip_escape() noexcept {
  const char kind = position_ + 1 < text_.size() ? text_[position_ + 1] : '\0';
  if (kind == 'u') return skip_unicode_escape();
  if (kind == 0 || std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos) {
    return fail("an escape sequence is not one of JSON's");
  }
  position_ += 2;
  return true;
}

bool JsonScanner::skip_unicode_escape() noexcept {
  unsigned unit = 0;
  if (!hex4(unit)) return false;
  if (is_low_surrogate(unit)) return fail("half a surrogate pair stands alone");
  if (!is_high_surrogate(unit)) return true;
  unsigned low = 0;
  if (text_.substr(position_, 2) != "\\u" || !hex4(low) || !is_low_surrogate(low)) {
    return fail("half a surrogate pair stands alone");
  }
  return true;
}

// Takes "\uXXXX".
bool JsonScanner::hex4(unsigned& unit) noexcept {
  const std::string_view digits = text_.substr(position_ + 2, 4);
  for (const char c : digits) {
    const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!hex) return fail("\\u needs four hexadecimal digits");
  }
  if (digits.size() < 4) return fail("\\u needs four hexadecimal digits");
  unit = hex_value(digits);
  position_ += 6;
  return true;
}

bool JsonScanner::skip_number() noexcept {
  const std::size_t start = position_;
  if (position_ < text_.size() && text_[position_] == '-') ++position_;
  const std::size_t whole = position_;
  if (!skip_digits()) {
    return fail(start == whole ? "a value is missing" : "a number has no digits");
  }
  if (text_[whole] == '0' && position_ - whole > 1) return fail("a number starts with zero");
  if (position_ < text_.size() && text_[position_] == '.') {
    ++position_;
    if (!skip_digits()) return fail("a number has no digits behind its point");
  }
  if (position_ < text_.size() && (text_[position_] == 'e' || text_[position_] == 'E')) {
    ++position_;
    if (position_ < text_.size() && (text_[position_] == '+' || text_[position_] == '-')) {
      ++position_;
    }
    if (!skip_digits()) return fail("a number has no digits in its exponent");
  }
  return true;
}

bool JsonScanner::skip_digits() noexcept {
  const std::size_t start = position_;
  while (position_ < text_.size() && is_digit(text_[position_])) ++position_;
  return position_ != start;
}

bool JsonScanner::skip_word(std::string_view word) noexcept {
  if (text_.substr(position_, word.size()) != word) return fail("a value is missing");
  position_ += word.size();
  return true;
}

bool JsonScanner::fail(std::string_view problem) noexcept {
  problem_ = problem;
  return false;
}

bool is_embeddable_json(std::string_view text) noexcept {
  JsonScanner scanner(text, max_embedded_depth);
  std::string_view value;
  return scanner.value(value) && scanner.at_end();
}

std::string_view unescape(std::string_view raw, std::string& storage) {
  std::size_t backslash = raw.find('\\');
  if (backslash == std::string_view::npos) return raw;
  storage.clear();
  while (backslash != std::string_view::npos) {
    storage.append(raw, 0, backslash);
    const char kind = raw[backslash + 1];
    std::size_t used = 2;
    if (kind == 'u') {
      unsigned code = hex_value(raw.substr(backslash + 2, 4));
      used = 6;
      if (is_high_surrogate(code)) {
        code =
            0x10000 + ((code - 0xD800) << 10) + (hex_value(raw.substr(backslash + 8, 4)) - 0xDC00);
        used = 12;
      }
      append_code_point(storage, code);
    } else {
      constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
      storage.push_back(values[names.find(kind)]);
    }
    raw.remove_prefix(backslash + used);
    backslash = raw.find('\\');
  }
  storage.append(raw);
  return storage;
}

}  // namespace mqrig::payload
