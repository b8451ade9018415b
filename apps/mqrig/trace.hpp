#pragma once

#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/client/handler.hpp>

namespace mqrig {

/// What --debug shows of a packet: one line on standard error, from Handler::on_packet().
void trace(const cli::Diagnostic& diagnostic, client::Direction direction, wire::Version version,
           wire::ByteView packet);

}  // namespace mqrig
