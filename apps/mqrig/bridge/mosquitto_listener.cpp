#include "mosquitto_listener.hpp"

#include <algorithm>
#include <mqrig/net/host_port.hpp>

#include "toml_tree.hpp"

namespace mqrig::bridge_command {
namespace {

struct Listener {
  std::string port = "1883";
  std::string host;  // a path for port 0
  bool plain_mqtt = true;
};

/// What makes the listener above it one for other clients.
bool ends_plain_mqtt(const ConfLine& line) {
  constexpr std::string_view tls[] = {"cafile", "capath", "certfile", "keyfile", "psk_hint"};
  if (line.key == "protocol") return line.value != "mqtt";
  return std::find(std::begin(tls), std::end(tls), line.key) != std::end(tls);
}

std::vector<Listener> listeners(const std::vector<ConfLine>& lines) {
  std::vector<Listener> found;
  for (const ConfLine& line : lines) {
    const std::vector<std::string> words = conf_words(line.value);
    if (words.empty()) continue;
    if (line.key == "listener") {
      found.push_back({words[0], words.size() > 1 ? words[1] : "", true});
    } else if (line.key == "port") {
      found.push_back({words[0], "", true});
    } else if (line.key == "bind_address" && !found.empty()) {
      found.back().host = words[0];
    } else if (ends_plain_mqtt(line) && !found.empty()) {
      found.back().plain_mqtt = false;
    }
  }
  if (found.empty()) found.emplace_back();
  return found;
}

bool every_address(const std::string& host) {
  return host.empty() || host == "0.0.0.0" || host == "::" || host == "*";
}

std::string url_of(const Listener& listener) {
  if (listener.port == "0") return "unix://" + listener.host;
  const std::string host = every_address(listener.host) ? "127.0.0.1" : listener.host;
  const bool bare_v6 = host.find(':') != std::string::npos;
  return "mqtt://" + (bare_v6 ? "[" + host + "]" : host) + ":" + listener.port;
}

}  // namespace

cli::TomlValue local_url(const std::vector<ConfLine>& lines) {
  const std::vector<Listener> all = listeners(lines);
  const auto plain =
      std::find_if(all.begin(), all.end(), [](const Listener& one) { return one.plain_mqtt; });
  cli::TomlValue url = toml_word("url", url_of(plain == all.end() ? all.front() : *plain));
  if (plain == all.end()) {
    url.comment = "mosquitto has no listener for MQTT without TLS: give it one on 127.0.0.1.";
  }
  return url;
}

}  // namespace mqrig::bridge_command
