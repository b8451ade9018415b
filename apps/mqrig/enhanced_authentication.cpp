#include "enhanced_authentication.hpp"

#include <strings.h>

#include <memory>
#include <mqrig/auth/one_step_exchange.hpp>
#include <mqrig/auth/scram_client.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "connect_text.hpp"
#include "input_file.hpp"
#include "secret_option.hpp"

namespace mqrig {
namespace {

using cli::UsageError;

constexpr std::size_t longest_data = 65'535;  // of binary data in CONNECT

std::shared_ptr<auth::ClientExchange> one_step(const cli::Options& options, std::string method) {
  std::optional<auth::Secret> data;
  if (options.has("auth-data-file")) {
    std::string bytes = read_file(std::string(options.text("auth-data-file")), longest_data);
    data.emplace(bytes);
    wipe(bytes);
  }
  return std::make_shared<auth::OneStepExchange>(std::move(method), std::move(data));
}

bool says_scram(std::string_view method) {
  constexpr std::string_view prefix = "SCRAM-";
  return method.size() >= prefix.size() &&
         strncasecmp(method.data(), prefix.data(), prefix.size()) == 0;
}

std::shared_ptr<auth::ClientExchange> scram(const cli::Options& options, const std::string& method,
                                            client::Options& into) {
  const std::string label = options.label("auth-method") + " " + method;
  const auto mechanism = auth::scram_mechanism(method);
  if (!mechanism) {
    throw UsageError(label + " is not known: use SCRAM-SHA-256, SCRAM-SHA-512 or SCRAM-SHA-1");
  }
  if (options.source("auth-data-file") == cli::Source::flag) {
    throw UsageError(label + " makes its own data: leave out " + options.label("auth-data-file"));
  }
  if (!into.user_name || !into.password) {
    throw UsageError(label + " needs user name and password: give " + options.label("username") +
                     " and " + options.label("password-file"));
  }
  std::string fault;
  std::shared_ptr<auth::ClientExchange> made =
      auth::ScramClient::make(*mechanism, *into.user_name, *into.password, fault);
  wipe(*into.password);
  into.password.reset();
  if (!made) throw UsageError(label + ": " + fault);
  return made;
}

}  // namespace

void read_enhanced_authentication(const cli::Options& options, client::Options& into) {
  if (!options.has("auth-method")) {
    if (options.source("auth-data-file") != cli::Source::flag) return;
    throw UsageError(options.label("auth-data-file") + " needs " + options.label("auth-method"));
  }
  std::string method = checked_text(options, "auth-method");
  into.authentication =
      says_scram(method) ? scram(options, method, into) : one_step(options, std::move(method));
}

}  // namespace mqrig
