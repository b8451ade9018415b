// SRV records from arbitrary bytes: what is read names hosts that may be looked up, and all of it
// is there after it was put into order.
#include <algorithm>
#include <cstdint>

#include <mqrig/net/host_port.hpp>
#include <mqrig/net/srv_answer.hpp>

#include <tests/fuzz/require.hpp>

using mqrig::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto records = mqrig::net::parse_srv_answer({data, size});
  if (!records) return 0;
  for (const auto& record : *records) {
    const bool sound = record.target.empty() ||
                       (mqrig::net::host_fault(record.target).empty() && record.port != 0);
    require(sound, "a target is a host and a port, or none");
  }
  const std::size_t count = records->size();
  std::uint32_t state = 1;
  mqrig::net::order_srv_records(*records, [&state](std::uint32_t most) {
    state = state * 1664525 + 1013904223;
    return most == UINT32_MAX ? state : state % (most + 1);
  });
  require(records->size() == count, "none is lost");
  require(std::is_sorted(records->begin(), records->end(),
                         [](const auto& a, const auto& b) { return a.priority < b.priority; }),
          "priorities are in order");
  return 0;
}
