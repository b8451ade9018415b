#include "mosquitto_link.hpp"

#include <algorithm>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/url.hpp>

#include "mosquitto_tls.hpp"
#include "toml_tree.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::TomlValue;

/// A name of a link.
std::string plain_name(std::string name) {
  for (char& c : name) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.' || c == '-';
    if (!kept) c = '_';
  }
  return name.empty() ? "bridge" : name;
}

/// Each address of a key "host" gets the port that it does not say.
void name_ports(TomlValue& host) {
  for (TomlValue& one : host.items) name_ports(one);
  if (host.kind != TomlValue::Kind::text) return;
  const net::HostPort parts = net::split_host_port(host.text);
  if (!parts.error.empty() || parts.port) return;
  host.text = net::join_host_port(parts.host, net::default_port(net::Scheme::mqtt));
}

void put(TomlValue& table, TomlValue value) {
  const auto same = [&](const TomlValue& item) { return item.key == value.key; };
  std::erase_if(table.items, same);  // the last line counts
  table.items.push_back(std::move(value));
}

}  // namespace

/// What a line is: a key of ours with the same value, or something to do.
struct MosquittoLink::Known {
  std::string_view key;
  TomlValue MosquittoLink::*table = nullptr;
  std::string_view our_key = {};
  Handler handler = nullptr;
  std::string_view why_not = {};  // has no counterpart
};

const MosquittoLink::Known MosquittoLink::known[] = {
    {.key = "address", .handler = &MosquittoLink::addresses},
    {.key = "addresses", .handler = &MosquittoLink::addresses},
    {.key = "topic", .handler = &MosquittoLink::topic},
    {.key = "bridge_protocol_version", .handler = &MosquittoLink::version},
    {.key = "keepalive_interval", .handler = &MosquittoLink::keep_alive},
    {.key = "cleansession", .handler = &MosquittoLink::clean_session},
    {.key = "local_cleansession", .handler = &MosquittoLink::local_clean_session},
    {.key = "restart_timeout", .handler = &MosquittoLink::restart_timeout},
    {.key = "start_type", .handler = &MosquittoLink::start_type},
    {.key = "notifications", .handler = &MosquittoLink::notifications},
    {.key = "notifications_local_only", .handler = &MosquittoLink::notifications},
    {.key = "notification_topic", .handler = &MosquittoLink::notifications},
    {.key = "bridge_outgoing_retain", .handler = &MosquittoLink::outgoing_retain},
    {.key = "round_robin", .handler = &MosquittoLink::round_robin},
    {.key = "remote_username", .table = &MosquittoLink::remote_, .our_key = "username"},
    {.key = "username", .table = &MosquittoLink::remote_, .our_key = "username"},
    {.key = "remote_clientid", .table = &MosquittoLink::remote_, .our_key = "id"},
    {.key = "clientid", .table = &MosquittoLink::remote_, .our_key = "id"},
    {.key = "local_username", .table = &MosquittoLink::local_, .our_key = "username"},
    {.key = "local_clientid", .table = &MosquittoLink::local_, .our_key = "id"},
    {.key = "bridge_bind_address", .table = &MosquittoLink::remote_, .our_key = "bind"},
    {.key = "remote_password", .handler = &MosquittoLink::remote_password},
    {.key = "password", .handler = &MosquittoLink::remote_password},
    {.key = "local_password", .handler = &MosquittoLink::local_password},
    {.key = "bridge_receive_maximum", .handler = &MosquittoLink::receive_maximum},
    {.key = "bridge_max_topic_alias", .handler = &MosquittoLink::topic_aliases},
    {.key = "bridge_session_expiry_interval", .handler = &MosquittoLink::session_expiry},
    {.key = "try_private", .why_not = "loop-prevention does this, and is on by default"},
    {.key = "bridge_attempt_unsubscribe",
     .why_not = "what no rule asks for is not subscribed to; there is nothing to choose"},
    {.key = "idle_timeout", .why_not = "the bridge stays connected: start_type lazy is not there"},
    {.key = "threshold", .why_not = "the bridge stays connected: start_type lazy is not there"},
    {.key = "bridge_max_packet_size",
     .why_not = "the remote broker says which packets it takes (MQTT 5.0)"},
    {.key = "bridge_tcp_keepalive", .why_not = "keepalive finds a dead connection"},
    {.key = "bridge_tcp_user_timeout", .why_not = "ack-timeout finds a dead connection"},
    {.key = "bridge_reload_type", .why_not = "a link that has changed starts anew at SIGHUP"},
};

MosquittoLink::MosquittoLink(const ConfLine& connection, bool queue_qos_0)
    : connection_(connection),
      queue_qos_0_(queue_qos_0),
      name_(plain_name(connection.value)),
      link_(toml_table("link")),
      local_(toml_table("local")),
      remote_(toml_table("remote")) {
  link_.comment = connection.place + ": connection " + connection.value;
  put(link_, toml_word("name", name_));
}

bool MosquittoLink::add(const ConfLine& line) {
  for (const Known& one : known) {
    if (one.key != line.key) continue;
    if (one.handler) {
      (this->*one.handler)(line);
    } else if (one.table) {
      put(this->*one.table, toml_word(std::string(one.our_key), line.value));
    } else {
      lose(line, std::string(one.why_not));
    }
    return true;
  }
  if (is_mosquitto_tls(line)) {
    tls_lines_.push_back(line);
    return true;
  }
  if (!line.key.starts_with("bridge_")) return false;
  lose_unseen(line, "is not known here");
  return true;
}

void MosquittoLink::note(const ConfLine& line, const std::string& why) {
  link_.comment += "\n" + line.key + " " + line.value + ": " + why;
}

void MosquittoLink::lose(const ConfLine& line, const std::string& why) {
  note(line, why);
  warnings_.push_back(line.place + ": " + line.key + " is not carried over: " + why);
}

void MosquittoLink::lose_unseen(const ConfLine& line, const std::string& why) {
  lose({line.key, "(not shown)", line.place}, why);
}

void MosquittoLink::addresses(const ConfLine& line) {
  const std::vector<std::string> words = conf_words(line.value);
  if (words.size() == 1) put(remote_, toml_word("host", words[0]));
  if (words.size() > 1) put(remote_, toml_words("host", words));
}

void MosquittoLink::topic(const ConfLine& line) {
  std::string error;
  MosquittoTopic topic = read_mosquitto_topic(line.value, error);
  if (!error.empty()) return lose(line, error);
  topics_.push_back(std::move(topic));
}

void MosquittoLink::version(const ConfLine& line) {
  version_ = line.value == "mqttv50" ? "5" : line.value == "mqttv31" ? "31" : "311";
  put(remote_, toml_word("protocol-version", version_));
}

void MosquittoLink::keep_alive(const ConfLine& line) {
  put(remote_, toml_word("keepalive", line.value));
}

void MosquittoLink::clean_session(const ConfLine& line) {
  clean_session_ = is_true(line);
  if (!clean_session_) return;
  lose(line, "the session is kept, so that a lost connection loses no message");
}

void MosquittoLink::local_clean_session(const ConfLine& line) {
  note(line, "the bridge keeps a session at both brokers");
}

void MosquittoLink::restart_timeout(const ConfLine& line) {
  const std::vector<std::string> words = conf_words(line.value);
  if (words.empty()) return;
  put(remote_, toml_word("reconnect-delay", words.front()));
  put(remote_, toml_word("reconnect-max-delay", words.back()));
}

void MosquittoLink::start_type(const ConfLine& line) {
  if (line.value == "automatic") return;
  lose(line, "the bridge connects when it starts, and again when a connection is lost");
}

void MosquittoLink::notifications(const ConfLine& line) {
  if (line.key == "notification_topic") {
    notification_topic_ = line.value;
  } else if (line.key == "notifications") {
    notifications_ = is_true(line);
  } else {
    notify_remote_ = !is_true(line);
  }
}

void MosquittoLink::outgoing_retain(const ConfLine& line) {
  outgoing_retain_ = is_true(line);
}

void MosquittoLink::round_robin(const ConfLine& line) {
  if (!is_true(line))
    return note(line, "of several brokers the first is not returned to by itself");
  note(line, "brokers are tried in order");
}

void MosquittoLink::remote_password(const ConfLine& line) {
  password(remote_, line);
}

void MosquittoLink::local_password(const ConfLine& line) {
  password(local_, line);
}

void MosquittoLink::password(TomlValue& side, const ConfLine& line) {
  TomlValue value = toml_word("password-file", name_ + "." + side.key + ".password");
  value.comment = "The password of " + line.place + " (" + line.key +
                  ") goes into this file, alone, readable by the bridge only (chmod 600).";
  put(side, std::move(value));
  warnings_.push_back(line.place + ": " + line.key +
                      " is not printed: write it to the file that "
                      "password-file names");
}

void MosquittoLink::of_version_5(std::string key, const ConfLine& line) {
  version_5_lines_.emplace_back(std::move(key), line);
}

void MosquittoLink::add_notifications() {
  if (!notifications_) return;
  if (notification_topic_.empty()) {
    link_.comment +=
        "\nmosquitto says below $SYS/broker/connection whether it is connected, where nobody else "
        "may publish:\nnotification-topic = \"bridge/" +
        name_ + "/state\" would say it there.";
    return;
  }
  put(link_, toml_word("notification-topic", notification_topic_));
  if (notify_remote_) put(link_, toml_scalar("notify-remote", TomlValue::Kind::flag, "true"));
}

/// mosquitto's bridges keep their session at the remote broker for good.
void MosquittoLink::add_session() {
  for (const auto& [key, line] : version_5_lines_) {
    if (version_ == "5") {
      put(remote_, toml_word(key, line.value));
    } else {
      lose(line, "is for bridge_protocol_version mqttv50");
    }
  }
  const auto is_expiry = [](const TomlValue& item) {
    return item.key == "session-expiry-interval";
  };
  const bool said = std::any_of(remote_.items.begin(), remote_.items.end(), is_expiry);
  if (version_ == "5" && !said && !clean_session_) {
    put(remote_, toml_word("session-expiry-interval", "never"));
  }
}

void MosquittoLink::add_tls() {
  MosquittoTls tls = read_mosquitto_tls(tls_lines_, name_ + ".remote.psk");
  for (const auto& [line, why] : tls.lost) lose(line, why);
  warnings_.insert(warnings_.end(), tls.warnings.begin(), tls.warnings.end());
  if (tls.keys.empty()) return;
  // mosquitto's port is the same with TLS.
  for (TomlValue& item : remote_.items) {
    if (item.key == "host") name_ports(item);
  }
  for (TomlValue& key : tls.keys) put(remote_, std::move(key));
}

TomlValue MosquittoLink::take(TomlValue url) {
  add_notifications();
  add_session();
  add_tls();
  local_.comment = "The bridge is a client of this broker, which has to let it in.";
  local_.items.insert(local_.items.begin(), std::move(url));
  const auto is_host = [](const TomlValue& item) { return item.key == "host"; };
  if (std::none_of(remote_.items.begin(), remote_.items.end(), is_host)) {
    lose(connection_, "has no address: give url or host in [link.remote]");
  }
  std::vector<TomlValue> rules = rules_of(topics_, outgoing_retain_, queue_qos_0_);
  if (rules.empty()) lose(connection_, "has no topic: add a [[link.rule]]");
  link_.items.push_back(std::move(local_));
  link_.items.push_back(std::move(remote_));
  if (!rules.empty()) link_.items.push_back(toml_tables("rule", std::move(rules)));
  return std::move(link_);
}

}  // namespace mqrig::bridge_command
