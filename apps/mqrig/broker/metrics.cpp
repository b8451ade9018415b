#include "metrics.hpp"

#include "../prometheus_text.hpp"

namespace mqrig::broker_command {
namespace {

using broker::Statistics;

struct Metric {
  std::string_view name;  // without "mqrig_broker_"
  std::string_view label;
  std::string_view help;  // of the first of several with one name; of the others empty
  std::uint64_t (*value)(const Statistics&);
};

// Those that are named "_total" are counters, the others gauges.
constexpr Metric metrics[] = {
    {"clients", "", "Connected clients.",
     [](const Statistics& s) -> std::uint64_t { return s.clients_now; }},
    {"clients_maximum", "", "Most clients that were connected at the same time.",
     [](const Statistics& s) -> std::uint64_t { return s.clients_most; }},
    {"sessions", "", "Sessions, with a connected client or without.",
     [](const Statistics& s) -> std::uint64_t { return s.sessions_now; }},
    {"subscriptions", "", "Subscriptions of all sessions.",
     [](const Statistics& s) -> std::uint64_t { return s.subscriptions_now; }},
    {"shared_subscriptions", "", "Subscriptions among them that are shared.",
     [](const Statistics& s) -> std::uint64_t { return s.shared_now; }},
    {"retained_messages", "", "Retained messages.",
     [](const Statistics& s) -> std::uint64_t { return s.retained_now; }},
    {"retained_bytes", "", "Memory that retained messages take.",
     [](const Statistics& s) -> std::uint64_t { return s.retained_bytes_now; }},
    {"queued_messages", "", "Messages that wait for a client.",
     [](const Statistics& s) -> std::uint64_t { return s.queued_now; }},
    {"queued_bytes", "", "Memory that messages waiting for a client take.",
     [](const Statistics& s) -> std::uint64_t { return s.queued_bytes_now; }},
    {"packets_received_total", "", "MQTT packets received.",
     [](const Statistics& s) -> std::uint64_t { return s.packets_received; }},
    {"packets_sent_total", "", "MQTT packets sent.",
     [](const Statistics& s) -> std::uint64_t { return s.packets_sent; }},
    {"received_bytes_total", "", "Bytes received from clients.",
     [](const Statistics& s) -> std::uint64_t { return s.bytes_received; }},
    {"sent_bytes_total", "", "Bytes sent to clients.",
     [](const Statistics& s) -> std::uint64_t { return s.bytes_sent; }},
    {"messages_received_total", "", "PUBLISH packets received.",
     [](const Statistics& s) -> std::uint64_t { return s.publish_received; }},
    {"messages_sent_total", "", "PUBLISH packets sent.",
     [](const Statistics& s) -> std::uint64_t { return s.publish_sent; }},
    {"payload_received_bytes_total", "", "Payload bytes of PUBLISH packets received.",
     [](const Statistics& s) -> std::uint64_t { return s.publish_bytes_received; }},
    {"payload_sent_bytes_total", "", "Payload bytes of PUBLISH packets sent.",
     [](const Statistics& s) -> std::uint64_t { return s.publish_bytes_sent; }},
    {"messages_dropped_total", "reason=\"slow_client\"",
     "Messages that a client did not get: QoS 0 for a slow client, a full queue, an expired "
     "message, one above the Maximum Packet Size of the client.",
     [](const Statistics& s) -> std::uint64_t { return s.dropped_qos_0; }},
    {"messages_dropped_total", "reason=\"queue_full\"", "",
     [](const Statistics& s) -> std::uint64_t { return s.dropped_queue; }},
    {"messages_dropped_total", "reason=\"expired\"", "",
     [](const Statistics& s) -> std::uint64_t { return s.dropped_expired; }},
    {"messages_dropped_total", "reason=\"too_large\"", "",
     [](const Statistics& s) -> std::uint64_t { return s.dropped_size; }},
    {"network_connections_total", "", "Network connections accepted.",
     [](const Statistics& s) -> std::uint64_t { return s.sockets; }},
    {"tls_connections_total", "", "Network connections among them by TLS.",
     [](const Statistics& s) -> std::uint64_t { return s.tls_sockets; }},
    {"web_socket_connections_total", "", "Network connections among them by WebSocket.",
     [](const Statistics& s) -> std::uint64_t { return s.web_sockets; }},
    {"handshakes_failed_total", "",
     "Network connections that ended before MQTT, for a fault in TLS, WebSocket or the PROXY "
     "protocol.",
     [](const Statistics& s) -> std::uint64_t { return s.failed_handshakes; }},
    {"connections_total", "", "CONNECT packets answered with success.",
     [](const Statistics& s) -> std::uint64_t { return s.connections; }},
    {"connections_refused_total", "",
     "CONNECT packets answered with an error, and network connections closed because 100 more than "
     "--max-connections were open.",
     [](const Statistics& s) -> std::uint64_t { return s.refused; }},
    {"client_faults_total", "", "Connections ended for a fault of the client.",
     [](const Statistics& s) -> std::uint64_t { return s.faults; }},
    {"sessions_expired_total", "", "Sessions that expired without their client.",
     [](const Statistics& s) -> std::uint64_t { return s.sessions_expired; }},
};

void describe(PrometheusText& text, const std::string& name, std::string_view help) {
  const bool counter = name.ends_with("_total");
  text.describe(name, counter ? PrometheusText::Kind::counter : PrometheusText::Kind::gauge, help);
}

}  // namespace

std::string metrics_text(const Statistics& statistics,
                         std::chrono::system_clock::time_point started) {
  PrometheusText text;
  for (const Metric& metric : metrics) {
    const std::string name = "mqrig_broker_" + std::string(metric.name);
    if (!metric.help.empty()) describe(text, name, metric.help);
    text.sample(name, metric.label, metric.value(statistics));
  }
  const std::string faults = "mqrig_broker_faults_made_total";
  describe(text, faults, "Faults that were made on purpose (--chaos).");
  for (const broker::FaultKind& kind : broker::fault_kinds) {
    const std::uint64_t made = statistics.made.*kind.count;
    text.sample(faults, PrometheusText::label("kind", kind.name), made);
  }
  const std::string name = "mqrig_broker_start_time_seconds";
  describe(text, name, "Start of the broker, in seconds since 1970.");
  const auto since_1970 =
      std::chrono::duration_cast<std::chrono::seconds>(started.time_since_epoch());
  text.sample(name, "", static_cast<std::uint64_t>(since_1970.count()));
  return text.take();
}

}  // namespace mqrig::broker_command
