// A scenario made ready to run: what all shards share and none changes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/client/handler.hpp>
#include <mqrig/client/options.hpp>
#include <mqrig/load/payload_spec.hpp>
#include <mqrig/load/scenario.hpp>
#include <mqrig/load/stamp.hpp>
#include <mqrig/load/text_template.hpp>
#include <mqrig/session/client_session.hpp>

namespace mqrig::load {

// How many deliveries a message makes, by the quality of service of the subscriptions that its
// topic matches.
using FanOut = std::array<std::uint32_t, 3>;

struct PublishPlan {
  TextTemplate topic;
  std::optional<TextTemplate> response_topic;  // of groups that request
  std::vector<wire::QoS> qos;                  // of messages, again and again
  std::uint32_t first_stream = 0;              // of the group's first client
  std::uint32_t topics = 1;                    // that a client goes round, each of them a stream
  bool ordered = true;                         // messages of a stream are all of one topic
  std::vector<FanOut> fan_out;                 // of each client, or one for all of them
  bool fan_out_known = true;                   // how many subscriptions a message matches
  wire::PropertyWriter properties;             // of every message
  std::shared_ptr<const PayloadSpec> payload;

  const FanOut& fan_out_of(std::uint32_t client) const noexcept {
    return fan_out.size() == 1 ? fan_out.front() : fan_out[client];
  }
};

struct SubscribePlan {
  TextTemplate filter;
  std::optional<TextTemplate> share;
  std::vector<wire::QoS> qos;  // of clients, again and again
  bool no_local = false;
  std::uint32_t cycle = 0;  // see SubscribeSettings

  // `values` are those of the client.
  TextValues values(TextValues values) const noexcept {
    if (cycle != 0) values.client %= cycle;
    return values;
  }
};

struct GroupPlan {
  const Group* settings = nullptr;
  std::uint32_t first_client = 0;  // its number among the clients of all groups
  TextTemplate client_id;
  std::optional<TextTemplate> user_name;
  std::optional<PublishPlan> publish;
  std::vector<SubscribePlan> subscribe;
  session::ClientSettings session;
  // What the connection options and the group agree on.
  std::optional<wire::Version> version;
  std::uint16_t keep_alive = 60;
  bool clean_start = true;
  std::uint32_t session_expiry = 0;

  bool open_loop() const noexcept { return publish && settings->publish->rate > 0; }
  // Its clients are given to shards by the name of their shared group, not by their number.
  bool shared() const noexcept { return !subscribe.empty() && subscribe.front().share.has_value(); }
};

// Is given each whole packet of each client, by its client identifier. Called from the threads of
// all shards.
using Trace = std::function<void(std::string_view client_id, client::Direction direction,
                                 wire::Version version, wire::ByteView packet)>;

// Where a run takes place.
struct RunSettings {
  std::uint64_t run = 0;                      // its identifier
  std::int64_t wall_offset = 0;               // nanoseconds from the steady clock to the wall clock
  std::uint32_t machines = 1;                 // that take part, each with its share of the clients
  std::uint32_t machine = 0;                  // which of them this is
  std::uint32_t members = 1;                  // shards of this machine
  std::vector<std::string> source_addresses;  // clients take them in turn; empty: any
  Trace trace;                                // may be empty
};

struct Plan {
  Plan(Scenario scenario, client::Options connection, RunSettings settings);
  Plan(const Plan&) = delete;  // the groups point into the scenario
  Plan& operator=(const Plan&) = delete;

  Scenario scenario;
  client::Options connection;
  RunSettings settings;
  StampCodec codec;
  std::vector<GroupPlan> groups;

  // The values of a client's texts, but for those of a message. `id` and `user` are set, and must
  // live as long as the values.
  TextValues values(const GroupPlan& group, std::uint32_t client, SmallRandom& random,
                    std::string& id, std::string& user) const;
  // Has anybody messages to publish?
  bool publishes() const noexcept;
  // The group whose messages are of that stream; null if there is none.
  const GroupPlan* publisher_of(std::uint32_t stream) const noexcept;
};

// The scenario has passed check(). On an error there is no plan, and `error` says what can't be
// done.
std::shared_ptr<const Plan> make_plan(Scenario scenario, client::Options connection,
                                      RunSettings settings, std::string& error);

// A round of messages with these shares, well mixed: 70, 20, 10 makes ten of them.
std::vector<wire::QoS> mixed(const QosMix& mix);

}  // namespace mqrig::load
