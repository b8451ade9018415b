// The example exchanges of RFC 5802, section 5, and RFC 7677, section 3.
#pragma once

#include <memory>
#include <mqrig/auth/base64.hpp>
#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/scram_client.hpp>
#include <mqrig/auth/scram_server.hpp>
#include <string>

namespace mqrig::auth::tests {

struct ScramSample {
  ScramMechanism mechanism;
  std::string salt;  // Base64
  ScramNonceSource client_nonce;
  ScramNonceSource server_nonce;
  std::string client_first;
  std::string server_first;
  std::string client_final;
  std::string server_final;

  std::unique_ptr<ScramClient> client(const std::string& password = "pencil") const {
    std::string fault;
    return ScramClient::make(mechanism, "user", password, fault, client_nonce);
  }
  std::shared_ptr<const PasswordFile> users() const {
    auto file = std::make_shared<PasswordFile>();
    file->add("user", *ScramCredentials::derive(mechanism, "pencil", *decode_base64(salt), 4096));
    return file;
  }
  ScramServer server() const { return {mechanism, users(), "secret", server_nonce}; }
};

inline const ScramSample scram_samples[] = {
    {ScramMechanism::sha_1, "QSXCR+Q6sek8bf92",
     [] { return std::string("fyko+d2lbbFgONRv9qkxdawL"); },
     [] { return std::string("3rfcNHYJY1ZVvWVs7j"); }, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
     "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
     "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
     "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="},
    {ScramMechanism::sha_256,
     "W22ZaJ0SNY7soEsUEjb6gQ==", [] { return std::string("rOprNGfwEbeRWgbNEkqO"); },
     [] { return std::string("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"); },
     "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
     "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
     "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
     "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
     "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
};

}  // namespace mqrig::auth::tests
