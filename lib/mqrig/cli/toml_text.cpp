#include <mqrig/cli/toml_text.hpp>

#include <algorithm>

namespace mqrig::cli {
namespace {

constexpr std::string_view bare_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && key.find_first_not_of(bare_characters) == std::string::npos;
  return bare ? key : toml_quoted(key);
}

bool is_table_array(const TomlValue& value) {
  return value.kind == TomlValue::Kind::array && !value.items.empty() &&
         std::all_of(value.items.begin(), value.items.end(),
                     [](const TomlValue& item) { return item.kind == TomlValue::Kind::table; });
}

/// Of what stands behind "key = ".
std::string value_text(const TomlValue& value) {
  if (value.kind == TomlValue::Kind::text) return toml_quoted(value.text);
  if (value.kind != TomlValue::Kind::array) return value.text;
  std::string out = "[";
  for (const TomlValue& item : value.items) {
    if (out.size() > 1) out += ", ";
    out += value_text(item);
  }
  return out + "]";
}

void append_comment(std::string& out, std::string_view comment) {
  while (!comment.empty()) {
    const std::size_t end = std::min(comment.find('\n'), comment.size());
    out += "# ";
    // Control characters have no place in a comment, and may come from a file that was read.
    for (const char c : comment.substr(0, end))
      out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    out += '\n';
    comment.remove_prefix(std::min(end + 1, comment.size()));
  }
}

void append_table(std::string& out, const TomlValue& table, const std::string& path) {
  for (const TomlValue& item : table.items) {
    if (item.kind == TomlValue::Kind::table || is_table_array(item)) continue;
    append_comment(out, item.comment);
    out += key_text(item.key) + " = " + value_text(item) + "\n";
  }
  const auto append_inner = [&](const TomlValue& inner, const std::string& key, bool of_array) {
    const std::string inner_path = path + (path.empty() ? "" : ".") + key_text(key);
    if (!out.empty()) out += '\n';
    append_comment(out, inner.comment);
    out += (of_array ? "[[" : "[") + inner_path + (of_array ? "]]\n" : "]\n");
    append_table(out, inner, inner_path);
  };
  for (const TomlValue& item : table.items) {
    if (item.kind == TomlValue::Kind::table) append_inner(item, item.key, false);
    if (!is_table_array(item)) continue;
    for (const TomlValue& element : item.items) append_inner(element, item.key, true);
  }
}

}  // namespace

std::string toml_quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7F) {
      out += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 0xF]};
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string toml_array(const std::vector<std::string>& texts, std::string_view separator) {
  std::string out;
  for (const std::string& text : texts) {
    out += out.empty() ? "[" : separator;
    out += toml_quoted(text);
  }
  return out.empty() ? "[]" : out + "]";
}

std::string toml_text(const TomlValue& table) {
  std::string out;
  append_comment(out, table.comment);
  append_table(out, table, {});
  return out;
}

}  // namespace mqrig::cli
