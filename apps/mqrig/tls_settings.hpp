#pragma once

#include <memory>
#include <mqrig/cli/options.hpp>
#include <mqrig/net/tls_settings.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mqrig::net {
class TlsClient;
}

namespace mqrig {

/// Keys and certificates that cannot be used: main prints the text and exits with ExitCode::tls.
/// Thrown at start-up only.
class TlsSetupError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An option that only means something with TLS and was given by this source or a stronger one, by
/// its name; empty if there is none. --tls itself is not one of them.
std::string_view tls_option_given(const cli::Options& options, cli::Source at_least);

/// What the TLS options say. Throws UsageError for what does not go together, and InputError for
/// files that cannot be read. The password of an encrypted key is asked for on the terminal when
/// it is needed and not given.
net::TlsClientSettings read_tls_settings(const cli::Options& options);

/// The name of --sni, empty without one. Throws UsageError for what no certificate can be for.
std::string read_tls_name(const cli::Options& options);

/// Reads keys and certificates. Throws TlsSetupError as well.
std::shared_ptr<const net::TlsClient> make_tls_client(const net::TlsClientSettings& settings);

}  // namespace mqrig
