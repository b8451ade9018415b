#include <mqrig/broker/sys_topics.hpp>

#include <cmath>
#include <cstdio>

namespace mqrig::broker {

namespace {

constexpr std::string_view prefix = "$SYS/broker/";

struct Period {
  std::string_view name;
  double minutes;
};
constexpr Period periods[] = {{"/1min", 1}, {"/5min", 5}, {"/15min", 15}};

}  // namespace

void SysTopics::publish(const Statistics& statistics, session::Time now, const Publish& publish) {
  if (start_ == session::never) {
    start_ = last_ = now;
    value("version", "mqrig version " MQRIG_VERSION, publish);
  }
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(now - start_).count();
  value("uptime", std::to_string(uptime) + " seconds", publish);
  totals(statistics, publish);
  if (now == last_) return;
  loads(statistics, std::chrono::duration<double, std::ratio<60>>(now - last_).count(), publish);
  last_ = now;
}

void SysTopics::totals(const Statistics& s, const Publish& publish) {
  number("clients/total", s.sessions_now, publish);
  number("clients/connected", s.clients_now, publish);
  number("clients/active", s.clients_now, publish);
  number("clients/disconnected", s.sessions_now - s.clients_now, publish);
  number("clients/inactive", s.sessions_now - s.clients_now, publish);
  number("clients/maximum", s.clients_most, publish);
  number("clients/expired", s.sessions_expired, publish);
  number("messages/received", s.packets_received, publish);
  number("messages/sent", s.packets_sent, publish);
  number("messages/stored", s.retained_now + s.queued_now, publish);
  number("store/messages/count", s.retained_now + s.queued_now, publish);
  number("store/messages/bytes", s.retained_bytes_now + s.queued_bytes_now, publish);
  number("subscriptions/count", s.subscriptions_now, publish);
  number("shared_subscriptions/count", s.shared_now, publish);
  number("retained messages/count", s.retained_now, publish);
  number("publish/messages/received", s.publish_received, publish);
  number("publish/messages/sent", s.publish_sent, publish);
  number("publish/messages/dropped", s.dropped(), publish);
  number("publish/bytes/received", s.publish_bytes_received, publish);
  number("publish/bytes/sent", s.publish_bytes_sent, publish);
  number("bytes/received", s.bytes_received, publish);
  number("bytes/sent", s.bytes_sent, publish);
  faults(s.made, publish);
}

// Of each kind as soon as there is one: brokers that make none have no such topics.
void SysTopics::faults(const MadeFaults& made, const Publish& publish) {
  for (const FaultKind& kind : fault_kinds) {
    const std::uint64_t count = made.*kind.count;
    if (count != 0) number("faults/" + std::string(kind.name), count, publish);
  }
}

void SysTopics::loads(const Statistics& s, double minutes, const Publish& publish) {
  load("load/messages/received", s.packets_received, minutes, publish);
  load("load/messages/sent", s.packets_sent, minutes, publish);
  load("load/publish/received", s.publish_received, minutes, publish);
  load("load/publish/sent", s.publish_sent, minutes, publish);
  load("load/publish/dropped", s.dropped(), minutes, publish);
  load("load/bytes/received", s.bytes_received, minutes, publish);
  load("load/bytes/sent", s.bytes_sent, minutes, publish);
  load("load/sockets", s.sockets, minutes, publish);
  load("load/connections", s.connections, minutes, publish);
}

void SysTopics::load(std::string_view name, std::uint64_t counter, double minutes,
                     const Publish& publish) {
  Load& load = loads_[name];
  const double rate = static_cast<double>(counter - load.last) / minutes;
  load.last = counter;
  for (std::size_t index = 0; index < load.averages.size(); ++index) {
    double& average = load.averages[index];
    average = rate + std::exp(-minutes / periods[index].minutes) * (average - rate);
    char text[32];
    const int size = std::snprintf(text, sizeof text, "%.2f", average);
    value(std::string(name) + std::string(periods[index].name),
          {text, static_cast<std::size_t>(size)}, publish);
  }
}

void SysTopics::number(std::string_view topic, std::uint64_t number, const Publish& publish) {
  value(topic, std::to_string(number), publish);
}

void SysTopics::value(std::string_view topic, std::string_view text, const Publish& publish) {
  const auto [place, added] = values_.try_emplace(std::string(prefix) + std::string(topic), text);
  if (!added) {
    if (place->second == text) return;
    place->second = text;
  }
  publish(place->first, place->second);
}

}  // namespace mqrig::broker
