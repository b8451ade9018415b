#include <mqrig/bridge/broker_name.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <string_view>

#include <mqrig/net/endpoint.hpp>

namespace mqrig::bridge {

namespace {

// FNV-1a, with a zero behind each text.
void add(std::uint64_t& hash, std::string_view text) {
  constexpr std::uint64_t prime = 1'099'511'628'211U;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * prime;
  }
  hash *= prime;
}

std::string first_line(const char* path) {
  std::string text;
  std::ifstream file(path);
  std::getline(file, text);
  return text;
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string network_namespace() {
  std::array<char, 64> target{};
  const ssize_t size = ::readlink("/proc/self/ns/net", target.data(), target.size());
  return {target.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

struct Address {
  std::string text;
  bool of_this_machine;
};

Address address(const client::Options& options) {
  const client::Broker broker = options.brokers.empty() ? client::Broker() : options.brokers[0];
  if (!broker.unix_path.empty()) return {broker.unix_path, true};
  const std::string port = ' ' + std::to_string(broker.port);
  const auto known = net::known_endpoints(broker.host, broker.port);
  const bool loopback =
      known && std::ranges::all_of(*known, [](const auto& one) { return one.is_loopback(); });
  if (!loopback) return {broker.host + port, false};
  // Both addresses of "localhost", and each of them, are one broker; another of 127.0.0.0/8 is not.
  const bool itself = known->size() > 1 || broker.host == "::1";
  return {(itself ? "127.0.0.1" : known->front().host_text()) + port, true};
}

}  // namespace

// Copies of an image share its id, and a container has a namespace of its own.
std::string this_machine() {
  std::string id = first_line("/etc/machine-id");
  if (id.empty()) id = first_line("/proc/sys/kernel/random/boot_id");
  return id + ' ' + host_name() + ' ' + network_namespace();
}

std::string broker_name(const SideSettings& side, const std::string& machine) {
  if (!side.name.empty()) return side.name;
  const Address place = address(side.client);
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  add(hash, place.of_this_machine ? machine : "");
  add(hash, place.text);
  std::string text(16, '0');
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  text.replace(text.size() - size, size, digits.data(), size);
  return text;
}

}  // namespace mqrig::bridge
