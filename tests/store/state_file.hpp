// A state file in a folder of its own, and all that a store reads from it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <mqrig/store/broker_store.hpp>

namespace mqrig::test {

// Everything that load() reports, one line a row, in its order.
using Rows = std::vector<std::string>;

Rows rows(store::BrokerStore& store);

// The folder goes away with it.
class StateFile {
 public:
  StateFile();
  ~StateFile();
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;

  const std::string& folder() const { return folder_; }
  std::string path() const { return folder_ + "/state.db"; }
  // Fails the test when it cannot be opened.
  std::unique_ptr<store::BrokerStore> open() const;
  // The sentence with which opening is refused; empty when it is not.
  std::string refusal() const;
  // Executes SQL on the closed file, as somebody who tampers with it would.
  void tamper(const char* sql) const;
  // Rows in a table of the closed file, those that load() skips included.
  std::int64_t count(const std::string& table) const;

 private:
  std::string folder_;
};

// A message of 16 bytes with a topic of its own.
store::MessageRecord message(std::uint64_t id);
// The delivery of this message to session 1.
store::DeliveryRecord delivery(std::uint64_t message);

}  // namespace mqrig::test
