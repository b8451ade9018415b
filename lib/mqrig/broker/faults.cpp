#include <mqrig/broker/faults.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include <mqrig/broker/quoted.hpp>
#include <mqrig/broker/trimmed.hpp>

namespace mqrig::broker {

namespace {

using std::chrono::milliseconds;

struct Probability {
  std::string_view name;
  double FaultSettings::*member;
};

constexpr Probability probabilities[] = {
    {"drop-connection", &FaultSettings::drop_connection},
    {"refuse", &FaultSettings::refuse},
    {"drop-puback", &FaultSettings::drop_puback},
    {"drop-pubrec", &FaultSettings::drop_pubrec},
    {"drop-pubcomp", &FaultSettings::drop_pubcomp},
    {"drop-publish", &FaultSettings::drop_publish},
    {"duplicate", &FaultSettings::duplicate},
    {"corrupt", &FaultSettings::corrupt},
    {"reorder", &FaultSettings::reorder},
    {"reorder-topic", &FaultSettings::reorder_topic},
};

constexpr std::string_view delay_name = "delay";
constexpr std::int64_t longest_delay = 3'600'000;  // ms

// Digits and a point: no sign, no exponent, no infinity.
std::optional<double> parse_decimal(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string parse_probability(std::string_view name, std::string_view text, double& into) {
  const bool percent = text.ends_with('%');
  const auto number = parse_decimal(percent ? text.substr(0, text.size() - 1) : text);
  const std::string start = std::string(name) + ": " + quoted(text);
  if (!number) return start + " is no probability, such as 0.1% or 0.001";
  if (percent && *number > 100) return start + " is more than 100%";
  if (!percent && *number > 1) {
    return start + " is more than 1: if percent are meant, write " + std::string(text) + "%";
  }
  into = percent ? *number / 100 : *number;
  return {};
}

struct Unit {
  std::string_view suffix;
  double factor;  // ms
};
constexpr Unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}};

// A time with a unit, or without one where there is a `usual` unit; `unit` says which it was.
std::string parse_time(std::string_view text, const Unit* usual, milliseconds& into,
                       const Unit*& unit) {
  std::string_view digits = text;
  unit = usual;
  for (const Unit& known : units) {
    if (!text.ends_with(known.suffix)) continue;
    digits = text.substr(0, text.size() - known.suffix.size());
    unit = &known;
    break;
  }
  const auto number = parse_decimal(digits);
  if (!number) return "delay: " + quoted(text) + " is no time, such as 50ms or 1.5s";
  if (!unit) return "delay: " + quoted(text) + " needs a unit: ms, s or m";
  const double scaled = *number * unit->factor;
  if (scaled > static_cast<double>(longest_delay)) {
    return "delay: " + quoted(text) + " is more than an hour";
  }
  into = milliseconds(static_cast<std::int64_t>(scaled + 0.5));
  return {};
}

// "50ms", "50ms±20ms", "50ms+-20".
std::string parse_delay(std::string_view text, FaultSettings& settings) {
  std::string_view time = text;
  std::optional<std::string_view> spread;
  for (const std::string_view sign : {"\xC2\xB1", "+-"}) {
    const std::size_t at = text.find(sign);
    if (at == text.npos) continue;
    time = text.substr(0, at);
    spread = text.substr(at + sign.size());
    break;
  }
  const Unit* unit = nullptr;
  std::string error = parse_time(trimmed(time), nullptr, settings.delay, unit);
  if (!error.empty()) return error;
  settings.jitter = {};
  if (!spread) return {};
  error = parse_time(trimmed(*spread), unit, settings.jitter, unit);
  if (error.empty() && settings.jitter > settings.delay) {
    error = "delay: " + quoted(text) + " varies by more than the delay itself";
  }
  return error;
}

std::string known_names() {
  std::string names(delay_name);
  for (const Probability& known : probabilities) names.append(", ").append(known.name);
  return names;
}

std::string parse_item(std::string_view item, FaultSettings& settings,
                       std::set<std::string_view>& seen) {
  if (item.empty()) return "an item between commas is empty";
  const std::size_t equals = item.find('=');
  const std::string_view name = trimmed(item.substr(0, equals));
  const auto* known = std::find_if(std::begin(probabilities), std::end(probabilities),
                                   [&](const Probability& p) { return p.name == name; });
  if (name != delay_name && known == std::end(probabilities)) {
    return "there is no fault " + quoted(name) + ": the faults are " + known_names();
  }
  if (equals == item.npos) {
    return std::string(name) + " needs a value, such as " + std::string(name) +
           (name == delay_name ? "=50ms" : "=1%");
  }
  if (!seen.insert(name).second) return std::string(name) + " stands twice";
  const std::string_view value = trimmed(item.substr(equals + 1));
  if (name == delay_name) return parse_delay(value, settings);
  return parse_probability(name, value, settings.*known->member);
}

// [0, 1): the same on every platform, which the distributions of <random> are not.
double draw(std::mt19937_64& generator) noexcept {
  return static_cast<double>(generator() >> 11) * 0x1p-53;
}

}  // namespace

bool FaultSettings::any() const noexcept {
  return delay.count() != 0 ||
         std::any_of(std::begin(probabilities), std::end(probabilities),
                     [this](const Probability& p) { return this->*p.member != 0; });
}

std::string parse_faults(std::string_view text, FaultSettings& settings) {
  FaultSettings read;
  read.seed = settings.seed;
  std::set<std::string_view> seen;
  for (std::string_view rest = trimmed(text); !rest.empty();) {
    const std::size_t comma = rest.find(',');
    std::string error = parse_item(trimmed(rest.substr(0, comma)), read, seen);
    if (!error.empty()) return error;
    if (comma == rest.npos) break;
    rest.remove_prefix(comma + 1);
    if (rest.empty()) return "an item is missing after the last comma";
  }
  settings = read;
  return {};
}

bool Faults::happens(double probability) noexcept {
  return probability > 0 && draw(generator_) < probability;
}

std::size_t Faults::place(std::size_t count) noexcept {
  return static_cast<std::size_t>(draw(generator_) * static_cast<double>(count));
}

milliseconds Faults::delay() noexcept {
  const std::int64_t jitter = settings_.jitter.count();
  if (jitter == 0) return settings_.delay;
  const double choices = static_cast<double>(2 * jitter + 1);
  return settings_.delay +
         milliseconds(static_cast<std::int64_t>(draw(generator_) * choices) - jitter);
}

}  // namespace mqrig::broker
