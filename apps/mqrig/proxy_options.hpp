#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>
#include <mqrig/net/url.hpp>

namespace mqrig {

/// The proxy for the brokers that `into` has, by --proxy or else the usual environment variables.
/// `scheme` is how the brokers are spoken to. Throws UsageError, InputError and, for an https://
/// proxy, TlsSetupError.
void read_proxy(const cli::Options& options, net::Scheme scheme, client::Options& into);

}  // namespace mqrig
