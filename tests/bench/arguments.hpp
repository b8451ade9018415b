// The command line of a benchmark: words of the form `--name VALUE` and flags.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::bench {

// Ask for each option once, then call finish(), which ends the program with code 2 when something
// was left over. So does a value that is missing or out of range.
class Arguments {
 public:
  Arguments(int count, char** words) : program_(words[0]), words_(words + 1, words + count) {}

  std::string text(std::string_view name, std::string_view fallback) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i] != name) continue;
      if (i + 1 == words_.size()) refuse(name, "needs a value");
      const std::string value(words_[i + 1]);
      words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(i),
                   words_.begin() + static_cast<std::ptrdiff_t>(i) + 2);
      return value;
    }
    return std::string(fallback);
  }

  std::uint64_t number(std::string_view name, std::uint64_t fallback, std::uint64_t minimum,
                       std::uint64_t maximum) {
    const std::string value = text(name, std::to_string(fallback));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < minimum ||
        number > maximum) {
      refuse(name,
             "needs a number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
    }
    return number;
  }

  bool flag(std::string_view name) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i] != name) continue;
      words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
    return false;
  }

  void finish() const {
    if (!words_.empty()) refuse(words_.front(), "is unknown");
  }

 private:
  [[noreturn]] void refuse(std::string_view name, const std::string& why) const {
    std::fprintf(stderr, "%s: %.*s %s\n", program_, static_cast<int>(name.size()), name.data(),
                 why.c_str());
    std::exit(2);
  }

  const char* program_;
  std::vector<std::string_view> words_;
};

}  // namespace mqrig::bench
