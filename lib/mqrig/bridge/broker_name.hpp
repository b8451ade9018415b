// Who a broker is, for the path of messages.
#pragma once

#include <string>

#include <mqrig/bridge/settings.hpp>

namespace mqrig::bridge {

// What tells this machine from others: its id, its name and the network namespace of the process.
std::string this_machine();

// The name that the settings give. Without one 16 hexadecimal digits made of the address, so that
// bridges that reach a broker by the same address agree, wherever they run. A loopback address or a
// Unix socket is another broker on each machine: there `machine` counts, too.
std::string broker_name(const SideSettings& side, const std::string& machine = this_machine());

}  // namespace mqrig::bridge
