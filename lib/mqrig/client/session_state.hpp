// The state of a session whose messages are kept elsewhere, as bytes.
#pragma once

#include <mqrig/client/client.hpp>
#include <mqrig/session/client_session.hpp>
#include <mqrig/wire/buffer.hpp>

namespace mqrig::client {

// See Client::save_session() and Client::restore_session().
void save_session(const session::ClientSession& session, wire::Buffer& out);
bool restore_session(wire::ByteView state, session::ClientSession& session,
                     const Client::FindMessage& find);

}  // namespace mqrig::client
