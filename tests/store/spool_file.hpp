// A spool in a folder of its own, and what is in it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/store/spool.hpp>

#include <tests/store/state_file.hpp>

namespace mqrig::test {

// The folder goes away with it.
class SpoolFile : private StateFile {
 public:
  using StateFile::count;
  using StateFile::folder;
  using StateFile::path;
  using StateFile::tamper;

  // Fails the test when it cannot be opened.
  std::unique_ptr<store::Spool> open() const;
  // The sentence with which opening is refused; empty when it is not.
  std::string refusal(store::Spool::Mode mode = store::Spool::Mode::create) const;
};

// A message of QoS 1 without properties. Views of the arguments.
store::SpooledMessage spooled(std::string_view topic, std::string_view payload);

// "sequence topic payload" of what read() and read_refused() report; the latter with ": reason".
Rows messages(store::Spool& spool, store::Spool::QueueId queue, std::uint64_t after = 0);
Rows refused(store::Spool& spool, store::Spool::QueueId queue);
// "messages bytes last_sequence refused"
std::string totals(const store::Spool& spool, store::Spool::QueueId queue);

}  // namespace mqrig::test
