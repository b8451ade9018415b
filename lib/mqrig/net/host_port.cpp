#include <algorithm>
#include <charconv>
#include <mqrig/net/host_port.hpp>

namespace mqrig::net {
namespace {

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

// Only its shape: whether the address exists, the connecting will say.
bool looks_like_v6(std::string_view address) {
  const std::string_view digits = address.substr(0, address.find('%'));
  if (digits.find_first_not_of("0123456789abcdefABCDEF:.") != digits.npos) return false;
  const auto colons = std::count(digits.begin(), digits.end(), ':');
  return digits.find("::") != digits.npos || colons == 7 ||
         (colons == 6 && digits.find('.') != digits.npos);
}

std::string port_fault(std::string_view digits, std::uint16_t lowest, std::uint16_t& port) {
  unsigned value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (digits.empty()) return "the port after ':' is missing";
  if (error != std::errc() || stop != end || value < lowest || value > 65535) {
    return "the port " + quoted(digits) + " is not a number from " + std::to_string(lowest) +
           " to 65535";
  }
  port = static_cast<std::uint16_t>(value);
  return {};
}

HostPort fault(std::string error) {
  HostPort result;
  result.error = std::move(error);
  return result;
}

HostPort split_bracketed(std::string_view text, std::uint16_t lowest_port) {
  const std::size_t close = text.find(']');
  if (close == text.npos) return fault("the closing ']' of the IPv6 address is missing");
  HostPort result;
  result.host = text.substr(1, close - 1);
  if (!looks_like_v6(result.host)) {
    return fault(quoted(result.host) + " in brackets is not an IPv6 address");
  }
  const std::string_view rest = text.substr(close + 1);
  if (rest.empty()) return result;
  if (rest[0] != ':') return fault("after ']' only ':' and a port may follow, not " + quoted(rest));
  std::uint16_t port = 0;
  result.error = port_fault(rest.substr(1), lowest_port, port);
  result.port = port;
  return result;
}

}  // namespace

std::string host_fault(std::string_view host) {
  if (host.empty()) return "the host is missing";
  const bool has_at = host.find('@') != host.npos;  // and maybe a password before it
  for (const char c : host) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || (c == '%' && !looks_like_v6(host)) ||  // a zone
        std::string_view("/?#@[]<>\\^`{|}\"").find(c) != std::string_view::npos) {
      return "the host" + (has_at ? "" : " " + quoted(host)) +
             " contains a character that no host name has";
    }
  }
  return {};
}

HostPort split_host_port(std::string_view text, std::uint16_t lowest_port) {
  // Before it there may be a password, which is not to be repeated.
  if (text.find('@') != text.npos) return fault("neither a host nor a port has an '@' in it");
  if (text.starts_with('[')) return split_bracketed(text, lowest_port);
  const std::size_t colon = text.find(':');
  HostPort result;
  if (colon != text.npos && text.find(':', colon + 1) != text.npos) {
    result.host = text;
    if (!looks_like_v6(text)) {
      return fault(quoted(text) + " is neither host:port nor an IPv6 address");
    }
    return result;
  }
  result.host = text.substr(0, colon);
  result.error = host_fault(result.host);
  if (!result.error.empty() || colon == text.npos) return result;
  std::uint16_t port = 0;
  result.error = port_fault(text.substr(colon + 1), lowest_port, port);
  result.port = port;
  return result;
}

std::string join_host_port(std::string_view host, std::uint16_t port) {
  std::string joined(host);
  if (host.find(':') != host.npos) joined = "[" + joined + "]";
  return joined.append(":").append(std::to_string(port));
}

}  // namespace mqrig::net
