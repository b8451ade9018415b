#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/srv_answer.hpp>

namespace mqrig::net {
namespace {

constexpr std::size_t fixed_size = 6;  // of a record: priority, weight and port

// False if the record cannot be read.
bool read_record(const ns_msg& message, const ns_rr& entry, std::vector<SrvRecord>& records) {
  const std::uint8_t* data = ns_rr_rdata(entry);
  if (ns_rr_rdlen(entry) <= fixed_size) return false;
  std::array<char, NS_MAXDNAME> name{};
  const int size = ::dn_expand(ns_msg_base(message), ns_msg_end(message), data + fixed_size,
                               name.data(), static_cast<int>(name.size()));
  if (size < 0) return false;
  SrvRecord record;
  record.priority = static_cast<std::uint16_t>(ns_get16(data));
  record.weight = static_cast<std::uint16_t>(ns_get16(data + 2));
  record.port = static_cast<std::uint16_t>(ns_get16(data + 4));
  record.target = name.data();
  const bool root = record.target.empty();
  const bool zone = record.target.find('%') != record.target.npos;
  if (root || (host_fault(record.target).empty() && !zone && record.port != 0)) {
    records.push_back(std::move(record));
  }
  return true;
}

// Draws one of those at the same priority; weight 0 has a very small chance beside others.
std::vector<SrvRecord>::iterator draw(std::vector<SrvRecord>::iterator begin,
                                      std::vector<SrvRecord>::iterator end,
                                      const SrvChance& random) {
  std::uint32_t sum = 0;
  for (auto record = begin; record != end; ++record) sum += record->weight;
  std::uint32_t chosen = random(sum);
  auto record = begin;
  for (; record + 1 != end && record->weight < chosen; ++record) chosen -= record->weight;
  return record;
}

}  // namespace

std::optional<std::vector<SrvRecord>> parse_srv_answer(std::span<const std::uint8_t> answer) {
  ns_msg message{};
  if (answer.size() > NS_MAXMSG) return std::nullopt;
  if (::ns_initparse(answer.data(), static_cast<int>(answer.size()), &message) != 0) {
    return std::nullopt;
  }
  std::vector<SrvRecord> records;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr entry{};
    if (::ns_parserr(&message, ns_s_an, i, &entry) != 0) return std::nullopt;
    if (ns_rr_type(entry) != ns_t_srv || ns_rr_class(entry) != ns_c_in) continue;
    if (!read_record(message, entry, records)) return std::nullopt;
  }
  return records;
}

void order_srv_records(std::vector<SrvRecord>& records, const SrvChance& random) {
  // Those of weight 0 first: the sums run over them, and only a drawn 0 means one of them.
  std::stable_sort(records.begin(), records.end(), [](const SrvRecord& a, const SrvRecord& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    return (a.weight == 0) > (b.weight == 0);
  });
  for (auto begin = records.begin(); begin != records.end(); ++begin) {
    const auto end = std::find_if(begin, records.end(), [&](const SrvRecord& record) {
      return record.priority != begin->priority;
    });
    const auto drawn = draw(begin, end, random);
    std::rotate(begin, drawn, drawn + 1);
  }
}

}  // namespace mqrig::net
