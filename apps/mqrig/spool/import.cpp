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
constexpr std::size_t most_gathered = 4 * 1024 * 1024;  // bytes
constexpr std::size_t overhead = 200;                   // of a message in memory, about
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
    check(spool_->begin_group(), "cannot write", settings_.file);
    read_input();
    check(spool_->end_group(), "cannot write", settings_.file);
  } catch (const InputError& error) {
    throw InputError(std::string(error.what()) + "; nothing was imported");
  } catch (const std::runtime_error& error) {
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
  if (gathered_ >= most_gathered) write();
}

void Import::put(std::string_view queue_name) {
  const QueueId id = queue(queue_name);
  const std::uint64_t sequence = spool_->append(id, record_.message());
  const std::uint64_t size = record_.message().size();
  if (const auto& refusal = record_.refusal()) {
    spool_->refuse(id, sequence, size, refusal->reason, refusal->refused_at);
  }
  gathered_ += static_cast<std::size_t>(size) + overhead;
  ++count_;
}

Import::QueueId Import::queue(std::string_view name) {
  const auto known = queues_.find(name);
  if (known != queues_.end()) return known->second;
  try {
    return queues_.emplace(name, spool_->queue(name)).first->second;
  } catch (const std::length_error&) {
    throw InputError("line " + std::to_string(line_) +
                     ": one queue more than the 65,536 that a spool can hold");
  }
}

void Import::write() {
  check(spool_->commit(), "cannot write", settings_.file);
  gathered_ = 0;
}

}  // namespace mqrig::spool
