#include "prometheus_text.hpp"

#include <charconv>
#include <cmath>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig {
namespace {

std::string_view word(PrometheusText::Kind kind) {
  switch (kind) {
    case PrometheusText::Kind::counter:
      return "counter";
    case PrometheusText::Kind::summary:
      return "summary";
    case PrometheusText::Kind::gauge:
      break;
  }
  return "gauge";
}

}  // namespace

void PrometheusText::describe(std::string_view name, Kind kind, std::string_view help) {
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(word(kind)).append("\n");
}

void PrometheusText::sample(std::string_view name, std::string_view labels, std::uint64_t value) {
  line(name, labels, std::to_string(value));
}

void PrometheusText::sample(std::string_view name, std::string_view labels, double value) {
  if (!std::isfinite(value)) return line(name, labels, "NaN");
  char digits[32];
  line(name, labels, {digits, std::to_chars(digits, digits + sizeof digits, value).ptr});
}

std::string PrometheusText::label(std::string_view name, std::string_view value) {
  std::string shown;
  cli::append_printable(shown, value);
  // One byte that is not UTF-8 would make the whole page unreadable.
  const bool utf8 = wire::is_utf8(shown);
  std::string text = std::string(name) + "=\"";
  for (const char character : shown) {
    if (character == '"' || character == '\\') text += '\\';
    text += utf8 || static_cast<unsigned char>(character) < 0x80 ? character : '?';
  }
  return text + '"';
}

void PrometheusText::line(std::string_view name, std::string_view labels, std::string_view number) {
  text_ += name;
  if (!labels.empty()) text_.append("{").append(labels).append("}");
  text_.append(" ").append(number).append("\n");
}

}  // namespace mqrig
