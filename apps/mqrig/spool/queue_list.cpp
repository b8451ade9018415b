#include "queue_list.hpp"

#include <algorithm>
#include <array>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/payload/json_pieces.hpp>

#include "utc_time.hpp"

namespace mqrig::spool {
namespace {

using payload::append;

/// A message of which only these are of interest.
struct Place {
  std::uint64_t sequence = 0;  // 0: there is none
  std::int64_t received_at = 0;
};

Place first_after(store::Spool& spool, store::Spool::QueueId queue, std::uint64_t sequence,
                  bool& damaged) {
  Place place;
  const auto visit = [&place](const store::SpooledMessage& message) {
    place = {message.sequence, message.received_at};
    return false;
  };
  if (spool.read(queue, sequence, visit)) damaged = true;
  return place;
}

/// Halves the numbers in which the last one can be: sequences have gaps, and reading all messages
/// to see the last of millions would take long.
Place last_of(store::Spool& spool, store::Spool::QueueId queue, Place last, bool& damaged) {
  std::uint64_t none_after = spool.totals(queue).last_sequence;
  while (last.sequence < none_after) {
    const std::uint64_t middle = last.sequence + (none_after - last.sequence) / 2;
    const Place later = first_after(spool, queue, middle, damaged);
    if (later.sequence == 0) {
      none_after = middle;
    } else {
      last = later;
    }
  }
  return last;
}

using Row = std::array<std::string, 6>;

constexpr std::array<bool, std::tuple_size_v<Row>> right_aligned = {false, true,  true,
                                                                    false, false, true};

std::string time_text(std::int64_t milliseconds) {
  return milliseconds == 0 ? "-" : utc_time(milliseconds);
}

Row row(const QueueSummary& queue) {
  std::string name;
  cli::append_printable(name, queue.name);
  return {name,
          std::to_string(queue.totals.messages),
          std::to_string(queue.totals.bytes),
          time_text(queue.oldest),
          time_text(queue.newest),
          std::to_string(queue.totals.refused)};
}

void write_row(wire::Buffer& out, const Row& cells, const std::array<std::size_t, 6>& widths) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string blanks(widths[i] - std::min(widths[i], cells[i].size()), ' ');
    if (i > 0) append(out, "  ");
    if (right_aligned[i]) append(out, blanks);
    append(out, cells[i]);
    if (!right_aligned[i]) append(out, blanks);
  }
  append(out, "\n");
}

void append_time(wire::Buffer& out, std::string_view key, std::int64_t milliseconds) {
  append(out, key);
  if (milliseconds == 0) {
    append(out, "null");
  } else {
    payload::append_string(out, utc_time(milliseconds));
  }
}

void append_count(wire::Buffer& out, std::string_view key, std::uint64_t count) {
  append(out, key);
  payload::append_number(out, count);
}

}  // namespace

std::vector<QueueSummary> summarise(store::Spool& spool) {
  std::vector<QueueSummary> all;
  for (const std::string& name : spool.queue_names()) {
    const store::Spool::QueueId queue = spool.find_queue(name).value();
    QueueSummary summary{name, spool.totals(queue)};
    const Place first = first_after(spool, queue, 0, summary.damaged);
    if (first.sequence != 0) {
      summary.oldest = first.received_at;
      summary.newest = last_of(spool, queue, first, summary.damaged).received_at;
    }
    all.push_back(std::move(summary));
  }
  return all;
}

void write_table(wire::Buffer& out, const std::vector<QueueSummary>& queues) {
  std::vector<Row> rows = {{"QUEUE", "MESSAGES", "BYTES", "OLDEST", "NEWEST", "REFUSED"}};
  for (const QueueSummary& queue : queues) rows.push_back(row(queue));
  std::array<std::size_t, 6> widths{};
  for (const Row& cells : rows) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  for (const Row& cells : rows) write_row(out, cells, widths);
}

void write_json(wire::Buffer& out, const std::vector<QueueSummary>& queues) {
  for (const QueueSummary& queue : queues) {
    append(out, "{\"queue\":");
    payload::append_string(out, queue.name);
    append_count(out, ",\"messages\":", queue.totals.messages);
    append_count(out, ",\"bytes\":", queue.totals.bytes);
    append_time(out, ",\"oldest\":", queue.oldest);
    append_time(out, ",\"newest\":", queue.newest);
    append_count(out, ",\"refused\":", queue.totals.refused);
    append(out, "}\n");
  }
}

}  // namespace mqrig::spool
