// The load on a broker: publishers and subscribers in one thread, which cost almost nothing and
// keep an exact account of every message.
//
//   load --port N --messages N [--publishers N] [--subscribers N] [--pairs] [--qos QOS]
//        [--window N] [--credit N] [--size BYTES] [--topic TOPIC] [--version 4|5]
//        [--receive-maximum N] [--durable] [--subscriber-port N] [--pid N] [--patience MS]
//
// Every subscriber gets every publisher's --messages; with --pairs the first gets the first's, and
// so on. A QoS 0 message may be dropped by a broker whose subscriber is slow: --credit bounds what
// is under way between a publisher and its slowest subscriber, which takes both ends in one
// process. --pid names the broker's process, whose CPU time between the first message and the last
// is reported. --subscriber-port is that of another broker, to which a bridge brings the messages;
// --pid is then the bridge's. The run ends when all has arrived, or when nothing has happened for
// --patience.
//
// One line of JSON is the result. The exit code is 1 when a connection was lost or refused.
#include <sys/epoll.h>

#include <chrono>
#include <memory>

#include <tests/bench/arguments.hpp>
#include <tests/bench/cpu_time.hpp>
#include <tests/bench/load_publisher.hpp>
#include <tests/bench/load_subscriber.hpp>

namespace {

using namespace mqrig::bench;
using mqrig::wire::QoS;
using mqrig::wire::Version;
using Clock = std::chrono::steady_clock;
using unsigned_long = unsigned long long;

struct Result {
  double seconds = 0;     // from the first message to the last packet
  double own_cpu = 0;     // of this process, in that time
  double broker_cpu = 0;  // of the broker, in that time
  std::size_t lost_connections = 0;
};

class Load {
 public:
  Load(const Plan& plan, std::chrono::milliseconds patience)
      : plan_(plan), patience_(patience), poller_(::epoll_create1(EPOLL_CLOEXEC)) {
    const std::size_t each = plan.pairs ? 1 : plan.publishers;
    for (std::uint32_t i = 0; i < plan.subscribers; ++i) {
      subscribers_.push_back(std::make_unique<LoadSubscriber>(plan, i, plan.pairs ? i : 0, each));
      add(*subscribers_.back());
    }
    for (std::uint32_t i = 0; i < plan.publishers; ++i) {
      std::vector<const Arrivals*> arrivals;
      for (std::size_t k = 0; k < plan.subscribers; ++k) {
        if (!plan.pairs || k == i) arrivals.push_back(&subscribers_[k]->arrivals(i));
      }
      publishers_.push_back(std::make_unique<LoadPublisher>(plan, i, std::move(arrivals)));
      add(*publishers_.back());
    }
  }

  // False when not all clients could connect and subscribe.
  bool connect() {
    run([this] {
      return std::all_of(clients_.begin(), clients_.end(),
                         [](const Client& client) { return client.client->ready(); });
    });
    return result_.lost_connections == 0 &&
           std::all_of(clients_.begin(), clients_.end(),
                       [](const Client& client) { return client.client->ready(); });
  }

  void measure(pid_t broker) {
    const double own = cpu_time(0);
    const double before = broker != 0 ? cpu_time(broker) : 0;
    const auto start = Clock::now();
    for (const auto& publisher : publishers_) publisher->start();
    write();
    run([this] { return complete(); });
    const std::chrono::duration<double> took = last_ - start;
    result_.seconds = took.count();
    result_.own_cpu = cpu_time(0) - own;
    result_.broker_cpu = broker != 0 ? cpu_time(broker) - before : 0;
  }

  void disconnect() {
    for (const Client& client : clients_) client.client->disconnect();
  }

  Account account() const {
    Account sum;
    for (const auto& subscriber : subscribers_) {
      const Account& one = subscriber->account();
      sum.received += one.received;
      sum.arrived += one.arrived;
      sum.duplicated += one.duplicated;
      sum.reordered += one.reordered;
      sum.foreign += one.foreign;
    }
    return sum;
  }

  std::uint64_t published(std::uint64_t (LoadPublisher::*count)() const) const {
    std::uint64_t sum = 0;
    for (const auto& publisher : publishers_) sum += (publisher.get()->*count)();
    return sum;
  }

  const Result& result() const { return result_; }

 private:
  struct Client {
    LoadClient* client;
    bool open = false;  // connected, and CONNECT is on its way
    bool over = false;
    std::uint32_t watched = 0;
  };

  void add(LoadClient& client) {
    watch(EPOLL_CTL_ADD, clients_.size(), client, EPOLLOUT);
    clients_.push_back({&client, false, false, EPOLLOUT});
  }

  void watch(int action, std::size_t index, LoadClient& client, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.u64 = index;
    if (::epoll_ctl(poller_, action, client.stream().descriptor(), &event) != 0) fail("epoll_ctl");
  }

  // Turns until `done` or until nothing has happened for too long.
  template <class Done>
  void run(Done done) {
    last_ = Clock::now();
    while (!done()) {
      epoll_event events[256];
      const int count = ::epoll_wait(poller_, events, 256, static_cast<int>(patience_.count()));
      if (count == 0) return;
      for (int i = 0; i < count; ++i) handle(clients_[events[i].data.u64], events[i].events);
      write();
      last_ = Clock::now();
      if (result_.lost_connections != 0) return;
    }
  }

  void handle(Client& client, std::uint32_t events) {
    if (client.over) return;
    if (!client.open) {
      client.open = client.client->stream().connected();
      if (!client.open) return end(client);
      client.client->connect();
    }
    if ((events & ~std::uint32_t{EPOLLOUT}) != 0 && !client.client->readable()) end(client);
  }

  // What a turn has made possible: acknowledgements, and messages that now fit into a window.
  void write() {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      Client& client = clients_[i];
      if (!client.open || client.over) continue;
      if (!client.client->writable()) {
        end(client);
        continue;
      }
      const std::uint32_t wanted = client.client->stream().drained()
                                       ? std::uint32_t{EPOLLIN}
                                       : std::uint32_t{EPOLLIN} | EPOLLOUT;
      if (wanted != client.watched) watch(EPOLL_CTL_MOD, i, *client.client, wanted);
      client.watched = wanted;
    }
  }

  void end(Client& client) {
    client.over = true;
    ++result_.lost_connections;
    ::epoll_ctl(poller_, EPOLL_CTL_DEL, client.client->stream().descriptor(), nullptr);
  }

  bool complete() const {
    return account().arrived == expected(plan_) &&
           std::all_of(clients_.begin(), clients_.end(),
                       [](const Client& client) { return client.client->idle(); });
  }

 public:
  static std::uint64_t expected(const Plan& plan) {
    return plan.messages * plan.publishers * (plan.pairs ? 1 : plan.subscribers);
  }

 private:
  const Plan& plan_;
  std::chrono::milliseconds patience_;
  int poller_;
  std::vector<std::unique_ptr<LoadSubscriber>> subscribers_;
  std::vector<std::unique_ptr<LoadPublisher>> publishers_;
  std::vector<Client> clients_;
  Clock::time_point last_;
  Result result_;
};

Plan read_plan(Arguments& arguments) {
  constexpr std::uint64_t many = 1'000'000'000;
  Plan plan;
  plan.port = static_cast<std::uint16_t>(arguments.number("--port", 1883, 1, 65'535));
  plan.subscriber_port =
      static_cast<std::uint16_t>(arguments.number("--subscriber-port", plan.port, 1, 65'535));
  plan.messages = arguments.number("--messages", 100'000, 1, many);
  plan.publishers = arguments.number("--publishers", 1, 1, 9'000);
  plan.subscribers = arguments.number("--subscribers", 1, 1, 9'000);
  plan.pairs = arguments.flag("--pairs");
  if (plan.pairs) plan.subscribers = plan.publishers;
  plan.qos = static_cast<QoS>(arguments.number("--qos", 0, 0, 2));
  plan.window = arguments.number("--window", 100, 1, 65'535);
  plan.credit = arguments.number("--credit", plan.qos == QoS::at_most_once ? 1000 : 0, 0, many);
  plan.size = arguments.number("--size", 16, stamp_size, 1'000'000);
  plan.topic = arguments.text("--topic", "bench/topic");
  plan.version = static_cast<Version>(arguments.number("--version", 5, 4, 5));
  plan.receive_maximum =
      static_cast<std::uint16_t>(arguments.number("--receive-maximum", 65'535, 1, 65'535));
  plan.durable = arguments.flag("--durable");
  return plan;
}

void print(const Plan& plan, const Load& load) {
  const Result& result = load.result();
  const Account account = load.account();
  const auto line = [](const char* name, std::uint64_t value) {
    std::printf("\"%s\":%llu,", name, static_cast<unsigned_long>(value));
  };
  std::putchar('{');
  line("sent", load.published(&LoadPublisher::sent));
  line("acknowledged", load.published(&LoadPublisher::acknowledged));
  line("refused", load.published(&LoadPublisher::refused));
  line("strange", load.published(&LoadPublisher::strange));
  line("received", account.received);
  line("lost", Load::expected(plan) - account.arrived);
  line("duplicated", account.duplicated);
  line("reordered", account.reordered);
  line("foreign", account.foreign);
  line("lost_connections", result.lost_connections);
  std::printf("\"seconds\":%.6f,\"rate\":%.0f,\"cpu\":%.6f,\"broker_cpu\":%.6f}\n", result.seconds,
              static_cast<double>(account.arrived) / result.seconds, result.own_cpu,
              result.broker_cpu);
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments(count, words);
  const Plan plan = read_plan(arguments);
  const auto broker = static_cast<pid_t>(arguments.number("--pid", 0, 0, 1U << 30U));
  const std::chrono::milliseconds patience(arguments.number("--patience", 2000, 1, 3'600'000));
  arguments.finish();
  Load load(plan, patience);
  if (!load.connect()) {
    std::fputs("load: not every client could connect and subscribe\n", stderr);
    return 1;
  }
  load.measure(broker);
  load.disconnect();
  print(plan, load);
  return load.result().lost_connections == 0 ? 0 : 1;
}
