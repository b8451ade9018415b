#include <string.h>
#include <sys/stat.h>

#include <mqrig/auth/password_line.hpp>
#include <mqrig/auth/psk_file.hpp>
#include <mqrig/auth/whole_file.hpp>
#include <system_error>
#include <utility>

namespace mqrig::auth {
namespace {

// What OpenSSL takes.
constexpr std::size_t longest_identity = 256;
constexpr std::size_t longest_key = 512;
// Whoever has seen a handshake can try keys out: 128 bits are out of reach.
constexpr std::size_t strong_key = 16;

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// False if it is no whole number of bytes.
bool decode(std::string_view digits, char* into) {
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const int high = digit_value(digits[i]);
    const int low = digit_value(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    *into++ = static_cast<char>(high * 16 + low);
  }
  return digits.size() % 2 == 0;
}

// Adds what the line says; the answer is what is wrong with it.
std::string read_line(std::string_view text, PskFileResult& into) {
  const PasswordLine line = split_password_line(text);
  if (line.is_comment) return {};
  if (!line.has_colon) return "expected IDENTITY:KEY, or a comment that starts with #";
  if (line.user.empty()) return "no identity before the colon";
  if (line.user.size() > longest_identity) return "the identity is longer than 256 bytes";
  const std::string of_whom = "the key of '" + std::string(line.user) + "' ";
  const std::size_t size = line.hash.size() / 2;
  if (size == 0) return of_whom + "is missing";
  if (size > longest_key) return of_whom + "is longer than 512 bytes";
  char key[longest_key];
  const bool good = decode(line.hash, key);
  Secret secret(std::string_view(key, size));
  ::explicit_bzero(key, sizeof key);
  if (!good) {
    return of_whom +
           "is not in hexadecimal digits, two for a byte: 'openssl rand -hex 32' makes one";
  }
  if (!into.file.add(std::string(line.user), std::move(secret))) {
    return "a second line for '" + std::string(line.user) + "'";
  }
  if (size < strong_key && into.warning.empty()) {
    into.warning = of_whom + "has " + std::to_string(size) +
                   " bytes, and can be guessed: 'openssl rand -hex 32' makes a better one";
  }
  return {};
}

void add_warning(PskFileResult& result, const std::string& text) {
  result.warning += (result.warning.empty() ? "" : "; ") + text;
}

}  // namespace

std::optional<std::string> PskFile::find(const std::string& identity) const {
  const auto found = keys_.find(identity);
  if (found == keys_.end()) return std::nullopt;
  return std::string(found->second.view());
}

bool PskFile::add(std::string identity, Secret key) {
  return keys_.try_emplace(std::move(identity), std::move(key)).second;
}

PskFileResult load_psk_file(const std::string& path) {
  WholeFile file = read_whole_file(path);
  if (file.reason != 0) {
    PskFileResult result;
    result.error = "cannot read '" + path + "': " + std::generic_category().message(file.reason);
    return result;
  }
  PskFileResult result = parse_psk_file(file.content, path);
  ::explicit_bzero(file.content.data(), file.content.size());
  if (S_ISREG(file.mode) && (file.mode & (S_IROTH | S_IWOTH)) != 0) {
    add_warning(result, "every user of this machine can " +
                            std::string((file.mode & S_IWOTH) != 0 ? "change" : "read") + " '" +
                            path + "': run 'chmod o= " + path + "'");
  }
  return result;
}

PskFileResult parse_psk_file(std::string_view text, const std::string& name) {
  PskFileResult result;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string fault = read_line(take_line(text), result);
    if (fault.empty()) continue;
    result.error = name + ":" + std::to_string(number) + ": " + fault;
    break;
  }
  if (result.error.empty() && result.file.size() == 0) result.error = name + ": holds no key";
  return result;
}

}  // namespace mqrig::auth
