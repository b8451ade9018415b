// Who a broker is, for the path of messages.
#pragma once

#include <string>

#include <mqrig/bridge/settings.hpp>

namespace mqrig::bridge {

// The name that the settings give. Without one 16 hexadecimal digits made of the address and of
// this machine, its boot and its network namespace: bridges that reach a broker by the same address
// from the same place agree, and addresses that mean different brokers in different places, such as
// localhost, never do.
std::string broker_name(const SideSettings& side);

}  // namespace mqrig::bridge
