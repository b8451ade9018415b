#pragma once

#include <array>
#include <functional>
#include <mqrig/auth/password_hash.hpp>
#include <mqrig/auth/scram_credentials.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mqrig::auth {

// The users of a broker and the hashes of their passwords, as read from lines of
//   USER:HASH     see PasswordHash and ScramCredentials
// with comments ("#...") and empty lines between them. A user has a PasswordHash, or credentials of
// SCRAM, one line for each mechanism, or all of them. The files of mosquitto_passwd are such files;
// it does not know SCRAM. Const members may be called from any thread.
class PasswordFile {
 public:
  // True when there is this user with this password, by the PasswordHash or else by the credentials
  // of the strongest mechanism. Whatever else is the case, wrong password or unknown user, takes
  // the same time: that of the largest number of iterations in the file. The right password may
  // take less.
  bool check(std::string_view user, std::string_view password) const;

  bool contains(std::string_view user) const { return users_.find(user) != users_.end(); }
  std::size_t size() const { return users_.size(); }

  // Null when the user is not there, or has none of the mechanism. Lives as long as the file is
  // not changed.
  const ScramCredentials* scram(std::string_view user, ScramMechanism mechanism) const;
  // The most that credentials of the mechanism ask for; 0 when no user has any.
  unsigned scram_iterations(ScramMechanism mechanism) const;

  // False, and nothing changes, when the user has one already: of the same mechanism.
  bool add(std::string_view user, PasswordHash hash);
  bool add(std::string_view user, ScramCredentials credentials);

 private:
  struct User {
    std::optional<PasswordHash> hash;
    std::vector<ScramCredentials> scram;  // the strongest mechanism last
  };
  // The work of a check.
  struct Work {
    std::optional<ScramMechanism> mechanism;  // none: PasswordHash
    unsigned iterations = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  void note(const Work& work);

  std::unordered_map<std::string, User, Hash, std::equal_to<>> users_;
  Work most_work_;
  std::array<unsigned, scram_mechanisms.size()> scram_iterations_{};
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
