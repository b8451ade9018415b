#include "access.hpp"

#include <mqrig/broker/acl.hpp>

#include "../input_file.hpp"

namespace mqrig::broker_command {
namespace {

constexpr std::size_t largest_acl_file = 64 * 1024 * 1024;

std::string read_acl_file(const std::string& path) {
  try {
    return read_file(path, largest_acl_file);
  } catch (const InputError& error) {
    throw InputError("--acl-file: " + std::string(error.what()));
  }
}

}  // namespace

std::shared_ptr<const auth::PasswordFile> read_passwords(const std::string& path, const Log& log) {
  if (path.empty()) return nullptr;
  auth::PasswordFileResult result = auth::load_password_file(path);
  if (!result.error.empty()) throw InputError("--password-file: " + result.error);
  if (!result.warning.empty()) log.warning(result.warning);
  return std::make_shared<const auth::PasswordFile>(std::move(result.file));
}

std::shared_ptr<const broker::Acl> read_acl(const std::string& path) {
  if (path.empty()) return nullptr;
  std::string error;
  std::optional<broker::Acl> acl = broker::Acl::parse(read_acl_file(path), error);
  if (!acl) throw InputError("--acl-file '" + path + "': " + error);
  return std::make_shared<const broker::Acl>(std::move(*acl));
}

}  // namespace mqrig::broker_command
