#include <sys/stat.h>

#include <algorithm>
#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/password_line.hpp>
#include <mqrig/auth/whole_file.hpp>
#include <system_error>

namespace mqrig::auth {
namespace {

// Adds what the line says; the answer is what is wrong with it.
std::string read_line(std::string_view text, const std::string& name, PasswordFile& into) {
  const PasswordLine line = split_password_line(text);
  if (line.is_comment) return {};
  if (!line.has_colon) return "expected USER:HASH, or a comment that starts with #";
  if (line.user.empty()) return "no user before the colon";
  const std::string user(line.user);
  std::optional<PasswordHash> hash = PasswordHash::parse(line.hash);
  if (!hash && line.hash.starts_with('$')) {
    return "the hash of user '" + user + "' is not one of the forms $7$ and $6$, or is damaged";
  }
  if (!hash) {
    return "the password of user '" + user + "' is not hashed: set it with 'mqrig passwd " + name +
           " " + user + "'";
  }
  if (!into.add(user, std::move(*hash))) return "a second line for user '" + user + "'";
  return {};
}

}  // namespace

bool PasswordFile::check(std::string_view user, std::string_view password) const {
  const auto found = users_.find(user);
  unsigned done = 0;
  if (found != users_.end()) {
    if (found->second.matches(password)) return true;
    done = found->second.iterations();
  }
  spend_time(password, most_iterations_ - done);
  return false;
}

bool PasswordFile::add(std::string_view user, PasswordHash hash) {
  const unsigned iterations = hash.iterations();
  if (!users_.try_emplace(std::string(user), std::move(hash)).second) return false;
  most_iterations_ = std::max(most_iterations_, iterations);
  return true;
}

PasswordFileResult load_password_file(const std::string& path) {
  const WholeFile file = read_whole_file(path);
  if (file.reason != 0) {
    PasswordFileResult result;
    result.error = "cannot read '" + path + "': " + std::generic_category().message(file.reason);
    return result;
  }
  PasswordFileResult result = parse_password_file(file.content, path);
  if (S_ISREG(file.mode) && (file.mode & (S_IROTH | S_IWOTH)) != 0) {
    result.warning = "every user of this machine can " +
                     std::string((file.mode & S_IWOTH) != 0 ? "change" : "read") + " '" + path +
                     "': run 'chmod o= " + path + "'";
  }
  return result;
}

PasswordFileResult parse_password_file(std::string_view text, const std::string& name) {
  PasswordFileResult result;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string fault = read_line(take_line(text), name, result.file);
    if (fault.empty()) continue;
    result.error = name + ":" + std::to_string(number) + ": " + fault;
    break;
  }
  return result;
}

}  // namespace mqrig::auth
