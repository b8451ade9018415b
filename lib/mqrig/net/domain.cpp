#include <strings.h>

#include <mqrig/net/domain.hpp>

namespace mqrig::net {
namespace {

std::string_view without_dots(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

}  // namespace

bool in_domain(std::string_view host, std::string_view domain) {
  host = without_dots(host);
  domain = without_dots(domain);
  if (domain.empty() || host.size() < domain.size()) return false;
  const std::size_t before = host.size() - domain.size();
  if (before > 0 && host[before - 1] != '.') return false;
  return ::strncasecmp(host.data() + before, domain.data(), domain.size()) == 0;
}

}  // namespace mqrig::net
