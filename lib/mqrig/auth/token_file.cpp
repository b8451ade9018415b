#include <openssl/crypto.h>

#include <mqrig/auth/token_file.hpp>
#include <mqrig/auth/token_text.hpp>
#include <mqrig/auth/whole_file.hpp>
#include <system_error>

namespace mqrig::auth {

TokenFile::TokenFile(std::string path) : path_(std::move(path)) {}

TokenResult TokenFile::fetch(std::stop_token stop) {
  WholeFile file = read_whole_file(path_, stop);
  if (file.reason != 0) {
    return {.token = {},
            .error = "cannot read the token file '" + path_ +
                     "': " + std::generic_category().message(file.reason),
            .permanent = true};
  }
  // What is wrong now may be right the next time: whoever writes it may be late.
  TokenResult result =
      read_token(file.content, "the token file '" + path_ + "'", std::chrono::system_clock::now());
  OPENSSL_cleanse(file.content.data(), file.content.size());
  return result;
}

}  // namespace mqrig::auth
