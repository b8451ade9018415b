#pragma once

#include <mqrig/auth/token_settings.hpp>
#include <mqrig/auth/token_source.hpp>
#include <optional>
#include <string>

namespace mqrig::auth {

// What is kept of the login of a person.
struct StoredLogin {
  Secret refresh_token;  // empty if the provider gave none
  std::optional<Token> access;
};

// The file of a login: $XDG_STATE_HOME/mqrig/tokens/ID.json, or below ~/.local/state, where ID
// stands for provider (issuer, else token URL), client ID and audience. The file has mode 0600, its
// folder 0700. Texts that functions return are clauses for the person, empty on success.
class StoredLoginFile {
 public:
  explicit StoredLoginFile(const OAuthSettings& settings);
  StoredLoginFile(const StoredLoginFile&) = delete;
  StoredLoginFile& operator=(const StoredLoginFile&) = delete;
  ~StoredLoginFile();

  // Until the next unlock() other processes wait in lock(): a refresh token that is used twice is
  // taken for a stolen one by many providers. Makes the folder. Fails when `stop` is requested.
  std::string lock(std::stop_token stop);
  void unlock();

  // Nothing in `login` if there is no file.
  std::string load(std::optional<StoredLogin>& login) const;
  // Replaces it as a whole; it is on the disk when this returns.
  std::string save(const StoredLogin& login) const;
  std::string erase() const;

  const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;  // empty if there is no place for it
  std::string provider_;
  std::string client_id_;
  std::string audience_;
  int lock_ = -1;
};

}  // namespace mqrig::auth
