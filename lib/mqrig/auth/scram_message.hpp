// The messages of SCRAM (RFC 5802, section 7). Private to this room.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

// Takes a message apart, attribute by attribute, in the order that the grammar sets.
class ScramReader {
 public:
  explicit ScramReader(std::string_view message) : rest_(message) {}

  // The value of the next attribute; empty if that is not this one, or is malformed.
  std::optional<std::string_view> take(char name);
  // The same for attributes that extend SCRAM and may be passed over, up to `last` or the end.
  bool skip_extensions(char last = '\0');
  bool next_is(char name) const { return !at_end_ && rest_.starts_with(name); }
  bool at_end() const { return at_end_; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool at_end_ = false;
};

// Text without the "," and "=" that it has no place for, and back. Empty if it was not escaped so.
std::string escape_scram_name(std::string_view name);
std::optional<std::string> unescape_scram_name(std::string_view text);

// A number without leading zeros, from 1 on. Empty as well for what is too large for an unsigned.
std::optional<unsigned> read_scram_count(std::string_view digits);

// Visible characters without a comma, at least one.
bool is_scram_nonce(std::string_view text);

}  // namespace mqrig::auth
