#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/password_file_editor.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/wire/utf8.hpp>
#include <stdexcept>
#include <string>

#include "../input_file.hpp"
#include "passwd.hpp"
#include "password_input.hpp"

namespace mqrig::passwd {
namespace {

constexpr std::size_t longest_user = 65'535;  // of a string in CONNECT

struct Account {
  std::string file;
  std::string user;

  /// "'joe' in 'users'", with the word in the middle that fits.
  std::string where(std::string_view word) const {
    return "'" + user + "' " + std::string(word) + " '" + file + "'";
  }
};

Account read_account(const cli::Options& options) {
  if (!options.has("file")) throw cli::UsageError("no password file given: 'FILE USER' is missing");
  if (!options.has("user"))
    throw cli::UsageError("no user given: 'USER' after the file is missing");
  Account account{std::string(options.text("file")), std::string(options.text("user"))};
  std::string fault = auth::user_fault(account.user);
  if (account.user.size() > longest_user) fault = "the user name is longer than 65535 bytes";
  if (wire::check_utf8_string(account.user) != wire::Fault::none) {
    fault = "the user name is not valid UTF-8 text";
  }
  if (!fault.empty()) throw cli::UsageError(fault);
  return account;
}

void refuse_useless_iterations(const cli::Options& options) {
  if (options.source("iterations") != cli::Source::flag) return;
  for (const std::string_view action : {"delete", "verify"}) {
    if (!options.flag(action)) continue;
    throw cli::UsageError("--iterations is for a new password: it does not go with --" +
                          std::string(action));
  }
}

void load(auth::PasswordFileEditor& editor) {
  const std::string error = editor.load();
  if (!error.empty()) throw InputError(error);
}

void save(const auth::PasswordFileEditor& editor) {
  const std::string error = editor.save();
  if (!error.empty()) throw std::runtime_error(error);
}

/// What a broker will say about the file as it is now.
void review(const Account& account, const cli::Diagnostic& diagnostic) {
  const auth::PasswordFileResult result = auth::load_password_file(account.file);
  if (!result.error.empty()) {
    diagnostic.warning(result.error + " (until this is mended, brokers refuse the file)");
  }
  if (!result.warning.empty()) diagnostic.warning(result.warning);
}

cli::ExitCode set_password(const Account& account, unsigned iterations,
                           const cli::Diagnostic& diagnostic) {
  const std::string password = read_password(account.user, true);
  const auth::PasswordHash hash = auth::PasswordHash::make(password, iterations);
  auth::PasswordFileEditor editor(account.file);
  load(editor);
  const bool known = editor.set(account.user, hash);
  save(editor);
  diagnostic.notice(known ? "changed the password of user " + account.where("in")
                          : "added user " + account.where("to"));
  review(account, diagnostic);
  return cli::ExitCode::ok;
}

cli::ExitCode delete_user(const Account& account, const cli::Diagnostic& diagnostic) {
  auth::PasswordFileEditor editor(account.file);
  load(editor);
  if (!editor.erase(account.user)) {
    diagnostic.error("there is no user " + account.where("in"));
    return cli::ExitCode::failed;
  }
  save(editor);
  diagnostic.notice("deleted user " + account.where("from"));
  review(account, diagnostic);
  return cli::ExitCode::ok;
}

cli::ExitCode verify_password(const Account& account, const cli::Diagnostic& diagnostic) {
  const auth::PasswordFileResult result = auth::load_password_file(account.file);
  if (!result.error.empty()) throw InputError(result.error);
  if (!result.warning.empty()) diagnostic.warning(result.warning);
  if (!result.file.contains(account.user)) {
    diagnostic.error("there is no user " + account.where("in"));
    return cli::ExitCode::verification;
  }
  if (!result.file.check(account.user, read_password(account.user, false))) {
    diagnostic.error("this is not the password of user " + account.where("in"));
    return cli::ExitCode::verification;
  }
  diagnostic.notice("this is the password of user " + account.where("in"));
  return cli::ExitCode::ok;
}

}  // namespace

cli::ExitCode run(const cli::Options& options) {
  const cli::Diagnostic diagnostic(options);
  const Account account = read_account(options);
  refuse_useless_iterations(options);
  if (options.flag("delete")) return delete_user(account, diagnostic);
  if (options.flag("verify")) return verify_password(account, diagnostic);
  const auto iterations = static_cast<unsigned>(options.integer("iterations"));
  return set_password(account, iterations, diagnostic);
}

}  // namespace mqrig::passwd
