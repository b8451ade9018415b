// The comparisons of objectives as they are written.
#pragma once

#include <array>
#include <string_view>

#include <mqrig/load/slo.hpp>

namespace mqrig::load {

struct OperatorText {
  std::string_view text;
  Objective::Operator op;
};

// Longer ones first: the first that a text begins with is meant.
inline constexpr std::array<OperatorText, 6> operator_texts = {{
    {"<=", Objective::Operator::at_most},
    {">=", Objective::Operator::at_least},
    {"==", Objective::Operator::equal},
    {"<", Objective::Operator::less},
    {">", Objective::Operator::more},
    {"=", Objective::Operator::equal},
}};

constexpr std::string_view text_of(Objective::Operator op) noexcept {
  std::string_view text;
  for (const OperatorText& entry : operator_texts) {
    if (entry.op == op) text = entry.text;  // "=" comes after "=="
  }
  return text;
}

}  // namespace mqrig::load
