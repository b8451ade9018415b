#include "enhanced_authentication.hpp"

#include <memory>
#include <mqrig/auth/one_step_exchange.hpp>
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

}  // namespace

void read_enhanced_authentication(const cli::Options& options, client::Options& into) {
  if (!options.has("auth-method")) {
    if (options.source("auth-data-file") != cli::Source::flag) return;
    throw UsageError(options.label("auth-data-file") + " needs " + options.label("auth-method"));
  }
  into.authentication = one_step(options, checked_text(options, "auth-method"));
}

}  // namespace mqrig
