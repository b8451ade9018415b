#include "status.hpp"

namespace mqrig::bridge_command {
namespace {

using bridge::DirectionCounters;
using bridge::LinkStatus;
using bridge::SideStatus;

/// "3 dropped (1 filtered, 2 expired)".
std::string dropped(const DirectionCounters& counters) {
  std::uint64_t all = 0;
  std::string reasons;
  for (const bridge::DropReason& reason : bridge::drop_reasons) {
    const std::uint64_t count = counters.*reason.count;
    if (count == 0) continue;
    all += count;
    reasons +=
        (reasons.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(reason.name);
  }
  return std::to_string(all) + " dropped" + (reasons.empty() ? "" : " (" + reasons + ")");
}

std::string text(std::string_view name, const DirectionCounters& counters) {
  return std::string(name) + ": " + std::to_string(counters.received) + " received, " +
         std::to_string(counters.forwarded) + " forwarded, " + dropped(counters) + ", " +
         std::to_string(counters.queued) + " queued, " + std::to_string(counters.in_flight) +
         " in flight";
}

std::string text(const SideStatus& side) {
  if (side.connected) return side.broker + " connected";
  return side.broker + " away" + (side.last_failure.empty() ? "" : " (" + side.last_failure + ")");
}

}  // namespace

std::string status_line(const LinkStatus& link) {
  return "link " + link.name + ": " + text(link.local) + ", " + text(link.remote) + "; " +
         text("out", link.out) + "; " + text("in", link.in);
}

std::string short_status(const std::vector<LinkStatus>& links) {
  std::size_t up = 0;
  std::uint64_t queued = 0;
  for (const LinkStatus& link : links) {
    up += link.up() ? 1 : 0;
    queued += link.out.queued + link.in.queued;
  }
  return std::to_string(up) + " of " + std::to_string(links.size()) +
         (links.size() == 1 ? " link up, " : " links up, ") + std::to_string(queued) + " queued";
}

}  // namespace mqrig::bridge_command
