#include "load_values.hpp"

#include <algorithm>
#include <mqrig/cli/value.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::bench {
namespace {

constexpr std::int64_t largest_weight = 1'000'000;

/// Takes the text up to a separator, or all.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<std::uint32_t> parse_bytes(std::string_view text) {
  const auto bytes = cli::parse_size(text);
  if (!bytes || *bytes > wire::max_remaining_length) return std::nullopt;
  return static_cast<std::uint32_t>(*bytes);
}

}  // namespace

std::optional<load::QosMix> parse_qos_mix(std::string_view text) {
  load::QosMix mix{};
  std::array<bool, 3> seen{};
  if (text.ends_with(',')) return std::nullopt;
  do {
    std::string_view part = take(text, ',');
    const bool weighted = part.find(':') != part.npos;
    const auto qos = cli::parse_integer(take(part, ':'));
    const auto weight = weighted ? cli::parse_integer(part) : 1;
    if (!qos || *qos < 0 || *qos > 2 || !weight || *weight < 0 || *weight > largest_weight) {
      return std::nullopt;
    }
    const auto index = static_cast<std::size_t>(*qos);
    if (std::exchange(seen[index], true)) return std::nullopt;
    mix[index] = static_cast<std::uint32_t>(*weight);
  } while (!text.empty());
  if (mix == load::QosMix{}) return std::nullopt;
  return mix;
}

std::string qos_mix_text(const load::QosMix& mix) {
  std::string text;
  for (std::size_t qos = 0; qos < mix.size(); ++qos) {
    if (mix[qos] == 0) continue;
    text += text.empty() ? "" : ",";
    text += std::to_string(qos) + ":" + std::to_string(mix[qos]);
  }
  return text.ends_with(":1") && text.size() == 3 ? text.substr(0, 1) : text;
}

load::QosMix highest_qos(const load::QosMix& mix) {
  load::QosMix highest{};
  highest[mix[2] > 0 ? 2 : mix[1] > 0 ? 1 : 0] = 1;
  return highest;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_size_range(std::string_view text) {
  const bool range = text.find('-') != text.npos;
  const auto smallest = parse_bytes(take(text, '-'));
  const auto largest = range ? parse_bytes(text) : smallest;
  if (!smallest || !largest || *smallest > *largest) return std::nullopt;
  return std::pair(*smallest, *largest);
}

std::string size_range_text(std::uint32_t smallest, std::uint32_t largest) {
  const std::string text = std::to_string(smallest);
  return smallest == largest ? text : text + "-" + std::to_string(largest);
}

std::optional<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const auto number = cli::parse_number(text);
  if (!number || *number < 0) return std::nullopt;
  return percent ? *number / 100 : *number;
}

std::string duration_text(load::Nanoseconds duration) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  if (milliseconds % 1000 == 0) return std::to_string(milliseconds / 1000) + "s";
  return std::to_string(milliseconds) + "ms";
}

std::string rate_text(double per_second) {
  return cli::number_text(per_second) + "/s";
}

}  // namespace mqrig::bench
