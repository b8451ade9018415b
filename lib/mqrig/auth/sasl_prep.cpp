#include <openssl/crypto.h>
#include <stringprep.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mqrig/auth/sasl_prep.hpp>
#include <string>

namespace mqrig::auth {

std::optional<Secret> sasl_prep(std::string_view text, Prepared as) {
  // Most texts, and nothing of them changes.
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; })) {
    return Secret(text);
  }
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // it would end there
  std::string copy(text);
  char* prepared = nullptr;
  const int fault = ::stringprep_profile(
      copy.c_str(), &prepared, "SASLprep",
      as == Prepared::stored ? STRINGPREP_NO_UNASSIGNED : Stringprep_profile_flags{});
  OPENSSL_cleanse(copy.data(), copy.size());
  if (fault != STRINGPREP_OK) return std::nullopt;
  const std::size_t size = std::strlen(prepared);
  Secret secret(std::string_view(prepared, size));
  OPENSSL_cleanse(prepared, size);
  std::free(prepared);
  return secret;
}

}  // namespace mqrig::auth
