#include <algorithm>
#include <mqrig/load/placement.hpp>
#include <mqrig/load/quantity_text.hpp>

namespace mqrig::load {
namespace {

// Of a process: standard streams, event loop, timers, files, the sockets to other processes.
constexpr std::uint64_t other_descriptors = 64;
// The kernel's part of a connection's end.
constexpr std::uint64_t kernel_bytes = 5 * 1024;
// What our broker takes for an idle client.
constexpr std::uint64_t broker_bytes = 800;
// A process without clients.
constexpr std::uint64_t process_bytes = 10 * 1024 * 1024;
// 127.0.0.2 and on.
constexpr std::uint64_t most_loopback_addresses = 65'536;

std::uint64_t parts(std::uint64_t whole, std::uint64_t part) {
  return whole / part + (whole % part != 0 ? 1 : 0);
}

std::string address_after(std::uint64_t number) {  // 127.0.0.0
  return "127." + std::to_string(number >> 16) + "." + std::to_string(number >> 8 & 0xFF) + "." +
         std::to_string(number & 0xFF);
}

std::string loopback_range(std::uint64_t addresses) {
  return "127.0.0.2" + (addresses == 1 ? "" : "-" + address_after(addresses + 1));
}

class Decision {
 public:
  Decision(const Demand& demand, const Capacity& capacity) : demand_(demand), capacity_(capacity) {}

  Placement make() {
    if (choose_processes() && choose_broker() && choose_addresses()) check_memory();
    return std::move(placement_);
  }

 private:
  bool choose_processes();
  bool choose_broker();
  bool choose_addresses();
  bool demand_addresses(std::uint64_t needed);
  void check_memory();

  std::string clients() const {
    return count_text(demand_.clients) + (demand_.clients == 1 ? " client" : " clients");
  }
  bool fail(std::string text) {
    placement_.error = std::move(text);
    return false;
  }
  // Clients that fit into a process by its descriptors, at most and with some air.
  std::uint64_t most_of_process() const {
    return capacity_.descriptors - std::min(other_descriptors, capacity_.descriptors - 1);
  }
  std::uint64_t usual_of_process() const {
    return std::max<std::uint64_t>(most_of_process() / 10 * 9, 1);
  }
  std::string descriptors() const {
    return count_text(capacity_.descriptors) + " descriptors (ulimit -Hn)";
  }

  const Demand& demand_;
  const Capacity& capacity_;
  Placement placement_;
};

// Threads are as good as processes, and cheaper, as long as the descriptors of one process do.
bool Decision::choose_processes() {
  const auto bounded = [&](std::uint64_t count) {
    return static_cast<std::uint32_t>(
        std::min({count, demand_.clients, std::uint64_t{UINT32_MAX}}));
  };
  if (demand_.processes && demand_.threads.value_or(1) > 1) {
    return fail("worker processes have one thread each: give --workers or --threads, not both");
  }
  const std::uint64_t needed = parts(demand_.clients, most_of_process());
  if (demand_.processes) {
    placement_.processes = bounded(*demand_.processes);
    if (placement_.processes >= needed) return true;
    return fail(clients() + " need " + count_text(needed) + " worker processes, not " +
                count_text(*demand_.processes) + ": a process may have " + descriptors());
  }
  if (demand_.threads) {
    placement_.threads = bounded(*demand_.threads);
    if (needed == 1) return true;
    return fail(clients() + " need " + count_text(needed) +
                " processes of one thread each, because a process may have " + descriptors() +
                ": leave --threads away, or raise the limit");
  }
  const std::uint64_t usual = parts(demand_.clients, usual_of_process());
  if (usual == 1) {
    placement_.threads = bounded(capacity_.cores);
    return true;
  }
  placement_.processes = bounded(std::max<std::uint64_t>(usual, capacity_.cores));
  placement_.notices.push_back(clients() + " are spread over " + count_text(placement_.processes) +
                               " worker processes: a process may have " + descriptors());
  return true;
}

bool Decision::choose_broker() {
  if (!demand_.embedded) return true;
  if (!demand_.exchange) {
    placement_.broker_processes =
        static_cast<std::uint32_t>(parts(demand_.clients, usual_of_process()));
    return true;
  }
  placement_.broker_processes = 1;
  if (demand_.clients <= most_of_process()) return true;
  return fail("the embedded broker can take " + count_text(most_of_process()) +
              " clients that get messages from each other, because a process may have " +
              descriptors() + ": name a broker, or raise the limit");
}

bool Decision::choose_addresses() {
  if (!demand_.ports) return true;
  // Linux gives connections every second port first, and searches for long when those are taken.
  const std::uint64_t easy = std::max<std::uint64_t>(capacity_.ports / 2, 1);
  const std::uint64_t needed = parts(demand_.clients, std::max<std::uint64_t>(capacity_.ports, 1));
  const bool automatic = demand_.source_addresses == 0 && (demand_.loopback || demand_.embedded);
  const std::uint64_t given = std::max(demand_.source_addresses, 1U);
  if (automatic && demand_.clients > easy) {
    const std::uint64_t addresses = parts(demand_.clients, easy);
    if (addresses > most_loopback_addresses) return demand_addresses(addresses);
    placement_.loopback_addresses = static_cast<std::uint32_t>(addresses);
    placement_.notices.push_back("clients connect from " + loopback_range(addresses) +
                                 ": one source address has " + count_text(capacity_.ports) +
                                 " ports to one broker, the first half of which is fast to get");
    return true;
  }
  if (given < needed) return demand_addresses(needed);
  if (demand_.clients > given * easy) {
    placement_.warnings.push_back(
        "connecting becomes slow above " + count_text(given * easy) + " clients from " +
        (given == 1 ? "one source address" : count_text(given) + " source addresses") +
        ": give --bind " + count_text(parts(demand_.clients, easy)) + " addresses");
  }
  return true;
}

bool Decision::demand_addresses(std::uint64_t needed) {
  const std::string remedy = demand_.loopback || demand_.embedded
                                 ? "--bind " + loopback_range(needed)
                                 : "--bind with that many addresses of this machine";
  return fail(clients() + " need " + count_text(needed) + " source addresses, not " +
              count_text(std::max(demand_.source_addresses, 1U)) + ": each has " +
              count_text(capacity_.ports) +
              " ports to one broker (net.ipv4.ip_local_port_range); give " + remedy);
}

void Decision::check_memory() {
  if (capacity_.memory == Capacity::unlimited) return;
  std::uint64_t of_client = kernel_bytes + demand_.client_bytes;
  if (demand_.loopback || demand_.embedded) of_client += kernel_bytes + broker_bytes;
  const std::uint64_t processes = placement_.processes + placement_.broker_processes + 1ULL;
  const std::uint64_t needed = demand_.clients * of_client + processes * process_bytes;
  const auto gigabytes = [](std::uint64_t bytes) {
    return value_text(static_cast<double>(bytes) / 1e9, 1) + " GB";
  };
  const std::string text = clients() + " need about " + gigabytes(needed) +
                           " of memory, of which " + gigabytes(capacity_.memory) + " are available";
  if (needed > capacity_.memory) {
    const std::uint64_t fitting =
        (capacity_.memory - std::min(capacity_.memory, processes * process_bytes)) / of_client;
    fail(text + ": ask for " + count_text(fitting) +
         " at most, or for a part on each of several machines (--shard)");
  } else if (needed > capacity_.memory / 10 * 8) {
    placement_.warnings.push_back(text);
  }
}

}  // namespace

Placement place(const Demand& demand, const Capacity& capacity) {
  return Decision(demand, capacity).make();
}

}  // namespace mqrig::load
