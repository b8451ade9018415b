#include "import.hpp"

#include <unistd.h>

#include <cerrno>
#include <mqrig/payload/line_splitter.hpp>
#include <mqrig/store/wall_time.hpp>
#include <stdexcept>

#include "../input_file.hpp"
#include "spool_file.hpp"
#include "utc_time.hpp"

namespace mqrig::spool {
namespace {

constexpr std::size_t block_size = 64 * 1024;
constexpr std::size_t bytes_in_commit = 4 * 1024 * 1024;
constexpr std::size_t overhead = 200;              // of a message in memory, about
constexpr std::size_t removed_in_commit = 10'000;  // messages
// A payload that is no text is a third longer in base64, one of control characters six times.
constexpr std::size_t longest_line = 6 * std::size_t{wire::max_remaining_length};

/// 0 at the end.
std::size_t read_block(char* into) {
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, into, block_size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) {
      throw InputError("cannot read standard input: " + std::generic_category().message(errno));
    }
  }
}

}  // namespace

Import::Import(const Settings& settings)
    : settings_(settings), spool_(open_spool(settings.file, store::Spool::Mode::create)) {}

void Import::run() {
  try {
    read_input();
    commit();
    refuse();
  } catch (const InputError& error) {
    undo();
    throw InputError(std::string(error.what()) + "; nothing was imported");
  } catch (const std::runtime_error& error) {
    undo();
    throw std::runtime_error(std::string(error.what()) + "; nothing was imported");
  }
}

void Import::read_input() {
  const std::unique_ptr<char[]> block(new char[block_size]);
  payload::LineSplitter splitter('\n', longest_line);
  std::string_view line;
  payload::SplitStatus status = payload::SplitStatus::need_more;
  for (bool ended = false; !ended;) {
    const std::size_t size = read_block(block.get());
    ended = size == 0;
    splitter.feed({block.get(), size});
    while ((status = ended ? splitter.finish(line) : splitter.next(line)) ==
           payload::SplitStatus::record) {
      take_line(line);
    }
    if (status == payload::SplitStatus::too_long) {
      throw InputError("line " + std::to_string(line_ + 1) + ": longer than any message");
    }
  }
}

void Import::take_line(std::string_view line) {
  ++line_;
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  const std::string place = "line " + std::to_string(line_) + ": ";
  if (!record_.read(line, store::wall_time())) throw InputError(place + record_.error());
  if (settings_.queue) {
    put(*settings_.queue);
  } else if (record_.queue()) {
    put(*record_.queue());
  } else {
    throw InputError(place + "it names no queue: name one after the file");
  }
  if (gathered_ >= bytes_in_commit) commit();
}

void Import::put(std::string_view queue) {
  const QueueId id = spool_->queue(queue);
  if (starts_.find(queue) == starts_.end()) {
    starts_.emplace(queue, spool_->totals(id).last_sequence);
  }
  const std::uint64_t sequence = spool_->append(id, record_.message());
  const std::uint64_t size = record_.message().size();
  if (record_.refused()) {
    refusals_.push_back({id, sequence, size, &*reasons_.insert(*record_.refused()).first});
  }
  gathered_ += static_cast<std::size_t>(size) + overhead;
  ++count_;
}

void Import::commit() {
  check(spool_->commit(), "cannot write", settings_.file);
  spool_->maintain();
  gathered_ = 0;
}

/// Last of all: a refused message cannot be taken back one by one.
void Import::refuse() {
  for (const Refusal& refusal : refusals_) {
    spool_->refuse(refusal.queue, refusal.sequence, refusal.size, *refusal.reason);
  }
  commit();
}

/// Opened again, the spool knows nothing of what could not be committed. Throws when it cannot be
/// undone.
void Import::undo() {
  spool_.reset();
  try {
    spool_ = open_spool(settings_.file);
    for (const auto& [name, last_before] : starts_) {
      const auto queue = spool_->find_queue(name);
      if (queue) undo(*queue, last_before);
    }
  } catch (const std::exception& error) {
    throw std::runtime_error("a part was imported before line " + std::to_string(line_) +
                             " and could not be taken back: " + error.what());
  }
}

void Import::undo(QueueId queue, std::uint64_t last_before) {
  struct Removed {
    std::uint64_t sequence;
    std::uint64_t size;
  };
  std::vector<Removed> removed;
  do {
    removed.clear();
    const auto visit = [&removed](const store::SpooledMessage& message) {
      removed.push_back({message.sequence, message.size()});
      return removed.size() < removed_in_commit;
    };
    check(spool_->read(queue, last_before, visit), "cannot read", settings_.file);
    for (const Removed& one : removed) spool_->remove(queue, one.sequence, one.size);
    commit();
  } while (!removed.empty());
}

}  // namespace mqrig::spool
