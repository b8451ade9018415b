#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mqrig::net {

enum class TlsVersion : std::uint8_t { tls_1_2, tls_1_3 };

// A key and its certificates.
struct TlsIdentity {
  std::string certificate_file;  // PEM: ours first, then the chain; empty: none
  std::string key_file;          // PEM; empty: in the certificate file
  std::string pkcs12_file;       // instead of both
  // Asked for the pass phrase when a file is encrypted; null, or nothing returned: an error that
  // says how to give it.
  std::function<std::optional<std::string>(const std::string& file)> key_password;
};

// What both ends have.
struct TlsCommonSettings {
  TlsIdentity identity;
  std::string ca_file;   // PEM; who may have signed the peer's certificate
  std::string ca_path;   // hashed directory of such
  std::string crl_file;  // PEM; with it, every certificate of the chain is looked up
  // None: what the system's configuration of OpenSSL asks for, from 1.2 on.
  std::optional<TlsVersion> lowest_version;
  std::optional<TlsVersion> highest_version;
  // Of 1.2 and 1.3, in OpenSSL's words with ':' between them; empty: its defaults. Suites of 1.3
  // ("TLS_…") alone leave only 1.3; where none is named, 1.3 keeps its defaults.
  std::string ciphers;
  std::vector<std::string> alpn;  // in order of preference
  std::string keylog_file;  // secrets of connections are appended, for Wireshark; made with 0600
};

enum class OcspMode : std::uint8_t {
  off,
  check,    // an answer that the server staples is verified; none is fine
  require,  // there has to be one
};

struct TlsClientSettings : TlsCommonSettings {
  bool system_roots =
      true;               // trust the system's as well; only where no ca_file or ca_path is given
  bool insecure = false;  // nothing about the server's certificate is checked
  OcspMode ocsp = OcspMode::off;
  std::string psk_identity;  // with a key: TLS with a pre-shared key, and no certificates
  std::string psk_key;       // bytes
  // The newest that are kept to be resumed; of 1.3 each resumes one connection. Some KB each: for
  // load tests that reconnect all at once, the number of connections.
  std::size_t sessions_per_name = 4;
};

struct TlsServerSettings : TlsCommonSettings {
  enum class ClientCertificate : std::uint8_t { not_asked, optional, required };
  ClientCertificate client_certificate = ClientCertificate::not_asked;  // checked against ca_file
  // Finds the key, bytes, of a pre-shared key's identity; null: no such keys.
  std::function<std::optional<std::string>(const std::string& identity)> psk_key;
};

}  // namespace mqrig::net
