#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mqrig/store/spool.hpp>
#include <string>
#include <string_view>

#include "record_reader.hpp"
#include "settings.hpp"

namespace mqrig::spool {

/// Puts the records of standard input at the ends of their queues: all of them, or none when one is
/// wrong, or when the process ends before. It is one transaction, of which memory holds little.
class Import {
 public:
  /// `settings` outlives it; a missing file is made. Throws InputError.
  explicit Import(const Settings& settings);

  /// When it returns all is on the disk. Throws InputError that names the line which is wrong, and
  /// std::runtime_error when the file cannot be written.
  void run();

  /// Messages, refused ones among them.
  std::uint64_t count() const { return count_; }

 private:
  using QueueId = store::Spool::QueueId;

  void read_input();
  void take_line(std::string_view line);
  void put(std::string_view queue);
  void write();
  QueueId queue(std::string_view name);

  const Settings& settings_;
  std::unique_ptr<store::Spool> spool_;
  RecordReader record_;
  std::map<std::string, QueueId, std::less<>> queues_;
  std::uint64_t line_ = 0;
  std::uint64_t count_ = 0;
  std::size_t gathered_ = 0;  // bytes that are not written
};

}  // namespace mqrig::spool
