#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mqrig/auth/password_file_editor.hpp>
#include <mqrig/auth/password_line.hpp>
#include <mqrig/auth/whole_file.hpp>
#include <system_error>

namespace mqrig::auth {
namespace {

std::string resolved(const std::string& path) {
  char* found = ::realpath(path.c_str(), nullptr);
  if (found == nullptr) return path;
  std::string real(found);
  std::free(found);
  return real;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, std::max<std::size_t>(slash, 1));
}

bool is_line_of(std::string_view line, std::string_view user) {
  const PasswordLine split = split_password_line(line);
  return split.has_colon && split.user == user;
}

std::string failure(const std::string& what, int reason) {
  return what + ": " + std::generic_category().message(reason);
}

}  // namespace

PasswordFileEditor::PasswordFileEditor(std::string path) : path_(resolved(path)) {}

PasswordFileEditor::~PasswordFileEditor() {
  if (directory_ >= 0) ::close(directory_);
}

std::string PasswordFileEditor::load() {
  // The lock is on the directory because the file is replaced, or not there yet. Where there are no
  // locks, there are none.
  directory_ = ::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (directory_ >= 0 && ::flock(directory_, LOCK_EX) != 0 && errno == EINTR) continue;
  const WholeFile file = read_whole_file(path_);
  if (file.reason == ENOENT) return {};
  if (file.reason != 0) return failure("cannot read '" + path_ + "'", file.reason);
  if (!S_ISREG(file.mode)) return "'" + path_ + "' is not a regular file";
  exists_ = true;
  mode_ = file.mode & 07777;
  owner_ = file.owner;
  group_ = file.group;
  for (std::string_view text = file.content; !text.empty();) lines_.emplace_back(take_line(text));
  return {};
}

bool PasswordFileEditor::set(std::string_view user, const PasswordHash& hash) {
  return replace(user, {hash.text()});
}

bool PasswordFileEditor::set(std::string_view user, std::span<const ScramCredentials> credentials) {
  std::vector<std::string> hashes;
  for (const ScramCredentials& one : credentials) hashes.push_back(one.text());
  return replace(user, hashes);
}

// All of the user's lines: with one that is left, the old password would go on to be right.
bool PasswordFileEditor::replace(std::string_view user, const std::vector<std::string>& hashes) {
  const auto is_of_user = [&](const std::string& line) { return is_line_of(line, user); };
  const auto old = std::find_if(lines_.begin(), lines_.end(), is_of_user);
  const auto place = old - lines_.begin();
  const bool known = std::erase_if(lines_, is_of_user) != 0;
  std::vector<std::string> fresh;
  for (const std::string& hash : hashes) fresh.push_back(std::string(user) + ":" + hash);
  lines_.insert(lines_.begin() + place, fresh.begin(), fresh.end());
  return known;
}

bool PasswordFileEditor::erase(std::string_view user) {
  return std::erase_if(lines_, [&](const std::string& line) { return is_line_of(line, user); }) !=
         0;
}

std::string PasswordFileEditor::save() const {
  std::string content;
  for (const std::string& line : lines_) content.append(line).append(1, '\n');
  std::string temporary = path_ + ".XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return failure("cannot write in '" + directory_of(path_) + "'", errno);
  // The owner before the mode: changing it takes away special bits.
  const bool done = (!exists_ || ::fchown(descriptor, owner_, group_) == 0) &&
                    ::fchmod(descriptor, mode_) == 0 && write_all(descriptor, content) &&
                    ::fsync(descriptor) == 0 && ::rename(temporary.c_str(), path_.c_str()) == 0;
  const int reason = errno;
  ::close(descriptor);
  if (!done) {
    ::unlink(temporary.c_str());
    return failure("cannot replace '" + path_ + "'", reason);
  }
  if (directory_ >= 0) ::fsync(directory_);
  return {};
}

std::string user_fault(std::string_view user) {
  if (user.empty()) return "the user name is empty";
  if (user.starts_with('#')) return "a user name can't start with '#', which marks a comment";
  for (const char c : user) {
    if (c == ':') return "a user name can't contain ':', which separates it from the hash";
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      return "a user name can't contain control characters";
    }
  }
  if (user.front() == ' ' || user.back() == ' ') {
    return "a user name can't start or end with a blank";
  }
  return {};
}

}  // namespace mqrig::auth
