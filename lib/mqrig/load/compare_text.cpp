#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/report_compare.hpp>

namespace mqrig::load {
namespace {

using Row = std::array<std::string, 6>;

std::string factor_text(double ratio) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), "%.3f", ratio);
  return text.data();
}

Row row_of(const ComparedValue& value) {
  const auto shown = [&](double number) {
    return value.rate ? rate_text(number) : duration_text(number);
  };
  const std::string interval =
      value.high > 0 ? factor_text(value.low) + " to " + factor_text(value.high) : "-";
  return {value.name,     shown(value.a),
          shown(value.b), factor_text(value.ratio),
          interval,       std::string(name(value.verdict))};
}

std::string table(const std::vector<Row>& rows) {
  std::array<std::size_t, 6> widths{};
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string blanks(widths[column] - row[column].size(), ' ');
      const bool words = column == 0 || column + 1 == row.size();
      if (column > 0) text += "  ";
      if (!words) text += blanks;
      text += row[column];
      if (column == 0) text += blanks;
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string to_text(const Comparison& comparison) {
  std::vector<Row> rows{{"", "A", "B", "B/A", "95 %", ""}};
  for (const ComparedValue& value : comparison.values) rows.push_back(row_of(value));
  std::string text = table(rows);
  for (const std::string& warning : comparison.warnings) {
    text.append("warning: ").append(warning).append("\n");
  }
  text += comparison.regressed() ? "B is worse than A" : "B is not surely worse than A";
  return text.append(" (tolerance ").append(percent_text(comparison.tolerance)).append(")\n");
}

std::string to_json(const Comparison& comparison) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["schema"] = 1;
  json["tolerance"] = comparison.tolerance;
  json["regressed"] = comparison.regressed();
  Json& values = json["values"] = Json::array();
  for (const ComparedValue& value : comparison.values) {
    const bool known = value.high > 0;
    values.push_back({{"name", value.name},
                      {"unit", value.rate ? "1/s" : "ns"},
                      {"a", value.a},
                      {"b", value.b},
                      {"ratio", value.ratio},
                      {"low", known ? Json(value.low) : Json()},
                      {"high", known ? Json(value.high) : Json()},
                      {"verdict", name(value.verdict)}});
  }
  json["warnings"] = comparison.warnings;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace mqrig::load
