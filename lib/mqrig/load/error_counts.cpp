#include <mqrig/load/error_counts.hpp>

#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace mqrig::load {
namespace {

struct Kind {
  std::string_view name;
  wire::PacketType packet;    // that carries its reason codes
  std::string_view no_cause;  // what an error code of 0 means
};

constexpr std::array<Kind, 14> kinds = {{
    {"connect", wire::PacketType::connack, "failed"},
    {"CONNACK", wire::PacketType::connack, "refused"},
    {"DISCONNECT", wire::PacketType::disconnect, "without a reason"},
    {"connection lost", wire::PacketType::disconnect, "closed by the broker"},
    {"timeout", wire::PacketType::disconnect, "no answer in time"},
    {"protocol error", wire::PacketType::disconnect, "by the broker"},
    {"SUBACK", wire::PacketType::suback, "refused"},
    {"PUBACK or PUBREC", wire::PacketType::puback, "refused"},
    {"not sent", wire::PacketType::publish, "not taken by the session"},
    {"request", wire::PacketType::publish, "no response in time"},
    {"worker process", wire::PacketType::disconnect, "ended early"},
    {"AUTH", wire::PacketType::auth, "failed"},
    {"token", wire::PacketType::connect, "none"},
    {"TLS", wire::PacketType::connack, "failed"},
}};

const Kind& kind_of(ErrorKind kind) noexcept {
  return kinds[static_cast<std::size_t>(kind)];
}

std::string cause_of(ErrorKind kind, std::error_code error) {
  if (!error) return std::string(kind_of(kind).no_cause);
  if (kind == ErrorKind::worker) return "exit code " + std::to_string(error.value());
  return error.message();
}

std::string prefix_of(ErrorKind kind) {
  return std::string(kind_of(kind).name) + ": ";
}

std::string text_of(ErrorKind kind, wire::ReasonCode reason) {
  std::array<char, 16> number{};
  std::snprintf(number.data(), number.size(), " (0x%02X)", static_cast<unsigned>(reason));
  return prefix_of(kind).append(wire::name(reason, kind_of(kind).packet)).append(number.data());
}

}  // namespace

void ErrorCounts::add(ErrorKind kind, std::error_code error, std::uint64_t count) {
  add(kind, cause_of(kind, error), count);
}

void ErrorCounts::add(ErrorKind kind, std::string_view cause, std::uint64_t count) {
  add(prefix_of(kind).append(cause), count);
}

void ErrorCounts::add(ErrorKind kind, wire::ReasonCode reason, std::uint64_t count) {
  add(text_of(kind, reason), count);
}

void ErrorCounts::add(std::string text, std::uint64_t count) {
  if (count == 0) return;
  texts_[std::move(text)] += count;
  total_ += count;
}

void ErrorCounts::merge(const ErrorCounts& other) {
  for (const auto& [text, count] : other.texts_) add(text, count);
}

std::uint64_t ErrorCounts::count(ErrorKind kind, wire::ReasonCode reason) const {
  const auto found = texts_.find(text_of(kind, reason));
  return found == texts_.end() ? 0 : found->second;
}

std::uint64_t ErrorCounts::count(ErrorKind kind) const {
  const std::string prefix = prefix_of(kind);
  std::uint64_t sum = 0;
  for (auto entry = texts_.lower_bound(prefix); entry != texts_.end(); ++entry) {
    if (!entry->first.starts_with(prefix)) break;
    sum += entry->second;
  }
  return sum;
}

}  // namespace mqrig::load
