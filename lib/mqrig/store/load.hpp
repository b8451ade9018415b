// Reads the whole state file.
#pragma once

#include <mqrig/store/broker_store.hpp>
#include <mqrig/store/database.hpp>

namespace mqrig::store {

// As BrokerStore::load().
std::error_code load(Database& database, BrokerStore::Loader& loader);

}  // namespace mqrig::store
