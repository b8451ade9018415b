#include "password_input.hpp"

#include <unistd.h>

#include <cerrno>
#include <mqrig/cli/ask_secret.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <system_error>

#include "../input_file.hpp"

namespace mqrig::passwd {
namespace {

constexpr std::size_t longest = 65'535;  // of the password in CONNECT

std::string ask(std::string_view prompt) {
  std::optional<std::string> answer = cli::ask_secret(prompt);
  if (!answer) throw InputError("no password was typed");
  return std::move(*answer);
}

std::string ask_person(std::string_view user, bool twice) {
  std::string prompt = "Password for ";
  cli::append_printable(prompt, user);
  std::string password = ask(prompt + ": ");
  if (twice && !password.empty() && ask("The same again: ") != password) {
    throw InputError("the two passwords differ: nothing was changed");
  }
  return password;
}

/// Reads on to the end of the line, or just beyond what is of use.
std::string read_line() {
  std::string text;
  char buffer[4096];
  while (text.size() <= longest + 2) {
    const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      throw InputError("cannot read standard input: " + std::generic_category().message(errno));
    }
    text.append(buffer, static_cast<std::size_t>(count));
    const std::size_t end = text.find('\n');
    if (count != 0 && end == std::string::npos) continue;
    text.resize(std::min(end, text.size()));
    if (end != std::string::npos && text.ends_with('\r')) text.pop_back();
    break;
  }
  return text;
}

}  // namespace

std::string read_password(std::string_view user, bool twice) {
  const bool person = ::isatty(STDIN_FILENO) == 1;
  std::string password = person ? ask_person(user, twice) : read_line();
  if (password.empty()) throw InputError("the password is empty");
  if (password.size() > longest) {
    throw InputError("the password is longer than the 65535 bytes that MQTT allows");
  }
  return password;
}

}  // namespace mqrig::passwd
