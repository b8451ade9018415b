#include <algorithm>
#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/password_file_editor.hpp>
#include <mqrig/auth/sasl_prep.hpp>
#include <mqrig/auth/scram_client.hpp>
#include <mqrig/auth/scram_credentials.hpp>
#include <mqrig/cli/core_files.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/wire/utf8.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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

void refuse_useless_options(const cli::Options& options) {
  for (const std::string_view option : {"iterations", "scram", "mechanism"}) {
    if (options.source(option) != cli::Source::flag) continue;
    for (const std::string_view action : {"delete", "verify"}) {
      if (!options.flag(action)) continue;
      throw cli::UsageError("--" + std::string(option) +
                            " is for a new password: it does not go with --" + std::string(action));
    }
  }
  if (options.has("mechanism") && !options.flag("scram")) {
    throw cli::UsageError("--mechanism is for --scram, which is missing");
  }
}

/// What is to be kept of a password: a hash, or the credentials of these mechanisms.
struct Form {
  unsigned iterations = 0;
  std::vector<auth::ScramMechanism> mechanisms;
};

/// A client gives its name in the form of SASLprep, and no other would be found.
void check_scram_user(const std::string& user) {
  const std::optional<auth::Secret> prepared = auth::sasl_prep(user, auth::Prepared::stored);
  if (!prepared || prepared->view().empty()) {
    throw cli::UsageError("the user name holds characters that SCRAM does not allow");
  }
  if (prepared->view() != user) {
    std::string name;
    cli::append_printable(name, prepared->view());
    throw cli::UsageError("with SCRAM, the user has to be called '" + name +
                          "': so clients write this name");
  }
}

Form read_form(const cli::Options& options, const Account& account) {
  Form form{static_cast<unsigned>(options.integer("iterations")), {}};
  if (!options.flag("scram")) return form;
  check_scram_user(account.user);
  if (form.iterations < auth::min_scram_iterations) {
    throw cli::UsageError("--iterations is below " + std::to_string(auth::min_scram_iterations) +
                          ", which clients of SCRAM refuse");
  }
  if (form.iterations > auth::max_scram_client_iterations) {
    throw cli::UsageError("--iterations is above " +
                          std::to_string(auth::max_scram_client_iterations) +
                          ", more than mqrig's own clients do for SCRAM");
  }
  for (const auth::ScramMechanism mechanism : auth::scram_mechanisms) {
    constexpr std::string_view words[] = {"sha-1", "sha-256", "sha-512"};
    const std::string_view word = words[static_cast<std::size_t>(mechanism)];
    const auto given = options.list("mechanism");
    const bool wanted = given.empty() ? mechanism == auth::ScramMechanism::sha_256
                                      : std::find(given.begin(), given.end(), word) != given.end();
    if (wanted) form.mechanisms.push_back(mechanism);
  }
  return form;
}

/// True if the user was there before.
bool set_credentials(auth::PasswordFileEditor& editor, const Account& account,
                     std::string_view password, const Form& form) {
  if (form.mechanisms.empty()) {
    return editor.set(account.user, auth::PasswordHash::make(password, form.iterations));
  }
  std::vector<auth::ScramCredentials> credentials;
  for (const auth::ScramMechanism mechanism : form.mechanisms) {
    auto made = auth::ScramCredentials::make(mechanism, password, form.iterations);
    if (!made) throw InputError("the password holds characters that SCRAM does not allow");
    credentials.push_back(std::move(*made));
  }
  return editor.set(account.user, credentials);
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

cli::ExitCode set_password(const Account& account, const Form& form,
                           const cli::Diagnostic& diagnostic) {
  const std::string password = read_password(account.user, true);
  auth::PasswordFileEditor editor(account.file);
  load(editor);
  const bool known = set_credentials(editor, account, password, form);
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
  cli::forbid_core_files();
  const cli::Diagnostic diagnostic(options);
  const Account account = read_account(options);
  refuse_useless_options(options);
  if (options.flag("delete")) return delete_user(account, diagnostic);
  if (options.flag("verify")) return verify_password(account, diagnostic);
  return set_password(account, read_form(options, account), diagnostic);
}

}  // namespace mqrig::passwd
