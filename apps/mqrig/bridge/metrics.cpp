#include "metrics.hpp"

#include "../prometheus_text.hpp"

namespace mqrig::bridge_command {
namespace {

using bridge::DirectionCounters;
using bridge::LinkStatus;
using bridge::SideStatus;

// Names without "mqrig_bridge_". Those that end with "_total" are counters, the others gauges.
struct DirectionMetric {
  std::string_view name;
  std::string_view reason;  // label of drops
  std::string_view help;    // of the first of several with one name; of the others empty
  std::uint64_t DirectionCounters::*value;
};

constexpr DirectionMetric direction_metrics[] = {
    {"messages_received_total", "", "Messages from the source.", &DirectionCounters::received},
    {"messages_forwarded_total", "",
     "Messages that the target has taken; of QoS 0, that were sent to it.",
     &DirectionCounters::forwarded},
    {"messages_dropped_total", "filtered", "Messages that did not go on, by the reason.",
     &DirectionCounters::filtered},
    {"messages_dropped_total", "looped", "", &DirectionCounters::looped},
    {"messages_dropped_total", "invalid", "", &DirectionCounters::invalid},
    {"messages_dropped_total", "refused", "", &DirectionCounters::refused},
    {"messages_dropped_total", "expired", "", &DirectionCounters::expired},
    {"messages_dropped_total", "full", "", &DirectionCounters::dropped_full},
    {"messages_dropped_total", "offline", "", &DirectionCounters::dropped_offline},
    {"queued_messages", "", "Messages that wait for the target.", &DirectionCounters::queued},
    {"queued_bytes", "", "Bytes of messages that wait for the target.",
     &DirectionCounters::queued_bytes},
    {"in_flight_messages", "", "Messages of QoS 1 and 2 on their way to the target.",
     &DirectionCounters::in_flight},
};

struct SpoolMetric {
  std::string_view name;
  std::string_view help;
  double (*value)(const store::Spool::Counters&);
};

constexpr SpoolMetric spool_metrics[] = {
    {"spool_commits_total", "Transactions that were written to the spool.",
     [](const store::Spool::Counters& c) { return static_cast<double>(c.commits); }},
    {"spool_commit_failures_total", "Transactions that could not be written.",
     [](const store::Spool::Counters& c) { return static_cast<double>(c.failures); }},
    {"spool_last_commit_seconds", "Time that the last transaction took.",
     [](const store::Spool::Counters& c) {
       return std::chrono::duration<double>(c.last_commit).count();
     }},
    {"spool_file_bytes", "Size of the spool and its log.",
     [](const store::Spool::Counters& c) { return static_cast<double>(c.file_bytes); }},
};

/// Writes one metric after the other, each for all links.
class Page {
 public:
  explicit Page(const std::vector<LinkStatus>& links) : links_(links) {}

  void describe(std::string_view name, std::string_view help) {
    name_ = "mqrig_bridge_" + std::string(name);
    const bool counter = name_.ends_with("_total");
    text_.describe(name_, counter ? PrometheusText::Kind::counter : PrometheusText::Kind::gauge,
                   help);
  }

  void link_states() {
    describe("link_up", "1 while both brokers of the link are connected, else 0.");
    for (const LinkStatus& link : links_) sample(link_label(link), link.up() ? 1 : 0);
    describe("broker_connected", "1 while the broker is connected, else 0.");
    for_each_side([&](const std::string& labels, const SideStatus& side) {
      sample(labels, side.connected ? 1 : 0);
    });
    describe("connections_total", "Connections that the broker has accepted.");
    for_each_side(
        [&](const std::string& labels, const SideStatus& side) { sample(labels, side.connects); });
  }

  void directions(const DirectionMetric& metric) {
    if (!metric.help.empty()) describe(metric.name, metric.help);
    std::string reason;
    if (!metric.reason.empty()) reason = "," + PrometheusText::label("reason", metric.reason);
    for (const LinkStatus& link : links_) {
      const auto labels = [&](std::string_view direction) {
        return link_label(link) + "," + PrometheusText::label("direction", direction) + reason;
      };
      sample(labels("out"), link.out.*metric.value);
      sample(labels("in"), link.in.*metric.value);
    }
  }

  template <typename Number>
  void sample(const std::string& labels, Number value) {
    if constexpr (std::is_same_v<Number, double>) {
      text_.sample(name_, labels, value);
    } else {
      text_.sample(name_, labels, static_cast<std::uint64_t>(value));
    }
  }

  std::string take() { return text_.take(); }

 private:
  static std::string link_label(const LinkStatus& link) {
    return PrometheusText::label("link", link.name);
  }

  template <typename Visit>
  void for_each_side(Visit&& visit) {
    for (const LinkStatus& link : links_) {
      visit(link_label(link) + "," + PrometheusText::label("side", "local"), link.local);
      visit(link_label(link) + "," + PrometheusText::label("side", "remote"), link.remote);
    }
  }

  const std::vector<LinkStatus>& links_;
  std::string name_;
  PrometheusText text_;
};

}  // namespace

std::string metrics_text(const std::vector<LinkStatus>& links, const store::Spool::Counters* spool,
                         std::chrono::system_clock::time_point started) {
  Page page(links);
  page.link_states();
  for (const DirectionMetric& metric : direction_metrics) page.directions(metric);
  if (spool) {
    for (const SpoolMetric& metric : spool_metrics) {
      page.describe(metric.name, metric.help);
      page.sample("", metric.value(*spool));
    }
  }
  page.describe("start_time_seconds", "Start of the bridge, in seconds since 1970.");
  page.sample("",
              std::chrono::duration_cast<std::chrono::seconds>(started.time_since_epoch()).count());
  return page.take();
}

}  // namespace mqrig::bridge_command
