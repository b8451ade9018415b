// Messages per second through a spool, fully durable, beside what plain SQLite reaches with the
// same messages in transactions of the same size on the same disk: each transaction puts a batch
// at the end of the queue, and reads and removes one at its front. The two take turns, so that
// both see the same moods of the disk.
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <mqrig/store/spool.hpp>
#include <mqrig/store/statement.hpp>

#include <tests/bench/arguments.hpp>
#include <tests/bench/cpu_time.hpp>

namespace {

using namespace mqrig;
using Clock = std::chrono::steady_clock;

constexpr std::string_view topic = "site/4/sensor/17/tem";

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "spool_bench: %s\n", what.c_str());
  std::exit(1);
}

// In the current folder: /tmp may be memory, which needs no fsync.
class Folder {
 public:
  Folder() {
    char name[] = "spool-bench-XXXXXX";
    if (mkdtemp(name) == nullptr) fail("cannot make a folder here");
    name_ = name;
  }
  ~Folder() { std::filesystem::remove_all(name_); }

  std::string file(const char* name) const { return name_ + '/' + name; }

 private:
  std::string name_;
};

class Queue {
 public:
  virtual ~Queue() = default;
  virtual void put(std::size_t count, wire::ByteView payload) = 0;
  virtual void take(std::size_t count) = 0;
  virtual void commit() = 0;
};

// What somebody writes who knows SQLite: prepared statements, WAL, synchronous = FULL.
class PlainQueue final : public Queue {
 public:
  explicit PlainQueue(const std::string& path) {
    if (sqlite3_open(path.c_str(), &connection_) != SQLITE_OK) fail("cannot open " + path);
    execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE message (id INTEGER PRIMARY KEY, topic TEXT, payload BLOB)");
    insert_ = prepare("INSERT INTO message VALUES (?, ?, ?)");
    select_ = prepare("SELECT id, topic, payload FROM message ORDER BY id LIMIT ?");
    remove_ = prepare("DELETE FROM message WHERE id = ?");
    execute("BEGIN");
  }
  ~PlainQueue() override {
    for (auto* statement : {&insert_, &select_, &remove_}) statement->reset();
    sqlite3_close(connection_);
  }

  void put(std::size_t count, wire::ByteView payload) override {
    for (std::size_t i = 0; i < count; ++i) insert_->run(++last_, topic, payload);
  }
  void take(std::size_t count) override {
    ids_.clear();
    select_->query(count);
    while (select_->next() == SQLITE_ROW) {
      ids_.push_back(select_->integer(0));
      read_bytes_ += select_->text(1).size() + select_->bytes(2).size();
    }
    select_->reset();
    for (const std::int64_t id : ids_) remove_->run(id);
  }
  void commit() override { execute("COMMIT; BEGIN"); }

 private:
  std::unique_ptr<store::Statement> prepare(const char* sql) {
    auto statement = std::make_unique<store::Statement>(connection_, sql);
    if (!statement->valid()) fail(sqlite3_errmsg(connection_));
    return statement;
  }
  void execute(const char* sql) {
    if (sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      fail(sqlite3_errmsg(connection_));
    }
  }

  sqlite3* connection_ = nullptr;
  std::unique_ptr<store::Statement> insert_;
  std::unique_ptr<store::Statement> select_;
  std::unique_ptr<store::Statement> remove_;
  std::uint64_t last_ = 0;
  std::vector<std::int64_t> ids_;
  std::uint64_t read_bytes_ = 0;
};

class SpoolQueue final : public Queue {
 public:
  explicit SpoolQueue(const std::string& path) {
    std::string error;
    spool_ = store::Spool::open(path, store::Spool::Mode::create, error);
    if (!spool_) fail(error);
    queue_ = spool_->queue("bench");
  }

  void put(std::size_t count, wire::ByteView payload) override {
    store::SpooledMessage message;
    message.publish.topic = topic;
    message.publish.payload = payload;
    message.publish.qos = wire::QoS::at_least_once;
    message.received_at = 1'790'000'000'000;
    for (std::size_t i = 0; i < count; ++i) spool_->append(queue_, message);
  }
  void take(std::size_t count) override {
    taken_.clear();
    const auto visit = [&](const store::SpooledMessage& message) {
      taken_.emplace_back(message.sequence, message.size());
      return taken_.size() < count;
    };
    if (const std::error_code error = spool_->read(queue_, front_, visit)) fail(error.message());
    for (const auto& [sequence, size] : taken_) spool_->remove(queue_, sequence, size);
    if (!taken_.empty()) front_ = taken_.back().first;
  }
  void commit() override {
    if (const std::error_code error = spool_->commit()) fail(error.message());
    spool_->maintain();
  }

 private:
  std::unique_ptr<store::Spool> spool_;
  store::Spool::QueueId queue_ = 0;
  std::uint64_t front_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> taken_;
};

struct Load {
  std::size_t batch;    // messages a transaction
  std::size_t payload;  // bytes
};

struct Result {
  std::uint64_t messages = 0;
  double seconds = 0;
  double cpu = 0;

  double rate() const { return static_cast<double>(messages) / seconds; }
  double cpu_per_million() const { return cpu * 1e6 / static_cast<double>(messages); }
};

void run(Queue& queue, const Load& load, std::chrono::milliseconds length, Result& result) {
  const std::vector<std::uint8_t> payload(load.payload, 'x');
  const double cpu = bench::cpu_time(0);
  const Clock::time_point start = Clock::now();
  while (Clock::now() - start < length) {
    queue.put(load.batch, payload);
    queue.take(load.batch);
    queue.commit();
    result.messages += load.batch;
  }
  result.seconds += std::chrono::duration<double>(Clock::now() - start).count();
  result.cpu += bench::cpu_time(0) - cpu;
}

void fill(Queue& queue, std::size_t messages, std::size_t size) {
  const std::vector<std::uint8_t> payload(size, 'x');
  constexpr std::size_t at_once = 10'000;
  for (std::size_t done = 0; done < messages; done += at_once) {
    queue.put(std::min(at_once, messages - done), payload);
    queue.commit();
  }
}

void compare(const Load& load, std::size_t backlog, std::chrono::milliseconds length) {
  const Folder folder;
  PlainQueue plain(folder.file("plain.db"));
  SpoolQueue spool(folder.file("spool.db"));
  Result plain_result;
  Result spool_result;
  for (Queue* queue : {static_cast<Queue*>(&plain), static_cast<Queue*>(&spool)}) {
    fill(*queue, std::max(backlog, load.batch), load.payload);
  }
  constexpr int rounds = 4;
  for (int round = 0; round < rounds; ++round) {
    run(plain, load, length / rounds, plain_result);
    run(spool, load, length / rounds, spool_result);
  }
  std::printf("%7zu %6zu %9zu %10.0f %10.0f %7.2f %10.2f %10.2f\n", load.payload, load.batch,
              backlog, plain_result.rate(), spool_result.rate(),
              spool_result.rate() / plain_result.rate(), plain_result.cpu_per_million(),
              spool_result.cpu_per_million());
  std::fflush(stdout);
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Opens a file that is full already, and drains part of it.
void drain(std::size_t backlog, std::size_t payload) {
  const Folder folder;
  const std::string path = folder.file("spool.db");
  {
    SpoolQueue spool(path);
    fill(spool, backlog, payload);
  }
  const Clock::time_point start = Clock::now();
  SpoolQueue spool(path);
  const std::chrono::duration<double, std::milli> opened = Clock::now() - start;
  constexpr std::size_t batch = 1000;
  const double cpu = bench::cpu_time(0);
  const Clock::time_point drain_start = Clock::now();
  const std::size_t drained = std::min<std::size_t>(backlog, 1'000'000);
  for (std::size_t taken = 0; taken < drained; taken += batch) {
    spool.take(batch);
    spool.commit();
  }
  const std::chrono::duration<double> took = Clock::now() - drain_start;
  std::printf(
      "%zu messages of %zu bytes: opened in %.1f ms; drained with %.0f msg/s, %.2f CPU s/1M; "
      "peak memory %.1f MiB\n",
      backlog, payload, opened.count(), static_cast<double>(drained) / took.count(),
      (bench::cpu_time(0) - cpu) * 1e6 / static_cast<double>(drained), peak_megabytes());
}

}  // namespace

// spool_bench [--backlog N] [--length MILLISECONDS] [--batch N] [--payload N]
// The backlog is that of the second part (10000000 for the figures in the documentation).
int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::uint64_t backlog = arguments.number("--backlog", 1'000'000, 0, 100'000'000);
  const std::chrono::milliseconds length(arguments.number("--length", 2000, 1, 1'000'000));
  const std::uint64_t only_batch = arguments.number("--batch", 0, 0, 1'000'000);
  const std::uint64_t only_payload = arguments.number("--payload", 0, 0, 1'000'000);
  arguments.finish();
  // First, for the peak of memory is that of the process.
  if (backlog != 0) drain(backlog, only_payload != 0 ? only_payload : 64);
  const std::vector<std::size_t> batches = only_batch != 0
                                               ? std::vector<std::size_t>{only_batch}
                                               : std::vector<std::size_t>{1, 10, 100, 1000};
  const std::vector<std::size_t> payloads = only_payload != 0
                                                ? std::vector<std::size_t>{only_payload}
                                                : std::vector<std::size_t>{64, 1024};
  std::printf("%7s %6s %9s %10s %10s %7s %10s %10s\n", "payload", "batch", "backlog", "plain/s",
              "spool/s", "ratio", "plain CPU", "spool CPU");
  for (const std::size_t payload : payloads) {
    for (const std::size_t batch : batches) compare({batch, payload}, 0, length);
  }
  if (backlog != 0) {
    for (const std::size_t batch : batches) compare({batch, payloads[0]}, 1'000'000, length);
  }
}
