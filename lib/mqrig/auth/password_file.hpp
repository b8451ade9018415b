#pragma once

#include <functional>
#include <mqrig/auth/password_hash.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mqrig::auth {

// The users of a broker and the hashes of their passwords, as read from lines of
//   USER:HASH     see PasswordHash
// with comments ("#...") and empty lines between them. The files of mosquitto_passwd are such
// files. Const members may be called from any thread.
class PasswordFile {
 public:
  // True when there is this user with this password. Whatever else is the case, wrong password or
  // unknown user, takes the same time: that of the largest number of iterations in the file. The
  // right password may take less.
  bool check(std::string_view user, std::string_view password) const;

  bool contains(std::string_view user) const { return users_.find(user) != users_.end(); }
  std::size_t size() const { return users_.size(); }

  // False, and nothing changes, when the user is there already.
  bool add(std::string_view user, PasswordHash hash);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  std::unordered_map<std::string, PasswordHash, Hash, std::equal_to<>> users_;
  unsigned most_iterations_ = 0;
};

// Both texts are clauses for the person, and empty if there is nothing to say. They never hold a
// password or a hash. With an error the file holds what stood before it.
struct PasswordFileResult {
  PasswordFile file;
  std::string error;    // "users:3: expected USER:HASH"
  std::string warning;  // others may read or change the file
};

PasswordFileResult load_password_file(const std::string& path);

// The same for a text; `name` stands in messages.
PasswordFileResult parse_password_file(std::string_view text, const std::string& name);

}  // namespace mqrig::auth
