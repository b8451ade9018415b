#pragma once

#include <mqrig/cli/toml_value.hpp>
#include <string>
#include <utility>
#include <vector>

#include "mosquitto_conf.hpp"
#include "mosquitto_topic.hpp"

namespace mqrig::bridge_command {

/// One connection of a mosquitto.conf, which becomes a [[link]].
class MosquittoLink {
 public:
  /// `connection` is its first line. `queue_qos_0` is what the whole file says.
  MosquittoLink(const ConfLine& connection, bool queue_qos_0);

  /// A line of it. False when it is none of a connection, but of the broker.
  bool add(const ConfLine& line);

  /// The table [[link]]. `url` is the key of the local broker.
  cli::TomlValue take(cli::TomlValue url);

  /// What can't be carried over and matters, each with its place.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  using Handler = void (MosquittoLink::*)(const ConfLine&);
  struct Known;
  static const Known known[];

  void addresses(const ConfLine& line);
  void topic(const ConfLine& line);
  void version(const ConfLine& line);
  void keep_alive(const ConfLine& line);
  void clean_session(const ConfLine& line);
  void local_clean_session(const ConfLine& line);
  void restart_timeout(const ConfLine& line);
  void start_type(const ConfLine& line);
  void notifications(const ConfLine& line);
  void outgoing_retain(const ConfLine& line);
  void remote_password(const ConfLine& line);
  void local_password(const ConfLine& line);
  void password(cli::TomlValue& side, const ConfLine& line);
  void of_version_5(std::string key, const ConfLine& line);
  void receive_maximum(const ConfLine& line) { of_version_5("receive-maximum", line); }
  void topic_aliases(const ConfLine& line) { of_version_5("topic-alias-maximum", line); }
  void session_expiry(const ConfLine& line) { of_version_5("session-expiry-interval", line); }
  void round_robin(const ConfLine& line);

  /// A comment that shows the line, and why it is only a comment.
  void note(const ConfLine& line, const std::string& why);
  /// The same, and a warning.
  void lose(const ConfLine& line, const std::string& why);
  void lose_unseen(const ConfLine& line, const std::string& why);
  void add_notifications();
  void add_session();
  void add_tls();

  const ConfLine connection_;
  const bool queue_qos_0_;
  std::string name_;
  cli::TomlValue link_;
  cli::TomlValue local_;
  cli::TomlValue remote_;
  std::vector<MosquittoTopic> topics_;
  std::vector<std::pair<std::string, ConfLine>> version_5_lines_;  // by our key
  std::vector<ConfLine> tls_lines_;
  std::string version_ = "311";
  bool clean_session_ = false;
  bool outgoing_retain_ = true;
  bool notifications_ = true;
  bool notify_remote_ = true;
  std::string notification_topic_;
  std::vector<std::string> warnings_;
};

}  // namespace mqrig::bridge_command
