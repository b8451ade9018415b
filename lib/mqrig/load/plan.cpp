#include <mqrig/load/plan.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <numeric>

#include <mqrig/load/fan_out.hpp>

namespace mqrig::load {
namespace {

constexpr std::uint32_t most_topics = 65'536;  // of one client that goes round them
constexpr std::uint16_t usual_inflight = 100;  // in closed loop
constexpr std::uint32_t usual_session_expiry = 300;

// Checked by check() already.
TextTemplate compiled(const std::string& text) {
  std::string error;
  return *TextTemplate::compile(text, error);
}

std::string contents_of(const std::string& path, std::string& error) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) error = "could not read " + path;
  return bytes;
}

decltype(PayloadSpec::body) body_of(const PayloadSettings& settings, std::string& error) {
  switch (settings.kind) {
    case PayloadSettings::Kind::text:
      return compiled(settings.text);
    case PayloadSettings::Kind::file:
      return PayloadSpec::Contents{contents_of(settings.path, error)};
    case PayloadSettings::Kind::lines:
      return PayloadSpec::Lines{settings.lines};
    case PayloadSettings::Kind::size:
      break;
  }
  return PayloadSpec::Sizes{settings.smallest, settings.largest};
}

PublishPlan plan_of(const PublishSettings& settings, std::string& error) {
  PublishPlan plan;
  error = encode_properties(settings.properties, plan.properties);
  const bool stamped =
      settings.payload.stamp || settings.payload.kind == PayloadSettings::Kind::size;
  plan.payload =
      std::make_shared<PayloadSpec>(PayloadSpec{body_of(settings.payload, error), stamped});
  plan.topic = compiled(settings.topic);
  if (settings.request) plan.response_topic = compiled(settings.response_topic);
  plan.qos = mixed(settings.qos);
  const auto cycle = plan.topic.cycle();
  plan.ordered = cycle && *cycle <= most_topics;
  plan.topics = plan.ordered ? *cycle : 1;
  return plan;
}

session::ClientSettings session_settings(const Scenario& scenario,
                                         const client::Options& connection, const Group& group) {
  session::ClientSettings settings;
  settings.exchange = connection.exchange;
  settings.connack_timeout = scenario.connect_timeout;
  settings.ack_timeout = connection.ack_timeout;
  settings.maximum_packet_size = connection.maximum_packet_size;
  if (!group.publish) return settings;
  const PublishSettings& publish = *group.publish;
  std::uint16_t window = publish.inflight;
  if (window == 0) window = publish.rate > 0 ? 65'535 : usual_inflight;
  // A requester has as many requests without a response; what is acknowledged bounds nothing.
  if (publish.request) window = 65'535;
  settings.exchange.window = window;
  settings.exchange.legacy_qos_2_window = window;
  return settings;
}

GroupPlan plan_of(const Scenario& scenario, const client::Options& connection, const Group& group,
                  std::string& error) {
  GroupPlan plan;
  plan.settings = &group;
  plan.client_id = compiled(group.client_id);
  if (group.user_name) plan.user_name = compiled(*group.user_name);
  if (group.publish) plan.publish = plan_of(*group.publish, error);
  for (const SubscribeSettings& settings : group.subscribe) {
    SubscribePlan& subscribe = plan.subscribe.emplace_back();
    subscribe.filter = compiled(settings.filter);
    if (!settings.share.empty()) subscribe.share = compiled(settings.share);
    subscribe.qos = mixed(settings.qos);
    subscribe.no_local = settings.no_local;
    subscribe.cycle = settings.cycle;
  }
  plan.session = session_settings(scenario, connection, group);
  plan.version = group.version ? group.version : connection.version;
  plan.keep_alive = group.keep_alive.value_or(connection.keep_alive);
  plan.clean_start = group.clean_start.value_or(connection.clean_start);
  const std::uint32_t expiry = plan.clean_start ? 0 : usual_session_expiry;
  plan.session_expiry = group.session_expiry.value_or(connection.session_expiry.value_or(expiry));
  return plan;
}

}  // namespace

std::vector<wire::QoS> mixed(const QosMix& mix) {
  const std::uint32_t divisor = std::gcd(std::gcd(mix[0], mix[1]), mix[2]);
  const std::uint32_t size = (mix[0] + mix[1] + mix[2]) / divisor;
  std::vector<wire::QoS> round;
  std::array<double, 3> behind{};
  for (std::uint32_t i = 0; i < size; ++i) {
    for (std::size_t qos = 0; qos < mix.size(); ++qos) behind[qos] += mix[qos] / divisor;
    const auto most = std::max_element(behind.begin(), behind.end());
    *most -= size;
    round.push_back(static_cast<wire::QoS>(most - behind.begin()));
  }
  return round;
}

std::shared_ptr<const Plan> make_plan(Scenario scenario, client::Options connection,
                                      RunSettings settings, std::string& error) {
  auto plan =
      std::make_shared<Plan>(std::move(scenario), std::move(connection), std::move(settings));
  std::uint64_t clients = 0;
  std::uint64_t streams = 0;
  for (const Group& group : plan->scenario.groups) {
    GroupPlan& made =
        plan->groups.emplace_back(plan_of(plan->scenario, plan->connection, group, error));
    if (!error.empty()) return nullptr;
    made.first_client = static_cast<std::uint32_t>(clients);
    clients += group.clients;
    if (!made.publish) continue;
    made.publish->first_stream = static_cast<std::uint32_t>(streams);
    streams += std::uint64_t{group.clients} * made.publish->topics;
    if (streams > Stamp::most_streams) {
      error = "more than 16777216 publishers and topics of theirs: use fewer";
      return nullptr;
    }
  }
  find_fan_out(*plan);
  return plan;
}

Plan::Plan(Scenario scenario_, client::Options connection_, RunSettings settings_)
    : scenario(std::move(scenario_)),
      connection(std::move(connection_)),
      settings(std::move(settings_)),
      codec(settings.run) {
  if (connection.brokers.empty()) connection.brokers.emplace_back();
}

TextValues Plan::values(const GroupPlan& group, std::uint32_t client, SmallRandom& random,
                        std::string& id, std::string& user) const {
  TextValues values{random};
  values.client = client;
  values.run = settings.run;
  values.shard = settings.machine;
  values.group = group.settings->name;
  if (group.user_name) {
    user.clear();
    group.user_name->append(user, values);
    values.user = user;
  } else if (connection.user_name) {
    values.user = *connection.user_name;
  }
  id.clear();
  group.client_id.append(id, values);
  values.id = id;
  return values;
}

bool Plan::publishes() const noexcept {
  return std::any_of(groups.begin(), groups.end(),
                     [](const GroupPlan& group) { return group.publish.has_value(); });
}

const GroupPlan* Plan::publisher_of(std::uint32_t stream) const noexcept {
  for (const GroupPlan& group : groups) {
    if (!group.publish || stream < group.publish->first_stream) continue;
    const std::uint64_t streams = std::uint64_t{group.settings->clients} * group.publish->topics;
    if (stream - group.publish->first_stream < streams) return &group;
  }
  return nullptr;
}

}  // namespace mqrig::load
