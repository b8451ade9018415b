#include "source_addresses.hpp"

#include <algorithm>
#include <asio/ip/address_v4.hpp>
#include <cstdint>
#include <optional>

namespace mqrig::bench {
namespace {

constexpr std::uint32_t most_addresses = 65'536;

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::error_code error;
  const asio::ip::address_v4 address = asio::ip::make_address_v4(std::string(text), error);
  if (error) return std::nullopt;
  return address.to_uint();
}

std::string add_range(std::uint32_t first, std::uint32_t last, std::vector<std::string>& into) {
  if (last < first) return "the first address of a range is the smaller one";
  if (last - first >= most_addresses) {
    return "a range has at most " + std::to_string(most_addresses) + " addresses";
  }
  for (std::uint32_t i = 0; i <= last - first; ++i) {
    into.push_back(asio::ip::address_v4(first + i).to_string());
  }
  return {};
}

/// An interface may have a dash in its name: only what starts with an address is a range.
std::string add(std::string_view item, std::vector<std::string>& into) {
  const std::size_t dash = item.find('-');
  const auto first = dash == item.npos ? std::nullopt : parse_ipv4(item.substr(0, dash));
  if (first) {
    const auto last = parse_ipv4(item.substr(dash + 1));
    if (!last) return "'" + std::string(item.substr(dash + 1)) + "' is no IPv4 address";
    return add_range(*first, *last, into);
  }
  into.emplace_back(item);
  return {};
}

}  // namespace

std::string parse_source_addresses(std::string_view list, std::vector<std::string>& into) {
  for (;;) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (end == 0) return "an address is missing";
    const std::string error = add(list.substr(0, end), into);
    if (!error.empty() || end == list.size()) return error;
    list.remove_prefix(end + 1);
  }
}

}  // namespace mqrig::bench
