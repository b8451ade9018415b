#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace mqrig::cli {

/// A word for a value of an enumeration.
template <typename Value>
struct Word {
  std::string_view text;
  Value value;
};

template <typename Value, std::size_t count>
std::optional<Value> find_word(const Word<Value> (&words)[count], std::string_view text) {
  for (const Word<Value>& word : words) {
    if (word.text == text) return word.value;
  }
  return std::nullopt;
}

/// The first word for a value; empty when there is none.
template <typename Value, std::size_t count>
std::string_view word_for(const Word<Value> (&words)[count], Value value) {
  for (const Word<Value>& word : words) {
    if (word.value == value) return word.text;
  }
  return {};
}

}  // namespace mqrig::cli
