#include <mqrig/bridge/broker_name.hpp>

#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <string_view>

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

std::string boot() {
  std::string text;
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, text);
  return text;
}

std::string network_namespace() {
  std::array<char, 64> target{};
  const ssize_t size = ::readlink("/proc/self/ns/net", target.data(), target.size());
  return {target.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

std::string address(const client::Options& options) {
  const client::Broker broker = options.brokers.empty() ? client::Broker() : options.brokers[0];
  if (!broker.unix_path.empty()) return broker.unix_path;
  const bool loopback = broker.host == "localhost" || broker.host == "::1";
  return (loopback ? "127.0.0.1" : broker.host) + ' ' + std::to_string(broker.port);
}

}  // namespace

std::string broker_name(const SideSettings& side) {
  if (!side.name.empty()) return side.name;
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  add(hash, boot());
  add(hash, network_namespace());
  add(hash, address(side.client));
  std::string text(16, '0');
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  text.replace(text.size() - size, size, digits.data(), size);
  return text;
}

}  // namespace mqrig::bridge
