#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <mqrig/load/plan.hpp>

namespace mqrig::load::tests {

inline Group publishers(std::uint32_t clients, std::string topic) {
  Group group;
  group.name = "publishers";
  group.clients = clients;
  group.publish.emplace().topic = std::move(topic);
  return group;
}

inline Group subscribers(std::uint32_t clients, std::string filter, QosMix qos = {1, 0, 0}) {
  Group group;
  group.name = "subscribers";
  group.clients = clients;
  SubscribeSettings& subscribe = group.subscribe.emplace_back();
  subscribe.filter = std::move(filter);
  subscribe.qos = qos;
  return group;
}

inline Group responders(std::uint32_t clients, std::string filter, QosMix qos = {1, 0, 0}) {
  Group group = subscribers(clients, std::move(filter), qos);
  group.name = "responders";
  group.respond = true;
  return group;
}

template <class... Groups>
Scenario scenario_of(Groups... groups) {
  Scenario scenario;
  (scenario.groups.push_back(std::move(groups)), ...);
  return scenario;
}

inline std::shared_ptr<const Plan> plan_of(Scenario scenario, RunSettings settings = {},
                                           client::Options connection = {}) {
  std::string error;
  auto plan = make_plan(std::move(scenario), std::move(connection), std::move(settings), error);
  REQUIRE_MESSAGE(plan != nullptr, error);
  return plan;
}

}  // namespace mqrig::load::tests
