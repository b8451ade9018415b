#pragma once

#include <sys/types.h>
#include <mqrig/auth/password_hash.hpp>
#include <mqrig/auth/scram_credentials.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::auth {

// Changes users of a password file and leaves all other lines as they are, also those that are
// wrong. Whoever reads the file meanwhile finds the old one or the new one: it is replaced as a
// whole.
//
// From load() on until the object is gone, other editors of files in the same directory wait in
// load(). The texts that functions return are clauses for the person, empty on success.
class PasswordFileEditor {
 public:
  explicit PasswordFileEditor(std::string path);
  PasswordFileEditor(const PasswordFileEditor&) = delete;
  PasswordFileEditor& operator=(const PasswordFileEditor&) = delete;
  ~PasswordFileEditor();

  // Reads the file; one that is missing counts as empty.
  std::string load();

  // Takes the place of all lines of the user if there are any, or adds what is new at the end:
  // false. `user` is one without fault (user_fault). Credentials are of one mechanism each, and at
  // least one.
  bool set(std::string_view user, const PasswordHash& hash);
  bool set(std::string_view user, std::span<const ScramCredentials> credentials);
  // False when there was no such user.
  bool erase(std::string_view user);

  // A new file has mode 0600, any other keeps mode, owner and group, and a symbolic link stays one.
  // It is on the disk when this returns. On failure the old file is still there.
  std::string save() const;

 private:
  bool replace(std::string_view user, const std::vector<std::string>& hashes);

  std::string path_;  // of the file itself, symbolic links resolved
  std::vector<std::string> lines_;
  bool exists_ = false;
  mode_t mode_ = 0600;
  uid_t owner_ = 0;
  gid_t group_ = 0;
  int directory_ = -1;  // locked
};

// What keeps a text from being a user name in a password file; empty if nothing does.
std::string user_fault(std::string_view user);

}  // namespace mqrig::auth
