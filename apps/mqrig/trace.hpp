#pragma once

#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/client/handler.hpp>
#include <string>
#include <vector>

namespace mqrig {

/// What --debug shows of a packet: one line on standard error, from Handler::on_packet().
void trace(const cli::Diagnostic& diagnostic, client::Direction direction, wire::Version version,
           wire::ByteView packet);

/// The same of a connection, from Handler::on_transport(): a line for each fact.
void trace(const cli::Diagnostic& diagnostic, const std::vector<std::string>& facts);

}  // namespace mqrig
