#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <mqrig/load/capacity.hpp>
#include <optional>
#include <string>

namespace mqrig::load {
namespace {

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return Capacity::unlimited;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur == RLIM_INFINITY ? Capacity::unlimited : limit.rlim_cur;
}

std::optional<std::uint32_t> ports_of_range() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  if (!(file >> first >> last) || last < first) return std::nullopt;
  return last - first + 1;
}

std::optional<std::uint64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  if (!(file >> number)) return std::nullopt;  // "max" is no number, and no limit
  return number;
}

// The number behind a word at the start of a line: "MemAvailable:", "file".
std::optional<std::uint64_t> number_after(const std::string& path, const std::string& word) {
  std::ifstream file(path);
  for (std::string found; file >> found; file.ignore(4096, '\n')) {
    std::uint64_t number = 0;
    if (found == word && file >> number) return number;
  }
  return std::nullopt;
}

std::uint64_t memory_of_machine() {
  const auto kibibytes = number_after("/proc/meminfo", "MemAvailable:");
  return kibibytes ? *kibibytes * 1024 : Capacity::unlimited;
}

// Pages of files count as used, and are given up for us.
std::uint64_t memory_of_group(const std::string& folder, const std::string& limit_name,
                              const std::string& used_name, const std::string& files_word) {
  const auto limit = number_in(folder + limit_name);
  const auto used = number_in(folder + used_name);
  if (!limit || !used) return Capacity::unlimited;
  const std::uint64_t files = number_after(folder + "memory.stat", files_word).value_or(0);
  const std::uint64_t taken = *used - std::min(files, *used);
  return *limit - std::min(taken, *limit);
}

std::uint64_t available_memory() {
  return std::min({memory_of_machine(),
                   memory_of_group("/sys/fs/cgroup/", "memory.max", "memory.current", "file"),
                   memory_of_group("/sys/fs/cgroup/memory/", "memory.limit_in_bytes",
                                   "memory.usage_in_bytes", "total_cache")});
}

std::uint32_t usable_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return static_cast<std::uint32_t>(std::max(CPU_COUNT(&cores), 1));
}

}  // namespace

Capacity measure_capacity() {
  Capacity capacity;
  capacity.descriptors = raise_descriptor_limit();
  capacity.ports = ports_of_range().value_or(capacity.ports);
  capacity.memory = available_memory();
  capacity.cores = usable_cores();
  return capacity;
}

}  // namespace mqrig::load
