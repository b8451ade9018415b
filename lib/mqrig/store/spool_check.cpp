#include <mqrig/store/spool_check.hpp>

#include <algorithm>

#include <mqrig/store/message_key.hpp>
#include <mqrig/store/spool_reader.hpp>

namespace mqrig::store {
namespace {

constexpr std::size_t most_sentences = 100;

std::string text(std::uint64_t number) {
  return std::to_string(number);
}

std::string text(const QueueTotals& totals) {
  return text(totals.messages) + " messages of " + text(totals.bytes) + " bytes, and " +
         text(totals.refused) + " refused ones";
}

// Of the topic, the payload and the properties, whether they can be read or not.
std::uint64_t size_of_content(const Statement& row) {
  return row.text(1).size() + row.bytes(2).size() + row.bytes(3).size();
}

bool holds(std::int64_t column, std::uint64_t count) {
  return column >= 0 && static_cast<std::uint64_t>(column) == count;
}

}  // namespace

SpoolCheck::SpoolCheck(Database& database, const SpoolQueues& queues)
    : database_(database), queues_(queues), counted_(queues.size()) {
  check_pages();
  const bool messages = check_messages(false);
  const bool refused = check_messages(true);
  if (messages && refused && !check_totals()) corrections_.clear();
}

std::vector<std::string> SpoolCheck::sentences() const {
  std::vector<std::string> all = sentences_;
  if (unsaid_ != 0) all.push_back("and " + text(unsaid_) + " more faults");
  return all;
}

void SpoolCheck::report(std::string sentence) {
  if (sentences_.size() < most_sentences) {
    sentences_.push_back(std::move(sentence));
  } else {
    ++unsaid_;
  }
}

template <typename Check>
bool SpoolCheck::each_row(const char* sql, const char* what, Check check) {
  Statement statement(database_.connection(), sql);
  int result = SQLITE_ERROR;
  if (statement.valid()) {
    while ((result = statement.next()) == SQLITE_ROW) check(statement);
  }
  if (result == SQLITE_DONE) return true;
  report(std::string("not all ") + what +
         " can be read: " + sqlite3_errmsg(database_.connection()));
  return false;
}

bool SpoolCheck::check_pages() {
  return each_row("PRAGMA integrity_check", "pages", [this](const Statement& row) {
    if (row.text(0) != "ok") report("the pages are damaged: " + std::string(row.text(0)));
  });
}

bool SpoolCheck::check_messages(bool refused) {
  return each_row(refused ? "SELECT * FROM refused_message" : "SELECT * FROM message",
                  refused ? "refused messages" : "messages",
                  [&](const Statement& row) { check_message(row, refused); });
}

void SpoolCheck::check_message(const Statement& row, bool refused) {
  const std::int64_t id = row.integer(0);
  const std::uint64_t sequence = MessageKey::sequence(id);
  const std::uint64_t queue = static_cast<std::uint64_t>(id) >> MessageKey::sequence_bits;
  const auto name = [&] { return (refused ? "refused message " : "message ") + text(sequence); };
  if (queue >= queues_.size()) return report(name() + " belongs to no queue");
  QueueTotals& totals = counted_[queue];
  totals.last_sequence = std::max(totals.last_sequence, sequence);
  if (refused) {
    ++totals.refused;
  } else {
    ++totals.messages;
    totals.bytes += size_of_content(row);
  }
  SpooledMessage message;
  if (const char* const fault = SpoolReader::read_message(row, message)) {
    report(name() + " of queue " + queues_[queue].name + " is damaged: " + fault);
  }
}

bool SpoolCheck::check_totals() {
  return each_row("SELECT * FROM queue", "queues",
                  [this](const Statement& row) { check_queue(row); });
}

// What the spool has in memory is what the file holds, but for numbers that cannot be.
void SpoolCheck::check_queue(const Statement& row) {
  const auto id = static_cast<std::size_t>(row.integer(0));
  if (id >= queues_.size()) return report("queue " + text(id) + " should not be there");
  QueueTotals counted = counted_[id];
  const std::string queue = "queue " + queues_[id].name;
  const std::int64_t last = row.integer(4);
  const bool sequence_holds = last >= 0 &&
                              static_cast<std::uint64_t>(last) >= counted.last_sequence &&
                              static_cast<std::uint64_t>(last) <= MessageKey::last_sequence;
  const bool totals_hold = holds(row.integer(2), counted.messages) &&
                           holds(row.integer(3), counted.bytes) &&
                           holds(row.integer(5), counted.refused);
  if (sequence_holds && totals_hold) return;
  if (!sequence_holds) {
    report(queue + " says that its last message was " + std::to_string(last) + ", but " +
           text(counted.last_sequence) + " is there");
  }
  if (!totals_hold) {
    report("the totals of " + queue + " are wrong: there are " + text(counted));
  }
  counted.last_sequence = std::max(counted.last_sequence, queues_[id].totals.last_sequence);
  corrections_.emplace_back(static_cast<Spool::QueueId>(id), counted);
}

}  // namespace mqrig::store
