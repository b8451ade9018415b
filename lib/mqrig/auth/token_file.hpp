#pragma once

#include <mqrig/auth/token_source.hpp>
#include <string>

namespace mqrig::auth {

// A file that somebody else keeps fresh; read anew for each token. Private to this room, as all
// sources are: make_token_source() makes them.
class TokenFile : public TokenSource {
 public:
  explicit TokenFile(std::string path);
  TokenResult fetch(std::stop_token stop) override;

 private:
  std::string path_;
};

}  // namespace mqrig::auth
