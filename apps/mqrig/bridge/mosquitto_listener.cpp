#include "mosquitto_listener.hpp"

#include <algorithm>
#include <mqrig/net/host_port.hpp>

#include "toml_tree.hpp"

namespace mqrig::bridge_command {
namespace {

struct Listener {
  std::string port = "1883";
  std::string host;  // a path for port 0
  bool tls = false;
  bool web_socket = false;
  bool client_certificates = false;
  bool keys = false;             // pre-shared ones instead of certificates
  std::string certificate = {};  // its file
};

/// What a line says of the listener above it. False when it says nothing.
bool read_line(const ConfLine& line, Listener& into) {
  if (line.key == "protocol") {
    into.web_socket = line.value == "websockets";
  } else if (line.key == "require_certificate") {
    into.client_certificates = is_true(line);
  } else if (line.key == "psk_hint") {
    into.tls = into.keys = true;
  } else if (line.key == "certfile") {
    into.tls = true;
    into.certificate = line.value;
  } else {
    return false;
  }
  return true;
}

/// Lines above the first listener are of one that mosquitto has by default, and port and
/// bind_address anywhere. It is there when something is said of it, or no other one is.
std::vector<Listener> listeners(const std::vector<ConfLine>& lines) {
  std::vector<Listener> found(1);
  bool has_default = false;
  for (const ConfLine& line : lines) {
    const std::vector<std::string> words = conf_words(line.value);
    if (words.empty()) continue;
    if (line.key == "listener") {
      found.push_back({words[0], words.size() > 1 ? words[1] : ""});
    } else if (line.key == "port") {
      found.front().port = words[0];
      has_default = true;
    } else if (line.key == "bind_address") {
      found.front().host = words[0];
      has_default = true;
    } else if (read_line(line, found.back())) {
      has_default = has_default || found.size() == 1;
    }
  }
  if (!has_default && found.size() > 1) found.erase(found.begin());
  return found;
}

/// How much a client needs to know: the less, the better.
int rank(const Listener& listener) {
  return (listener.tls ? 2 : 0) + (listener.web_socket ? 1 : 0);
}

bool every_address(const std::string& host) {
  return host.empty() || host == "0.0.0.0" || host == "::" || host == "*";
}

std::string url_of(const Listener& listener) {
  if (listener.port == "0") return "unix://" + listener.host;
  constexpr std::string_view schemes[] = {"mqtt", "ws", "mqtts", "wss"};
  const std::string host = every_address(listener.host) ? "127.0.0.1" : listener.host;
  const bool bare_v6 = host.find(':') != std::string::npos;
  return std::string(schemes[rank(listener)]) + "://" + (bare_v6 ? "[" + host + "]" : host) + ":" +
         listener.port;
}

/// What a person has to add, or may change.
std::string comment_of(const Listener& listener) {
  if (!listener.tls) return {};
  std::string text = "mosquitto has no listener without TLS: one on 127.0.0.1 would do, or ";
  if (listener.keys) return text + "psk-identity and psk-file say with which key.";
  text += "cafile says\nwho has signed " + listener.certificate +
          ", and sni the name in it if that is not the host.";
  if (listener.client_certificates) text += "\nIt wants a certificate: cert and key.";
  return text;
}

}  // namespace

cli::TomlValue local_url(const std::vector<ConfLine>& lines) {
  const std::vector<Listener> all = listeners(lines);
  const auto less = [](const Listener& a, const Listener& b) { return rank(a) < rank(b); };
  const Listener& best = *std::min_element(all.begin(), all.end(), less);
  cli::TomlValue url = toml_word("url", url_of(best));
  url.comment = comment_of(best);
  return url;
}

}  // namespace mqrig::bridge_command
