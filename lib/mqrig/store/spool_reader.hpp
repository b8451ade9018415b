// Reads a spool. Rows are not trusted: somebody may have damaged the file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <mqrig/store/database.hpp>
#include <mqrig/store/spool_writer.hpp>

namespace mqrig::store {

// Must be destroyed before the database.
class SpoolReader {
 public:
  // Null when the tables are not what they should be; the connection knows why.
  static std::unique_ptr<SpoolReader> prepare(Database& database);

  // Totals that cannot be are 0. last_sequence is never below that of a message; where messages
  // are `to_be_read_only` one that cannot be read is no error.
  std::error_code read_queues(SpoolQueues& queues, bool to_be_read_only);

  // Messages of these sequences, which are at most MessageKey::last_sequence, in order, until
  // `visit` returns false.
  std::error_code read(Spool::QueueId queue, std::uint64_t first, std::uint64_t last,
                       const Spool::Visitor& visit);
  std::error_code read_refused(Spool::QueueId queue, const Spool::RefusedVisitor& visit);
  // The same of a whole queue, but what is damaged is left out.
  struct Salvaged {
    std::uint64_t read = 0;
    std::uint64_t damaged = 0;  // messages, and places where more than one may have been
    bool ended = true;          // not by `visit`
  };
  Salvaged salvage(Spool::QueueId queue, const Spool::Visitor& visit);
  Salvaged salvage_refused(Spool::QueueId queue, const Spool::RefusedVisitor& visit);
  std::error_code state(std::string_view name, std::optional<std::string>& value);

  // Reads the columns that messages and refused ones have in common; the views live as long as the
  // row. Null, or what in it was never written.
  static const char* read_message(const Statement& row, SpooledMessage& message);
  static const char* read_message(const Statement& row, RefusedMessage& refused);

 private:
  explicit SpoolReader(Database& database);

  template <typename Visit>
  std::error_code each_row(Statement& statement, Visit visit);
  template <typename Message, typename Visitor>
  Salvaged salvage_from(Statement& statement, Spool::QueueId queue, const Visitor& visit);
  std::error_code read_last_sequence(Statement& statement, Spool::QueueId queue,
                                     std::uint64_t& last);

  Database& database_;
  Statement messages_;
  Statement refused_;
  Statement state_;
};

}  // namespace mqrig::store
