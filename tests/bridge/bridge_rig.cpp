#include <tests/bridge/bridge_rig.hpp>

#include <doctest/doctest.h>

#include <mqrig/net/memory_stream.hpp>

namespace mqrig::test {

using bridge::LinkSettings;
using bridge::Side;

namespace {

std::size_t index(Side side) {
  return static_cast<std::size_t>(side);
}

}  // namespace

BridgeRig::BridgeRig() {
  for (auto& broker : brokers) {
    broker = std::make_unique<broker::Broker>(context, BrokerRig::quiet(), broker_log);
  }
}

BridgeRig::~BridgeRig() {
  kill();
  clients.clear();
}

LinkSettings BridgeRig::link(std::vector<bridge::Rule> rules, std::string name) {
  LinkSettings link;
  link.name = std::move(name);
  link.rules = std::move(rules);
  link.fingerprint = link.name;
  for (const Side side : {Side::local, Side::remote}) {
    bridge::SideSettings& settings = side == Side::local ? link.local : link.remote;
    settings.name = side == Side::local ? "here" : "there";
    settings.client.client_id = "bridge-" + link.name;
    settings.client.version = version;
    settings.client.reconnect_delay = std::chrono::milliseconds(1);
    settings.client.reconnect_max_delay = std::chrono::milliseconds(10);
    settings.client.dial = [this, side] { return away[index(side)] ? nullptr : dial(side); };
  }
  return link;
}

std::unique_ptr<net::Stream> BridgeRig::dial(Side side) {
  auto [ours, theirs] = net::memory_stream_pair(context);
  brokers[index(side)]->attach(std::move(theirs));
  return std::move(ours);
}

void BridgeRig::start(std::vector<LinkSettings> links, bool with_spool) {
  kill();
  if (with_spool) spool = file.open();
  for (LinkSettings& link : links) link.spool = with_spool;
  bridge::Observer& observer = *this;
  bridge = std::make_unique<bridge::Bridge>(context, spool.get(), observer);
  apply(std::move(links));
}

void BridgeRig::apply(std::vector<LinkSettings> links) {
  bridge::Settings settings;
  settings.links = std::move(links);
  bridge->apply(std::move(settings));
}

void BridgeRig::kill() {
  bridge.reset();
  spool.reset();
}

SessionClient& BridgeRig::client(Side side, std::string id, wire::Version of) {
  SessionClient& client = clients.emplace_back(std::move(id), of);
  client.open(dial(side));
  run_until([&] { return client.connected(); });
  return client;
}

SessionClient& BridgeRig::subscriber(Side side, std::string_view filter, wire::QoS qos) {
  SessionClient& client = this->client(side, "subscriber-" + std::to_string(clients.size()));
  client.subscribe(filter, qos);
  settle();
  return client;
}

void BridgeRig::run_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    const bool in_time = std::chrono::steady_clock::now() < end;
    REQUIRE(in_time);
    context.restart();
    context.run_one_for(std::chrono::milliseconds(100));
  }
}

void BridgeRig::settle() {
  context.restart();
  while (context.poll() > 0) context.restart();
}

void BridgeRig::run_until_up() {
  run_until([&] { return status().up(); });
  settle();
}

void BridgeRig::on_link(const bridge::LinkStatus& link, std::string_view text) {
  states.push_back(link.name + ": " + std::string(text));
}

void BridgeRig::on_warning(std::string_view link, std::string_view text) {
  warnings.push_back(std::string(link) + ": " + std::string(text));
}

void BridgeRig::on_link_failed(std::string_view link, const client::Failure& failure) {
  failures.push_back(std::string(link) + ": " + failure.text);
}

}  // namespace mqrig::test
