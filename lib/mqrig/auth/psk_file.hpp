#pragma once

#include <mqrig/auth/secret.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mqrig::auth {

// The pre-shared keys of the clients of a broker, as read from lines of
//   IDENTITY:KEY      the key in hexadecimal digits
// with comments ("#...") and empty lines between them. The psk_file of mosquitto is such a file.
// Const members may be called from any thread.
class PskFile {
 public:
  // The key, bytes, for who says so.
  std::optional<std::string> find(const std::string& identity) const;

  std::size_t size() const { return keys_.size(); }

  // False, and nothing changes, when the identity is there already.
  bool add(std::string identity, Secret key);

 private:
  std::unordered_map<std::string, Secret> keys_;
};

// Both texts are clauses for the person, and empty if there is nothing to say. They never hold a
// key. With an error the file holds what stood before it.
struct PskFileResult {
  PskFile file;
  std::string error;    // "keys:3: expected IDENTITY:KEY"
  std::string warning;  // others may read or change the file, or a key can be guessed
};

PskFileResult load_psk_file(const std::string& path);

// The same for a text; `name` stands in messages.
PskFileResult parse_psk_file(std::string_view text, const std::string& name);

}  // namespace mqrig::auth
