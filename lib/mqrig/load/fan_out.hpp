// How many deliveries the messages of a scenario make.
#pragma once

#include <vector>

#include <mqrig/load/plan.hpp>

namespace mqrig::load {

// Sets fan_out and fan_out_known of all groups that publish. Every subscription that a topic
// matches is one delivery, of a shared group one for the whole group; of those who respond, none.
// A request makes one, its response.
//
// Not known where topics or filters have no end, where the topics of one client differ in it, where
// a client has several subscriptions that match one topic (brokers differ there), where members of
// a shared group differ in QoS, where several groups respond to one request, and where there is too
// much to compare.
void find_fan_out(Plan& plan);

}  // namespace mqrig::load
