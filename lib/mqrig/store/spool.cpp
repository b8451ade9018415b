#include <mqrig/store/spool.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include <mqrig/store/bulk_changes.hpp>
#include <mqrig/store/message_key.hpp>
#include <mqrig/store/schema.hpp>
#include <mqrig/store/spool_check.hpp>
#include <mqrig/store/spool_reader.hpp>
#include <mqrig/store/wall_time.hpp>

namespace mqrig::store {
namespace {

using Clock = std::chrono::steady_clock;

Database::Mode database_mode(Spool::Mode mode) noexcept {
  switch (mode) {
    case Spool::Mode::create:
      return Database::Mode::create;
    case Spool::Mode::look:
      return Database::Mode::look;
    case Spool::Mode::salvage:
      return Database::Mode::salvage;
    case Spool::Mode::existing:
      break;
  }
  return Database::Mode::existing;
}

// Totals that somebody damaged must not wrap around.
void subtract(std::uint64_t& total, std::uint64_t amount) noexcept {
  total -= std::min(total, amount);
}

std::uint64_t left_out(const SpoolReader::Salvaged& salvaged, std::uint64_t total) noexcept {
  if (!salvaged.ended) return salvaged.damaged;
  subtract(total, salvaged.read);
  return std::max(total, salvaged.damaged);
}

}  // namespace

class Spool::Impl {
 public:
  explicit Impl(std::unique_ptr<Database> opened) : database(std::move(opened)) {}

  // Empty, or the sentence for the person.
  std::string prepare(Mode mode);
  std::error_code commit();
  template <typename Write>
  std::error_code transact(Write write);
  // Commits what is pending, and then what `change` does to the file and to the totals of a queue.
  template <typename Change>
  std::error_code change_many(QueueId queue, Change change);
  std::error_code put_right(const SpoolCheck::Corrections& corrections);

  std::unique_ptr<Database> database;
  std::unique_ptr<SpoolWriter> writer;  // destroyed before the database, as is the reader
  std::unique_ptr<SpoolReader> reader;
  SpoolQueues queues;
  SpoolChanges changes;
  Counters counters;
};

std::string Spool::Impl::prepare(Mode mode) {
  writer = SpoolWriter::prepare(database->connection());
  reader = SpoolReader::prepare(*database);
  if (!writer || !reader) return database->damaged(sqlite3_errmsg(database->connection()));
  if (const std::error_code error = reader->read_queues(queues, mode == Mode::look)) {
    return database->damaged("its queues cannot be read: " + error.message());
  }
  for (std::size_t i = 0; i < queues.size(); ++i) changes.add_queue(false);
  counters.file_bytes = database->file_bytes();
  return {};
}

std::error_code Spool::Impl::commit() {
  if (changes.empty()) return {};
  if (const std::error_code error = transact([this] { return writer->write(changes, queues); })) {
    return error;
  }
  changes.clear();
  return {};
}

template <typename Write>
std::error_code Spool::Impl::transact(Write write) {
  const Clock::time_point start = Clock::now();
  Error error = database->transact(write);
  // Room in the log may be all that is missing.
  const bool again = error == Error::no_space && !database->grouped();
  if (again && database->checkpoint() == SQLITE_OK) error = database->transact(write);
  counters.last_commit = Clock::now() - start;
  ++(error == Error::none ? counters.commits : counters.failures);
  if (database->log_bytes() >= 2 * Database::checkpoint_due) database->checkpoint();
  counters.file_bytes = database->file_bytes();
  if (error != Error::none) return error;
  return {};
}

template <typename Change>
std::error_code Spool::Impl::change_many(QueueId queue, Change change) {
  if (const std::error_code error = commit()) return error;
  SpoolQueue changed = queues[queue];
  const std::error_code error = transact([&] {
    changed = queues[queue];  // it may be tried twice
    const int result = change(changed.totals);
    return result == SQLITE_OK ? writer->put_queue(queue, changed) : result;
  });
  if (!error) queues[queue].totals = changed.totals;
  return error;
}

std::error_code Spool::Impl::put_right(const SpoolCheck::Corrections& corrections) {
  for (const auto& [queue, totals] : corrections) queues[queue].totals = totals;
  return transact([&] {
    for (const auto& correction : corrections) {
      const int result = writer->put_queue(correction.first, queues[correction.first]);
      if (result != SQLITE_OK) return result;
    }
    return SQLITE_OK;
  });
}

std::unique_ptr<Spool> Spool::open(const std::string& path, Mode mode, std::string& error) {
  std::unique_ptr<Database> database =
      Database::open(schema::spool, path, database_mode(mode), error);
  if (!database) return nullptr;
  auto impl = std::make_unique<Impl>(std::move(database));
  if (std::string sentence = impl->prepare(mode); !sentence.empty()) {
    impl->database->checkpoint_on_close(false);
    error = std::move(sentence);
    return nullptr;
  }
  if (mode != Mode::look) impl->database->claim();
  return std::unique_ptr<Spool>(new Spool(std::move(impl)));
}

Spool::Spool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Spool::~Spool() = default;

Spool::QueueId Spool::queue(std::string_view name) {
  if (const auto found = find_queue(name)) return *found;
  if (impl_->queues.size() > std::numeric_limits<QueueId>::max()) {
    throw std::length_error("too many queues in a spool");
  }
  impl_->queues.push_back({std::string(name), {}});
  impl_->changes.add_queue(true);
  return static_cast<QueueId>(impl_->queues.size() - 1);
}

std::vector<std::string> Spool::queue_names() const {
  std::vector<std::string> names;
  for (const SpoolQueue& queue : impl_->queues) names.push_back(queue.name);
  return names;
}

std::optional<Spool::QueueId> Spool::find_queue(std::string_view name) const {
  const auto found = std::find_if(impl_->queues.begin(), impl_->queues.end(),
                                  [&](const SpoolQueue& queue) { return queue.name == name; });
  if (found == impl_->queues.end()) return std::nullopt;
  return static_cast<QueueId>(found - impl_->queues.begin());
}

const QueueTotals& Spool::totals(QueueId queue) const {
  return impl_->queues[queue].totals;
}

std::uint64_t Spool::append(QueueId queue, const SpooledMessage& message) {
  QueueTotals& totals = impl_->queues[queue].totals;
  const std::uint64_t size = impl_->changes.append(queue, totals.last_sequence + 1, message);
  ++totals.messages;
  totals.bytes += size;
  return ++totals.last_sequence;
}

void Spool::remove(QueueId queue, std::uint64_t sequence, std::uint64_t size) {
  if (!impl_->changes.remove(queue, sequence)) return;
  QueueTotals& totals = impl_->queues[queue].totals;
  subtract(totals.messages, 1);
  subtract(totals.bytes, size);
}

void Spool::refuse(QueueId queue, std::uint64_t sequence, std::uint64_t size,
                   std::string_view reason) {
  refuse(queue, sequence, size, reason, wall_time());
}

void Spool::refuse(QueueId queue, std::uint64_t sequence, std::uint64_t size,
                   std::string_view reason, std::int64_t refused_at) {
  impl_->changes.refuse(queue, {sequence, std::string(reason), refused_at});
  QueueTotals& totals = impl_->queues[queue].totals;
  subtract(totals.messages, 1);
  subtract(totals.bytes, size);
  ++totals.refused;
}

void Spool::put_state(std::string_view name, wire::ByteView state) {
  impl_->changes.put_state(name, state);
}

void Spool::remove_state(std::string_view name) {
  impl_->changes.remove_state(name);
}

std::optional<std::string> Spool::state(std::string_view name, std::error_code& error) {
  std::optional<std::string> value;
  error = impl_->reader->state(name, value);
  return value;
}

std::error_code Spool::read(QueueId queue, std::uint64_t after, const Visitor& visit) {
  if (after >= MessageKey::last_sequence) return {};
  return impl_->reader->read(
      queue, after + 1, MessageKey::last_sequence, [&](const SpooledMessage& message) {
        return impl_->changes.removed(queue, message.sequence) || visit(message);
      });
}

bool Spool::find(QueueId queue, std::uint64_t sequence, const Visitor& visit,
                 std::error_code& error) {
  bool found = false;
  error = impl_->reader->read(queue, sequence, std::min(sequence, MessageKey::last_sequence),
                              [&](const SpooledMessage& message) {
                                if (impl_->changes.removed(queue, sequence)) return false;
                                found = true;
                                return visit(message);
                              });
  return found;
}

std::error_code Spool::read_refused(QueueId queue, const RefusedVisitor& visit) {
  return impl_->reader->read_refused(queue, visit);
}

std::uint64_t Spool::salvage(QueueId queue, const Visitor& visit) {
  return left_out(impl_->reader->salvage(queue, visit), impl_->queues[queue].totals.messages);
}

std::uint64_t Spool::salvage_refused(QueueId queue, const RefusedVisitor& visit) {
  return left_out(impl_->reader->salvage_refused(queue, visit),
                  impl_->queues[queue].totals.refused);
}

std::uint64_t Spool::requeue(QueueId queue, std::error_code& error) {
  std::uint64_t moved = 0;
  error = impl_->change_many(queue, [&](QueueTotals& totals) {
    const std::uint64_t before = totals.last_sequence;
    const int result = store::requeue(impl_->database->connection(), queue, totals);
    moved = totals.last_sequence - before;
    return result;
  });
  return error ? 0 : moved;
}

std::uint64_t Spool::purge(QueueId queue, std::optional<std::int64_t> received_before,
                           std::error_code& error) {
  std::uint64_t removed = 0;
  error = impl_->change_many(queue, [&](QueueTotals& totals) {
    return store::purge(impl_->database->connection(), queue, received_before, totals, removed);
  });
  return error ? 0 : removed;
}

std::uint64_t Spool::purge_refused(QueueId queue, std::error_code& error) {
  std::uint64_t removed = 0;
  error = impl_->change_many(queue, [&](QueueTotals& totals) {
    return store::purge_refused(impl_->database->connection(), queue, totals, removed);
  });
  return error ? 0 : removed;
}

std::vector<std::string> Spool::verify(bool repair) {
  if (const std::error_code error = commit()) {
    return {"what is pending cannot be committed: " + error.message()};
  }
  const SpoolCheck check(*impl_->database, impl_->queues);
  std::vector<std::string> sentences = check.sentences();
  if (!repair || check.corrections().empty()) return sentences;
  if (const std::error_code error = impl_->put_right(check.corrections())) {
    sentences.push_back("the totals cannot be put right: " + error.message());
  }
  return sentences;
}

bool Spool::dirty() const noexcept {
  return !impl_->changes.empty();
}

bool Spool::urgent() const noexcept {
  return impl_->changes.urgent();
}

std::error_code Spool::commit() {
  return impl_->commit();
}

std::error_code Spool::begin_group() {
  if (const std::error_code error = commit()) return error;
  return impl_->database->begin_group();
}

std::error_code Spool::end_group() {
  if (const std::error_code error = commit()) return error;
  return impl_->database->end_group();
}

void Spool::maintain() {
  // A failure is no loss: the log holds everything, and the next checkpoint tries again.
  if (impl_->database->log_bytes() >= Database::checkpoint_due) impl_->database->checkpoint();
}

const Spool::Counters& Spool::counters() const noexcept {
  return impl_->counters;
}

}  // namespace mqrig::store
