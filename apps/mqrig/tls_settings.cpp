#include "tls_settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <mqrig/auth/secret.hpp>
#include <mqrig/cli/ask_secret.hpp>
#include <mqrig/cli/shared_options.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/tls.hpp>

#include "input_file.hpp"
#include "secret_option.hpp"

namespace mqrig {
namespace {

using cli::UsageError;

constexpr std::size_t longest_psk = 256;       // bytes, of OpenSSL
constexpr std::size_t longest_protocol = 255;  // bytes, of a name in ALPN
constexpr std::string_view only_with_certificates[] = {
    "cafile",           "capath", "cert",     "key", "key-password", "key-password-file",
    "key-password-env", "pkcs12", "insecure", "crl", "ocsp"};

bool is_given(const cli::Options& options, std::string_view name) {
  if (!options.has(name)) return false;
  const bool flag = cli::find_option(options.command(), name)->kind == cli::ValueKind::flag;
  return !flag || options.flag(name);
}

/// `name` needs `other`. What a weaker source gave is only not used.
void need(const cli::Options& options, std::string_view name, std::string_view other) {
  if (is_given(options, name) && !is_given(options, other)) {
    throw UsageError(options.label(name) + " needs " + options.label(other));
  }
}

/// True if both are given and neither gives way.
bool both_given(const cli::Options& options, std::string_view name, std::string_view other) {
  return is_given(options, name) && is_given(options, other) &&
         options.source(name) == options.source(other);
}

std::string file_of(const cli::Options& options, std::string_view name) {
  std::string path(options.text(name));
  if (!path.empty()) check_readable(path);
  return path;
}

/// None unless somebody said it: the system's configuration of OpenSSL may ask for more than our
/// default.
std::optional<net::TlsVersion> version_of(const cli::Options& options, std::string_view name) {
  if (options.source(name) <= cli::Source::default_value) return std::nullopt;
  return options.text(name) == "1.3" ? net::TlsVersion::tls_1_3 : net::TlsVersion::tls_1_2;
}

/// The password that was given, or what a person types. OpenSSL calls it, through which no
/// exception may pass.
auto key_password(const cli::Options& options) {
  std::shared_ptr<const auth::Secret> given;
  if (auto password = read_secret(options, "key-password")) {
    given = std::make_shared<const auth::Secret>(*password);
    wipe(*password);
  }
  return [given](const std::string& file) -> std::optional<std::string> {
    if (given) return std::string(given->view());
    if (::isatty(STDIN_FILENO) != 1) return std::nullopt;
    try {
      return cli::ask_secret("Password of the key in '" + file + "': ");
    } catch (const std::system_error&) {
      return std::nullopt;
    }
  };
}

void read_identity(const cli::Options& options, net::TlsIdentity& into) {
  into.pkcs12_file = file_of(options, "pkcs12");
  into.certificate_file = file_of(options, "cert");
  if (into.pkcs12_file.empty() && into.certificate_file.empty()) {
    const std::string password = secret_option(options, "key-password");
    if (password.empty()) return need(options, "key", "cert");
    throw UsageError(options.label(password) + " needs " + options.label("cert") + " or " +
                     options.label("pkcs12"));
  }
  if (both_given(options, "key", "pkcs12")) {
    throw UsageError(options.label("key") + " and " + options.label("pkcs12") +
                     " exclude each other: give one key");
  }
  if (into.pkcs12_file.empty()) {
    need(options, "key", "cert");
    into.key_file = file_of(options, "key");
  }
  into.key_password = key_password(options);
}

void read_versions(const cli::Options& options, net::TlsClientSettings& into) {
  into.lowest_version = version_of(options, "tls-version");
  into.highest_version = version_of(options, "tls-max");
  if (into.lowest_version && into.highest_version && *into.lowest_version > *into.highest_version) {
    throw UsageError(options.label("tls-version") + " 1.3 and " + options.label("tls-max") +
                     " 1.2 leave no version");
  }
}

void read_trust(const cli::Options& options, net::TlsClientSettings& into) {
  into.ca_file = file_of(options, "cafile");
  into.ca_path = file_of(options, "capath");
  into.crl_file = file_of(options, "crl");
  into.insecure = options.flag("insecure");
  const std::string_view ocsp = options.text("ocsp");
  if (ocsp == "check") into.ocsp = net::OcspMode::check;
  if (ocsp == "require") into.ocsp = net::OcspMode::require;
  if (!into.insecure) return;
  for (const std::string_view name : {"crl", "ocsp"}) {
    if (name == "ocsp" && into.ocsp == net::OcspMode::off) continue;
    if (!both_given(options, name, "insecure")) continue;
    throw UsageError(options.label(name) + " means nothing with " + options.label("insecure") +
                     ", which checks no certificate");
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string bytes_of(const std::string& hex, const std::string& label) {
  std::string bytes;
  bool good = !hex.empty() && hex.size() % 2 == 0;
  for (std::size_t i = 0; good && i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    good = high >= 0 && low >= 0;
    bytes += static_cast<char>(16 * high + low);
  }
  if (!good) throw UsageError(label + ": a key is an even number of hexadecimal digits");
  if (bytes.size() > longest_psk) throw UsageError(label + ": longer than 256 bytes");
  return bytes;
}

/// A stronger source wants certificates than the one that wants a pre-shared key. That nothing is
/// checked takes the place of no key: it has to be said that there are certificates.
bool psk_gives_way(const cli::Options& options, cli::Source of_psk) {
  return std::any_of(std::begin(only_with_certificates), std::end(only_with_certificates),
                     [&](std::string_view name) {
                       return name != "insecure" && is_given(options, name) &&
                              options.source(name) > of_psk;
                     });
}

void read_psk(const cli::Options& options, net::TlsClientSettings& into) {
  const std::string option = secret_option(options, "psk");
  if (option.empty() && !options.has("psk-identity")) return;
  const cli::Source of_key = option.empty() ? cli::Source::none : options.source(option);
  const cli::Source of_psk = std::max(of_key, options.source("psk-identity"));
  if (psk_gives_way(options, of_psk)) return;
  if (option.empty()) {
    throw UsageError(options.label("psk-identity") + " needs the key: give " +
                     options.label("psk-file"));
  }
  need(options, option, "psk-identity");
  for (const std::string_view name : only_with_certificates) {
    if (!is_given(options, name) || options.source(name) < of_psk) continue;
    throw UsageError(options.label(name) + " and " + options.label(option) +
                     " exclude each other: with a pre-shared key there are no certificates");
  }
  std::optional<std::string> hex = read_secret(options, "psk");
  into.psk_identity = options.text("psk-identity");
  into.psk_key = bytes_of(*hex, options.label(option));
  wipe(*hex);
}

void read_protocols(const cli::Options& options, net::TlsClientSettings& into) {
  for (const std::string_view name : options.list("alpn")) {
    if (name.size() > longest_protocol) {
      throw UsageError(options.label("alpn") + ": longer than 255 bytes");
    }
    into.alpn.emplace_back(name);
  }
}

}  // namespace

std::string_view tls_option_given(const cli::Options& options, cli::Source at_least) {
  for (const cli::OptionSpec& option : cli::tls_group.options) {
    if (option.long_name == "tls" || options.source(option.long_name) < at_least) continue;
    if (is_given(options, option.long_name)) return option.long_name;
  }
  return {};
}

net::TlsClientSettings read_tls_settings(const cli::Options& options) {
  net::TlsClientSettings settings;
  read_versions(options, settings);
  read_protocols(options, settings);
  settings.ciphers = options.text("ciphers");
  settings.keylog_file = options.text("tls-keylog");
  read_psk(options, settings);
  if (!settings.psk_key.empty()) return settings;
  read_trust(options, settings);
  read_identity(options, settings.identity);
  return settings;
}

std::string read_tls_name(const cli::Options& options) {
  std::string name(options.text("sni"));
  if (name.empty()) return name;
  const bool zone = name.find('%') != name.npos;
  if (zone || name.starts_with('.') || !net::host_fault(name).empty()) {
    throw UsageError(options.label("sni") + ": '" + name +
                     "' is no name that a certificate can be for");
  }
  const bool ascii = std::all_of(name.begin(), name.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!ascii) {
    throw UsageError(options.label("sni") + ": '" + name +
                     "' is not in ASCII, as names in certificates are: give it in the form of the "
                     "DNS, where such a label begins with xn--");
  }
  return name;
}

std::shared_ptr<const net::TlsClient> make_tls_client(const net::TlsClientSettings& settings) {
  std::string error;
  std::shared_ptr<const net::TlsClient> made = net::TlsClient::make(settings, error);
  if (!made) throw TlsSetupError("TLS: " + error);
  return made;
}

}  // namespace mqrig
