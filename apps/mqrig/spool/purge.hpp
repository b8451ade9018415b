#pragma once

#include <mqrig/store/spool.hpp>
#include <optional>

#include "settings.hpp"

namespace mqrig::spool {

/// Asks on the terminal, unless --yes was given; there must be one, or cli::UsageError is thrown.
bool purge_is_meant(const store::Spool& spool, store::Spool::QueueId queue,
                    const Settings& settings);

/// Removes messages for good and returns how many. Throws std::runtime_error.
std::uint64_t purge(store::Spool& spool, store::Spool::QueueId queue, const Settings& settings);

}  // namespace mqrig::spool
