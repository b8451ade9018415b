#include <algorithm>
#include <mqrig/net/peer_text.hpp>

namespace mqrig::net {

std::string peer_text(std::string_view text) {
  std::string safe(text.substr(0, 200));
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return safe;
}

}  // namespace mqrig::net
