// Many links between brokers, over one spool.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/bridge/settings.hpp>
#include <mqrig/client/failure.hpp>

namespace asio {
class io_context;
}

namespace mqrig::bridge {

// What went one way over a link since it was started.
struct DirectionCounters {
  std::uint64_t received = 0;   // messages from the source
  std::uint64_t forwarded = 0;  // messages that the target has taken (QoS 0: that were sent)
  std::uint64_t filtered = 0;
  std::uint64_t looped = 0;  // dropped by loop prevention, hops included
  std::uint64_t invalid = 0;
  std::uint64_t refused = 0;          // by the target
  std::uint64_t expired = 0;          // message expiry or the limit of age
  std::uint64_t dropped_full = 0;     // limits: oldest dropped, or rejected
  std::uint64_t dropped_offline = 0;  // QoS 0 while the target was away or slow
  std::uint64_t queued = 0;           // now
  std::uint64_t queued_bytes = 0;     // now
  std::uint64_t in_flight = 0;        // now
};

// What keeps messages out, by the name that people know it by.
struct DropReason {
  std::string_view name;
  std::uint64_t DirectionCounters::*count;
};
inline constexpr DropReason drop_reasons[] = {
    {"filtered", &DirectionCounters::filtered},       {"looped", &DirectionCounters::looped},
    {"invalid", &DirectionCounters::invalid},         {"refused", &DirectionCounters::refused},
    {"expired", &DirectionCounters::expired},         {"full", &DirectionCounters::dropped_full},
    {"offline", &DirectionCounters::dropped_offline},
};

struct SideStatus {
  std::string broker;  // as Client::broker()
  bool connected = false;
  std::uint64_t connects = 0;
  std::string last_failure;  // text, empty when there was none
};

struct LinkStatus {
  std::string name;
  SideStatus local;
  SideStatus remote;
  DirectionCounters out;
  DirectionCounters in;
  bool up() const noexcept { return local.connected && remote.connected; }
};

// Hears what a person would want to know. Calls come from the event loop.
class Observer {
 public:
  virtual void on_link(const LinkStatus& /*link*/, std::string_view /*text*/) {
  }  // state has changed
  virtual void on_warning(std::string_view /*link*/, std::string_view /*text*/) {}
  // A link has ended: credentials refused and the like. Others go on; apply() starts it again.
  virtual void on_link_failed(std::string_view /*link*/, const client::Failure& /*failure*/) {}
  virtual void on_stopped() {}

 protected:
  ~Observer() = default;
};

// Belongs to the thread of its io_context and must be destroyed before it.
class Bridge {
 public:
  // `spool` (null when no link wants one) and `observer` outlive it.
  Bridge(asio::io_context& context, store::Spool* spool, Observer& observer);
  ~Bridge();  // drops the connections
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  // Starts links that are new, ends those that are gone, leaves those whose fingerprint is the
  // same; one that has changed is ended and started anew with its queue. Settings have been checked
  // with check_rules().
  void apply(Settings settings);
  // Ends every link in order: no more is read, what is in flight is waited for at most `grace`.
  // Observer::on_stopped() follows.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

  std::vector<LinkStatus> status() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mqrig::bridge
