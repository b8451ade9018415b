#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mqrig::net {

// One SRV record [RFC 2782].
struct SrvRecord {
  std::uint16_t priority = 0;  // lower ones first
  std::uint16_t weight = 0;    // its part of those with the same priority
  std::uint16_t port = 0;
  std::string target;  // a host name; empty for the root, which means: no such service here
};

// The SRV records in an answer of a DNS server; other records are passed over, and so are targets
// that are no host names. Nothing if it is no sound DNS message. Private to this room.
std::optional<std::vector<SrvRecord>> parse_srv_answer(std::span<const std::uint8_t> answer);

// Puts them into the order in which they are to be tried: by priority, and among equals by chance,
// as their weights have it. `random` gives a number from 0 to its argument, both included. Private
// to this room.
using SrvChance = std::function<std::uint32_t(std::uint32_t most)>;
void order_srv_records(std::vector<SrvRecord>& records, const SrvChance& random);

}  // namespace mqrig::net
