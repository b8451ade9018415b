#include <netdb.h>

#include <algorithm>
#include <mqrig/net/host_addresses.hpp>
#include <mqrig/net/resolve.hpp>
#include <mqrig/net/system_call.hpp>

namespace mqrig::net {
namespace {

using Answer = Resolve::Answer;

Answer look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  Answer answer;
  const int failure = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (failure == EAI_SYSTEM) {
    answer.error = last_system_error();
    answer.reason = answer.error.message();
  } else if (failure != 0) {
    const bool none = failure == EAI_NONAME || failure == EAI_NODATA;
    answer.error = none ? Error::name_not_found : Error::resolver_failed;
    answer.reason = ::gai_strerror(failure);
  }
  if (failure != 0) return answer;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    answer.endpoints.emplace_back(entry->ai_addr, entry->ai_addrlen).set_port(port);
  }
  ::freeaddrinfo(list);
  return answer;
}

}  // namespace

std::vector<std::string> host_addresses(const std::string& host) {
  const auto known = known_endpoints(host, 0);
  std::vector<std::string> addresses;
  for (const Endpoint& endpoint : known ? *known : look_up(host, 0).endpoints) {
    std::string address = endpoint.host_text();
    const bool is_new = std::find(addresses.begin(), addresses.end(), address) == addresses.end();
    if (is_new) addresses.push_back(std::move(address));
  }
  return addresses;
}

Resolve::Resolve(asio::io_context& context, std::string host, std::uint16_t port, Callback callback)
    : lookup_(
          context, [host = std::move(host), port] { return look_up(host, port); },
          [callback = std::move(callback)](Answer answer) {
            callback(answer.error, std::move(answer.reason), std::move(answer.endpoints));
          }) {}

}  // namespace mqrig::net
