#pragma once

#include <memory>
#include <mqrig/auth/password_file.hpp>
#include <string>

#include "certificates.hpp"
#include "jwt_keys.hpp"
#include "log.hpp"

namespace mqrig::broker {
class Acl;
}

namespace mqrig::broker_command {

/// Who may connect and do what, and the certificates of either side. Null: no such file was asked
/// for.
struct Access {
  std::shared_ptr<const auth::PasswordFile> passwords;
  std::shared_ptr<const broker::Acl> acl;
  std::shared_ptr<Certificates> certificates;
  std::shared_ptr<auth::JwtVerifier> tokens;
};

/// Reads a password file; null for an empty path. Doubts about the file go to the log. Throws
/// InputError that names the file.
std::shared_ptr<const auth::PasswordFile> read_passwords(const std::string& path, const Log& log);

/// Reads an ACL file. The same.
std::shared_ptr<const broker::Acl> read_acl(const std::string& path);

}  // namespace mqrig::broker_command
