#include <strings.h>

#include <algorithm>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/host_override.hpp>
#include <mqrig/net/host_port.hpp>

namespace mqrig::net {
namespace {

constexpr std::string_view any = "*";

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::string_view without_final_dot(std::string_view host) {
  return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

bool same_host(std::string_view one, std::string_view other) {
  one = without_final_dot(one);
  other = without_final_dot(other);
  return one.size() == other.size() && ::strncasecmp(one.data(), other.data(), one.size()) == 0;
}

std::string read_addresses(std::string_view text, std::vector<std::string>& addresses) {
  while (true) {
    const std::size_t comma = text.find(',');
    std::string_view address = text.substr(0, comma);
    if (address.starts_with('[') && address.ends_with(']')) {
      address = address.substr(1, address.size() - 2);
    }
    if (!numeric_endpoint(std::string(address), 0)) {
      return quoted(address) + " is no IPv4 or IPv6 address";
    }
    addresses.emplace_back(address);
    if (comma == text.npos) return {};
    text.remove_prefix(comma + 1);
  }
}

std::string read_host(std::string_view text, std::string& host) {
  const HostPort parts = text == any ? HostPort{std::string(any), {}, {}} : split_host_port(text);
  host = parts.host;
  return parts.error;
}

std::string read_port(std::string_view text, std::uint16_t& port) {
  if (text == any) return {};
  const HostPort parts = split_host_port("host:" + std::string(text));
  port = parts.port.value_or(0);
  return parts.error;
}

std::string read_override(std::string_view text, HostOverride& into) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;  // a colon is before it
  const std::size_t host_end = bracket == text.npos ? text.npos : text.find(':', bracket);
  const std::size_t port_end = host_end == text.npos ? text.npos : text.find(':', host_end + 1);
  if (port_end == text.npos) return quoted(text) + " is not HOST:PORT:ADDRESS[,ADDRESS...]";
  if (auto error = read_host(text.substr(0, host_end), into.host); !error.empty()) return error;
  const std::string_view port = text.substr(host_end + 1, port_end - host_end - 1);
  if (auto error = read_port(port, into.port); !error.empty()) return error;
  return read_addresses(text.substr(port_end + 1), into.addresses);
}

}  // namespace

std::optional<HostOverride> parse_host_override(std::string_view text, std::string& error) {
  HostOverride parsed;
  error = read_override(text, parsed);
  if (!error.empty()) return std::nullopt;
  return parsed;
}

const HostOverride* find_override(const std::vector<HostOverride>& overrides, std::string_view host,
                                  std::uint16_t port) {
  const auto holds = [&](const HostOverride& entry, bool named) {
    if (entry.port != 0 && entry.port != port) return false;
    return named ? same_host(entry.host, host) : entry.host == any;
  };
  for (const bool named : {true, false}) {
    const auto found = std::find_if(overrides.begin(), overrides.end(),
                                    [&](const HostOverride& entry) { return holds(entry, named); });
    if (found != overrides.end()) return &*found;
  }
  return nullptr;
}

}  // namespace mqrig::net
