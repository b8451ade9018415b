#include <mqrig/cli/wipe_secret.hpp>

#include <algorithm>

namespace mqrig::cli {
namespace {

void overwrite(std::span<char> text) {
  std::fill(text.begin(), text.end(), '*');
}

/// The password in "scheme://user:password@host", or nothing.
std::span<char> password_in_url(std::span<char> url) {
  const std::string_view text(url.data(), url.size());
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", start), text.size());
  const std::size_t at = text.substr(0, end).rfind('@');
  const std::size_t colon = text.find(':', start);
  if (at == std::string_view::npos || colon >= at) return {};
  return url.subspan(colon + 1, at - colon - 1);
}

}  // namespace

void wipe_secret(ValueKind kind, std::span<char> value) {
  if (kind == ValueKind::secret) overwrite(value);
  if (kind == ValueKind::url || kind == ValueKind::web_url) overwrite(password_in_url(value));
}

}  // namespace mqrig::cli
