#include <algorithm>
#include <asio/ip/address.hpp>
#include <asio/ip/address_v4_iterator.hpp>
#include <asio/ip/address_v6_iterator.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/source_addresses.hpp>
#include <mqrig/net/local_addresses.hpp>
#include <optional>
#include <unordered_set>
#include <utility>

namespace mqrig::load {
namespace {

using asio::ip::address;

constexpr std::string_view accepted =
    "addresses such as 10.0.0.5, ranges such as 127.0.0.2-127.0.0.20 and interfaces such as eth0, "
    "separated by commas";

std::optional<address> read_address(std::string_view text) {
  std::error_code error;
  const address read = asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return read;
}

std::string_view family_name(AddressFamily family) {
  return family == AddressFamily::ipv6 ? "IPv6" : "IPv4";
}

AddressFamily family_of(const address& address) {
  return address.is_v6() ? AddressFamily::ipv6 : AddressFamily::ipv4;
}

bool for_link_only(const address& address) {
  return address.is_v6() && address.to_v6().is_link_local();
}

// Names of interfaces may have a '-', too, and addresses never do.
std::optional<std::pair<address, address>> read_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const auto first = read_address(text.substr(0, dash));
  const auto last = read_address(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return std::pair(*first, *last);
}

class ListReader {
 public:
  explicit ListReader(AddressFamily family) : family_(family) {}

  SourceAddresses read(std::string_view list) {
    for (;;) {
      const std::size_t comma = list.find(',');
      read_element(list.substr(0, comma));
      if (!result_.error.empty()) result_.addresses.clear();
      if (!result_.error.empty() || comma == list.npos) return std::move(result_);
      list.remove_prefix(comma + 1);
    }
  }

 private:
  void read_element(std::string_view text);
  void add_range(std::string_view text, const address& first, const address& last);
  template <class Address>
  void add_range(Address first, Address last);
  void add_interface(std::string_view name);
  bool add(const address& address);

  void fail(std::string_view element, std::string_view fault) {
    result_.error = "'" + std::string(element) + "' " + std::string(fault);
  }

  AddressFamily family_;
  SourceAddresses result_;
  std::unordered_set<std::string> seen_;
};

void ListReader::read_element(std::string_view text) {
  if (text.empty()) {
    result_.error = "an address is missing: it takes " + std::string(accepted);
  } else if (const auto single = read_address(text)) {
    add(*single);
  } else if (const auto range = read_range(text)) {
    add_range(text, range->first, range->second);
  } else {
    add_interface(text);
  }
}

void ListReader::add_range(std::string_view text, const address& first, const address& last) {
  if (first.is_v6() != last.is_v6()) return fail(text, "begins and ends in different families");
  if (last < first) return fail(text, "ends before it begins");
  if (first.is_v4()) return add_range(first.to_v4(), last.to_v4());
  if (first.to_v6().scope_id() != last.to_v6().scope_id()) {
    return fail(text, "begins and ends on different interfaces");
  }
  add_range(first.to_v6(), last.to_v6());
}

template <class Address>
void ListReader::add_range(Address first, Address last) {
  asio::ip::basic_address_iterator<Address> next(first);
  while (add(*next) && *next != last) ++next;
}

void ListReader::add_interface(std::string_view name) {
  std::vector<address> found;
  for (const std::string& text : net::local_addresses(std::string(name))) {
    if (const auto read = read_address(text)) found.push_back(*read);
  }
  if (found.empty()) {
    return fail(
        name, "is neither an address nor an interface with one: it takes " + std::string(accepted));
  }
  const auto has = [&](AddressFamily family) {
    return std::any_of(found.begin(), found.end(),
                       [&](const address& one) { return family_of(one) == family; });
  };
  const AddressFamily wanted = family_ != AddressFamily::any ? family_
                               : has(AddressFamily::ipv4)    ? AddressFamily::ipv4
                                                             : AddressFamily::ipv6;
  if (!has(wanted)) {
    return fail(name, "has no address of the family " + std::string(family_name(wanted)));
  }
  std::erase_if(found, [&](const address& one) { return family_of(one) != wanted; });
  // Those for the link only come last.
  const bool others = !for_link_only(found.front());
  for (const address& one : found) {
    if (!others || !for_link_only(one)) add(one);
  }
}

// False when there is an error.
bool ListReader::add(const address& address) {
  if (family_ == AddressFamily::any) family_ = family_of(address);
  std::string text = address.to_string();
  if (family_of(address) != family_) {
    fail(text, "is not of the family " + std::string(family_name(family_)) +
                   ", as the broker or the addresses before it are");
    return false;
  }
  if (!seen_.insert(text).second) return true;
  if (result_.addresses.size() == SourceAddresses::most) {
    result_.error = "these are more than " + count_text(SourceAddresses::most) + " addresses";
    return false;
  }
  result_.addresses.push_back(std::move(text));
  return true;
}

}  // namespace

SourceAddresses parse_source_addresses(std::string_view list, AddressFamily family) {
  return ListReader(family).read(list);
}

std::vector<std::string> loopback_addresses(std::uint32_t count) {
  std::vector<std::string> addresses;
  asio::ip::address_v4_iterator next(asio::ip::address_v4(0x7F000002));
  for (; addresses.size() < std::min<std::size_t>(count, SourceAddresses::most); ++next) {
    addresses.push_back(next->to_string());
  }
  return addresses;
}

std::string unusable_address(const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) {
    if (const auto error = net::try_bind(address)) {
      return "cannot connect from " + address + ": " + error.message();
    }
  }
  return {};
}

}  // namespace mqrig::load
