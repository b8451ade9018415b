#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mqrig/store/spool.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "record_reader.hpp"
#include "settings.hpp"

namespace mqrig::spool {

/// Puts the records of standard input at the ends of their queues: all of them, or none when one is
/// wrong. They are committed many at a time, so that memory stays small.
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

  /// A message that is to be kept as refused when all are in.
  struct Refusal {
    QueueId queue;
    std::uint64_t sequence;
    std::uint64_t size;
    const std::string* reason;  // in reasons_
  };

  void read_input();
  void take_line(std::string_view line);
  void put(std::string_view queue);
  void commit();
  void refuse();
  void undo();
  void undo(QueueId queue, std::uint64_t last_before);

  const Settings& settings_;
  std::unique_ptr<store::Spool> spool_;
  RecordReader record_;
  std::map<std::string, std::uint64_t, std::less<>> starts_;  // last sequences before, by queue
  std::vector<Refusal> refusals_;
  std::set<std::string> reasons_;
  std::uint64_t line_ = 0;
  std::uint64_t count_ = 0;
  std::size_t gathered_ = 0;  // bytes that are not committed
};

}  // namespace mqrig::spool
