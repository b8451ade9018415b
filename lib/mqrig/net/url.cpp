#include <algorithm>
#include <array>
#include <mqrig/net/percent_decode.hpp>
#include <mqrig/net/url.hpp>

namespace mqrig::net {
namespace {

struct SchemeEntry {
  Scheme scheme;
  std::string_view name;
  std::uint16_t port;
};

constexpr std::array<SchemeEntry, 5> schemes{{
    {Scheme::mqtt, "mqtt", 1883},
    {Scheme::mqtts, "mqtts", 8883},
    {Scheme::ws, "ws", 80},
    {Scheme::wss, "wss", 443},
    {Scheme::unix_socket, "unix", 0},
}};

const SchemeEntry& entry_of(Scheme scheme) {
  return schemes[static_cast<std::size_t>(scheme)];
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view typed, std::string_view word) {
  if (typed.size() != word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(typed[i]) != word[i]) return false;
  }
  return true;
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::string broken_escape(std::string_view part) {
  return std::string(part) + ": '%' must be followed by two hexadecimal digits (write %25 for '%')";
}

bool has_control_character(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

// Parses into `url` part by part; each returns what is wrong, or nothing.
class UrlParser {
 public:
  UrlParser(Url& url, std::uint16_t lowest_port) : url_(url), lowest_port_(lowest_port) {}

  std::string parse(std::string_view text) {
    const std::size_t end = text.find("://");
    if (end == text.npos) return "a URL begins with mqtt://, mqtts://, ws://, wss:// or unix://";
    if (auto error = scheme(text.substr(0, end)); !error.empty()) return error;
    text.remove_prefix(end + 3);
    const std::size_t slash = std::min(text.find_first_of("/?"), text.size());
    std::string_view authority = text.substr(0, slash);
    if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
      if (auto error = user(authority.substr(0, at)); !error.empty()) return error;
      authority.remove_prefix(at + 1);
    }
    const std::string_view rest = text.substr(slash);
    if (url_.scheme == Scheme::unix_socket) return socket_path(authority, rest);
    if (auto error = host(authority); !error.empty()) {
      // A '/' or '?' in a password ends the authority too early, and the error would quote a part.
      if (rest.find('@') == rest.npos) return error;
      return "in a user name or password, '/' is written %2F, '?' %3F and '@' %40";
    }
    return web() ? target(rest) : topic(rest);
  }

 private:
  bool web() const { return url_.scheme == Scheme::ws || url_.scheme == Scheme::wss; }

  std::string scheme(std::string_view typed) {
    for (const SchemeEntry& entry : schemes) {
      if (!same_word(typed, entry.name)) continue;
      url_.scheme = entry.scheme;
      url_.port = entry.port;
      return {};
    }
    // Before a "://" further on, there may be a password.
    const bool word = typed.find_first_of("@:/?") == typed.npos;
    return "unknown scheme" + (word ? " " + quoted(typed) : "") +
           ": use mqtt, mqtts, ws, wss or unix";
  }

  std::string user(std::string_view text) {
    const std::size_t colon = text.find(':');
    url_.username = percent_decode(text.substr(0, colon));
    if (!url_.username) return broken_escape("user name");
    if (colon == text.npos) return {};
    url_.password = percent_decode(text.substr(colon + 1));
    return url_.password ? "" : broken_escape("password");
  }

  std::string host(std::string_view authority) {
    const bool v6 = authority.starts_with('[');
    const std::size_t end = v6 ? 0 : std::min(authority.find(':'), authority.size());
    const auto name = percent_decode(authority.substr(0, end));
    if (!name) return broken_escape("host");
    HostPort parts = split_host_port(*name + std::string(authority.substr(end)), lowest_port_);
    if (!parts.error.empty()) return parts.error;
    if (!v6 && (parts.host != *name || parts.host.find(':') != parts.host.npos)) {
      return "an IPv6 address stands in brackets: [::1]";
    }
    // RFC 6874 writes the '%' before a zone as %25; people write it plainly.
    const std::size_t zone = parts.host.find("%25");
    if (zone != parts.host.npos) parts.host.erase(zone + 1, 2);
    url_.host = parts.host;
    if (parts.port) url_.port = *parts.port;
    return {};
  }

  std::string topic(std::string_view rest) {
    if (rest.find('?') != rest.npos) {
      return "'?' has no meaning in this URL: write %3F for one in a topic or password";
    }
    if (!rest.empty()) rest.remove_prefix(1);
    const auto decoded = percent_decode(rest);
    if (!decoded) return broken_escape("topic");
    url_.topic = *decoded;
    return {};
  }

  // Kept encoded: it goes to the HTTP request as it is.
  std::string target(std::string_view rest) {
    if (has_control_character(rest) || rest.find(' ') != rest.npos) {
      return "the path contains a space or control character: percent-encode it";
    }
    rest = rest.substr(0, rest.find('#'));
    url_.path = rest.starts_with('/') ? "" : "/";
    url_.path += rest;
    return {};
  }

  std::string socket_path(std::string_view authority, std::string_view rest) {
    if (!authority.empty()) {
      return "unix:// has no host: write three slashes, as in unix:///run/mosquitto.sock";
    }
    if (rest.find('?') != rest.npos) return "'?' has no meaning in a unix URL: write %3F in a path";
    const auto decoded = percent_decode(rest);
    if (!decoded) return broken_escape("socket path");
    if (decoded->size() < 2) return "the path of the Unix socket is missing";
    if (decoded->find('\0') != decoded->npos) return "the path of the Unix socket contains NUL";
    url_.path = *decoded;
    return {};
  }

  Url& url_;
  std::uint16_t lowest_port_;
};

}  // namespace

std::uint16_t default_port(Scheme scheme) noexcept {
  return entry_of(scheme).port;
}

std::string_view scheme_name(Scheme scheme) noexcept {
  return entry_of(scheme).name;
}

UrlResult parse_url(std::string_view text, std::uint16_t lowest_port) {
  UrlResult result;
  result.error = UrlParser(result.url, lowest_port).parse(text);
  return result;
}

}  // namespace mqrig::net
