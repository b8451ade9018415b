#include <mqrig/cli/wipe_secret.hpp>

#include <algorithm>

namespace mqrig::cli {
namespace {

void overwrite(std::span<char> text) {
  std::fill(text.begin(), text.end(), '*');
}

/// The password in "scheme://user:password@host", or nothing. Where there is no scheme, the text
/// may begin behind it.
std::span<char> password_in_url(std::span<char> url, bool needs_scheme) {
  const std::string_view text(url.data(), url.size());
  const std::size_t scheme = text.find("://");
  if (scheme == text.npos && needs_scheme) return {};
  const std::size_t start = scheme == text.npos ? 0 : scheme + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", start), text.size());
  const std::size_t at = text.substr(0, end).rfind('@');
  const std::size_t colon = text.find(':', start);
  if (at == text.npos || colon >= at) return {};
  return url.subspan(colon + 1, at - colon - 1);
}

/// What follows the '?': there may be a token or a signature.
std::span<char> query(std::span<char> url) {
  const std::string_view text(url.data(), url.size());
  const std::size_t mark = text.find('?');
  return mark == text.npos ? std::span<char>() : url.subspan(mark + 1);
}

}  // namespace

void wipe_secret(ValueKind kind, std::span<char> value) {
  switch (kind) {
    case ValueKind::secret:
      return overwrite(value);
    case ValueKind::url:
    case ValueKind::web_url:
    case ValueKind::proxy_url:
      overwrite(password_in_url(value, kind != ValueKind::proxy_url));
      return overwrite(query(value));
    case ValueKind::url_path:
      return overwrite(query(value));
    default:
      return;
  }
}

}  // namespace mqrig::cli
