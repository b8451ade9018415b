// Messages per second through the store, with all that makes them durable: each message and its
// delivery are put in one transaction and removed in a later one, as they are when that many QoS 1
// messages are in flight through a broker.
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include <mqrig/store/broker_store.hpp>

namespace {

using namespace mqrig;
using store::BrokerStore;
using Clock = std::chrono::steady_clock;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// In the current folder: /tmp may be memory, which needs no fsync.
class Folder {
 public:
  Folder() {
    char name[] = "store-bench-XXXXXX";
    if (mkdtemp(name) == nullptr) {
      std::perror("store_bench: cannot make a folder here");
      std::exit(1);
    }
    name_ = name;
  }
  ~Folder() { std::filesystem::remove_all(name_); }

  std::string file() const { return name_ + "/state.db"; }

 private:
  std::string name_;
};

struct Load {
  std::size_t batch;     // messages a transaction
  std::size_t payload;   // bytes
  std::size_t sessions;  // the messages go to them in turn
  std::size_t kept;      // transactions until a message is removed
  wire::QoS qos;
};

class Run {
 public:
  explicit Run(const Load& load) : load_(load), payload_(load.payload, 'x') {
    std::string error;
    store_ = BrokerStore::open(folder_.file(), error);
    if (!store_) {
      std::fprintf(stderr, "store_bench: %s\n", error.c_str());
      std::exit(1);
    }
    for (std::uint64_t id = 1; id <= load.sessions; ++id) {
      store::SessionRecord session;
      session.id = id;
      session.client_id = "client-" + std::to_string(id);
      store_->put_session(session);
    }
    commit();
    commits_.clear();
  }

  // For about `length`; prints one line.
  void measure(const char* name, std::chrono::milliseconds length) {
    const double cpu = cpu_seconds();
    const Clock::time_point start = Clock::now();
    while (Clock::now() - start < length) turn();
    const std::chrono::duration<double> took = Clock::now() - start;
    const double used = cpu_seconds() - cpu;
    const auto messages = static_cast<double>(next_ - 1);
    std::sort(commits_.begin(), commits_.end());
    std::printf("%-34s %6zu %9.0f %9.2f %8.2f %8.2f %8.2f %7.1f %7.1f\n", name, load_.batch,
                messages / took.count(), used * 1e6 / messages, percentile(0.5), percentile(0.99),
                percentile(1), longest_log_, file_megabytes());
  }

 private:
  void turn() {
    const std::uint64_t first = next_;
    for (; next_ < first + load_.batch; ++next_) put(next_);
    if (first > load_.kept * load_.batch) {
      const std::uint64_t oldest = first - load_.kept * load_.batch;
      for (std::uint64_t id = oldest; id < oldest + load_.batch; ++id) remove(id);
    }
    commit();
  }

  void put(std::uint64_t id) {
    store::MessageRecord message;
    message.id = id;
    message.topic = "site/4/sensor/17/tem";  // 20 bytes
    message.payload = wire::as_bytes(payload_);
    message.qos = load_.qos;
    store_->put_message(message);
    store::DeliveryRecord delivery;
    delivery.key = key(id);
    delivery.packet_id = static_cast<wire::PacketId>(id % 65'535 + 1);
    delivery.qos = load_.qos;
    store_->put_delivery(delivery);
    if (load_.qos == wire::QoS::exactly_once) {
      store_->put_received(1, delivery.packet_id);
      if (id > load_.batch) {  // PUBREC and PUBREL come one turn later
        store_->set_released(key(id - load_.batch));
        store_->remove_received(1, static_cast<wire::PacketId>((id - load_.batch) % 65'535 + 1));
      }
    }
  }

  void remove(std::uint64_t id) {
    store_->remove_delivery(key(id));
    store_->remove_message(id);
  }

  store::DeliveryKey key(std::uint64_t id) const { return {id % load_.sessions + 1, id, id}; }

  void commit() {
    const Clock::time_point start = Clock::now();
    if (const std::error_code error = store_->commit()) {
      std::fprintf(stderr, "store_bench: %s\n", error.message().c_str());
      std::exit(1);
    }
    store_->maintain();
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    commits_.push_back(took.count());
    longest_log_ =
        std::max(longest_log_, static_cast<double>(store_->counters().log_bytes) / (1024 * 1024));
  }

  double percentile(double part) const {
    return commits_[static_cast<std::size_t>(part * static_cast<double>(commits_.size() - 1))];
  }

  double file_megabytes() const {
    return static_cast<double>(std::filesystem::file_size(folder_.file())) / (1024 * 1024);
  }

  Load load_;
  std::string payload_;
  Folder folder_;
  std::unique_ptr<BrokerStore> store_;
  std::uint64_t next_ = 1;
  std::vector<double> commits_;  // milliseconds, with maintain()
  double longest_log_ = 0;       // MiB
};

// A message of 16 bytes to all of `sessions` absent ones, again and again: seconds per 1M
// deliveries, then the time in which a store with all of them is opened and read.
class Backlog final : public BrokerStore::Loader {
 public:
  Backlog(std::size_t sessions, std::size_t messages) : sessions_(sessions), messages_(messages) {}

  void measure() {
    fill();
    const Clock::time_point start = Clock::now();
    std::string error;
    const auto store = BrokerStore::open(folder_.file(), error);
    const std::chrono::duration<double> opened = Clock::now() - start;
    if (!store || store->load(*this) || rows_ < sessions_ * messages_) {
      std::fprintf(stderr, "store_bench: cannot load the backlog %s\n", error.c_str());
      std::exit(1);
    }
    const std::chrono::duration<double> loaded = Clock::now() - start;
    std::printf(
        "backlog of %zu messages for each of %zu sessions: put %.2f CPU s/1M deliveries, "
        "%.1f MiB, opened in %.2f s, loaded in %.2f s\n",
        messages_, sessions_, cpu_ * 1e6 / static_cast<double>(sessions_ * messages_),
        static_cast<double>(std::filesystem::file_size(folder_.file())) / (1024 * 1024),
        opened.count(), loaded.count());
  }

  void session(const store::SessionRecord&) override { ++rows_; }
  void subscription(const store::SubscriptionRecord&) override { ++rows_; }
  void message(const store::MessageRecord&) override { ++rows_; }
  void retained(std::string_view, std::uint64_t) override { ++rows_; }
  void received(std::uint64_t, wire::PacketId) override { ++rows_; }
  void delivery(const store::DeliveryRecord&) override { ++rows_; }

 private:
  void fill() {
    std::string error;
    const auto store = BrokerStore::open(folder_.file(), error);
    if (!store) std::exit(1);
    const double before = cpu_seconds();
    for (std::uint64_t id = 1; id <= sessions_; ++id) {
      store::SessionRecord session;
      session.id = id;
      session.client_id = "client-" + std::to_string(id);
      store->put_session(session);
    }
    for (std::uint64_t id = 1; id <= messages_; ++id) {
      store::MessageRecord message;
      message.id = id;
      message.topic = "site/4/sensor/17/tem";
      message.payload = wire::as_bytes("0123456789abcdef");
      store->put_message(message);
      for (std::uint64_t session = 1; session <= sessions_; ++session) {
        store::DeliveryRecord delivery;
        delivery.key = {session, id, id};
        store->put_delivery(delivery);
      }
      if (store->commit()) std::exit(1);
      store->maintain();
    }
    cpu_ = cpu_seconds() - before;
  }

  std::size_t sessions_;
  std::size_t messages_;
  std::size_t rows_ = 0;
  Folder folder_;
  double cpu_ = 0;
};

struct Case {
  const char* name;
  std::size_t payload;
  std::size_t sessions;
  std::size_t kept;
  wire::QoS qos;
};

constexpr Case cases[] = {
    {"QoS 1, 16 B, one session", 16, 1, 1, wire::QoS::at_least_once},
    {"QoS 1, 16 B, 1000 sessions", 16, 1000, 1, wire::QoS::at_least_once},
    {"QoS 1, 16 B, kept for 100 batches", 16, 1, 100, wire::QoS::at_least_once},
    {"QoS 2, 16 B, one session", 16, 1, 2, wire::QoS::exactly_once},
    {"QoS 1, 1 KiB, one session", 1024, 1, 1, wire::QoS::at_least_once},
};

}  // namespace

// store_bench [BATCH...]
int main(int argc, char** argv) {
  constexpr std::chrono::milliseconds length{1500};
  std::vector<std::size_t> batches;
  for (int i = 1; i < argc; ++i) batches.push_back(std::strtoul(argv[i], nullptr, 10));
  if (batches.empty()) batches = {1, 10, 100, 1000};
  std::printf("%-34s %6s %9s %9s %8s %8s %8s %7s %7s\n", "", "batch", "msg/s", "CPU s/1M", "p50 ms",
              "p99 ms", "max ms", "log MiB", "file MiB");
  for (const Case& each : cases) {
    for (const std::size_t batch : batches) {
      Run({batch, each.payload, each.sessions, each.kept, each.qos}).measure(each.name, length);
    }
  }
  Backlog(1000, 1000).measure();
}
