// Finds out what is wrong with a spool.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <mqrig/store/database.hpp>
#include <mqrig/store/spool_writer.hpp>

namespace mqrig::store {

class SpoolCheck {
 public:
  using Corrections = std::vector<std::pair<Spool::QueueId, QueueTotals>>;

  // Reads all of the file. Nothing may be pending.
  SpoolCheck(Database& database, const SpoolQueues& queues);

  // One for each thing that is wrong; of very many, the first, and how many more there are.
  std::vector<std::string> sentences() const;
  // The totals that should replace wrong ones. None when not all messages could be reached.
  const Corrections& corrections() const noexcept { return corrections_; }

 private:
  // Each says what is wrong; false when it could not reach all rows.
  bool check_pages();
  bool check_messages(bool refused);
  bool check_totals();

  void check_message(const Statement& row, bool refused);
  void check_queue(const Statement& row);
  template <typename Check>
  bool each_row(const char* sql, const char* what, Check check);
  void report(std::string sentence);

  Database& database_;
  const SpoolQueues& queues_;
  std::vector<QueueTotals> counted_;  // by queue
  Corrections corrections_;
  std::vector<std::string> sentences_;
  std::uint64_t unsaid_ = 0;
};

}  // namespace mqrig::store
