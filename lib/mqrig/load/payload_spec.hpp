// What the payloads of a group's messages are to be.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <mqrig/load/text_template.hpp>

namespace mqrig::load {

struct PayloadSpec {
  // Filler of so many bytes, from `smallest` to `largest`, all of them equally often. Sizes count
  // the stamp; a payload that is too small for one has none.
  struct Sizes {
    std::uint32_t smallest = 0;
    std::uint32_t largest = 0;  // at least `smallest`
  };
  // These bytes, those of a file say.
  struct Contents {
    std::string bytes;
  };
  // Message n of a client has line n modulo their number.
  struct Lines {
    std::vector<std::string> texts;  // at least one
  };

  // Texts, contents and lines follow the stamp.
  std::variant<Sizes, TextTemplate, Contents, Lines> body;
  bool stamped = true;
};

}  // namespace mqrig::load
