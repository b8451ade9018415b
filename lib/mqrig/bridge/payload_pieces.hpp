// One payload taken apart into several.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/bridge/settings.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::bridge {

// Keeps its memory from payload to payload.
class PayloadPieces {
 public:
  // The elements of a JSON array byte for byte as they stand in it, or the lines that are not
  // empty, without their ends ("\n" or "\r\n"). An empty payload is one piece: retained, it deletes
  // what is retained at the target. False, with a clause for a person: there is no array.
  bool take(PayloadSplit split, wire::ByteView payload, std::string& problem);

  // Views of the payload.
  std::span<const std::string_view> list() const noexcept { return pieces_; }

 private:
  void take_lines(std::string_view text);
  bool take_elements(std::string_view json, std::string& problem);

  std::vector<std::string_view> pieces_;
};

}  // namespace mqrig::bridge
