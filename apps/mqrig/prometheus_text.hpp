#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mqrig {

/// Metrics in the text format of Prometheus, version 0.0.4. All samples of a name follow its
/// description.
class PrometheusText {
 public:
  /// The media type of text().
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  enum class Kind : std::uint8_t { counter, gauge, summary };

  /// `help` is one line without a backslash.
  void describe(std::string_view name, Kind kind, std::string_view help);
  /// `labels` as label() makes them, or empty.
  void sample(std::string_view name, std::string_view labels, std::uint64_t value);
  void sample(std::string_view name, std::string_view labels, double value);

  std::string take() { return std::move(text_); }

  /// `name="value"`, with any value: it may quote a broker.
  static std::string label(std::string_view name, std::string_view value);

 private:
  void line(std::string_view name, std::string_view labels, std::string_view number);

  std::string text_;
};

}  // namespace mqrig
