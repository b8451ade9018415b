// What to make of a reason code with which a broker refuses or ends a connection.
#pragma once

#include <string_view>

#include <mqrig/client/failure.hpp>
#include <mqrig/wire/reason_code.hpp>

namespace mqrig::client {

// Would the same CONNECT, sent again, only be refused again? True for credentials, bans, versions,
// invalid content and a session that another client took over; false for a server that is busy,
// restarting or over its quota.
bool is_permanent(wire::ReasonCode reason) noexcept;

// May another broker of the list answer differently? True for what concerns one server only.
bool concerns_one_server(wire::ReasonCode reason) noexcept;

// The kind of failure that CONNACK (`connected` false) or DISCONNECT (true) with that reason is.
FailureKind kind_of(wire::ReasonCode reason, bool connected) noexcept;

// What a person can do about it, as a clause; empty where there is nothing to say.
std::string_view advice(wire::ReasonCode reason) noexcept;

// What a peer that does not speak MQTT may be, from the first bytes that it sent; a clause.
std::string_view guess_peer(std::string_view first_bytes) noexcept;

}  // namespace mqrig::client
