#pragma once

#include <cstdint>
#include <functional>
#include <mqrig/net/blocking_lookup.hpp>
#include <mqrig/net/endpoint.hpp>
#include <string>

namespace mqrig::net {

// One name being looked up by the system's resolver, getaddrinfo(3). Private to this room.
class Resolve {
 public:
  // On failure an error and the resolver's own words.
  using Callback = std::function<void(std::error_code, std::string reason, Endpoints)>;

  Resolve(asio::io_context& context, std::string host, std::uint16_t port, Callback callback);
  Resolve(const Resolve&) = delete;
  Resolve& operator=(const Resolve&) = delete;

  struct Answer {
    std::error_code error;
    std::string reason;
    Endpoints endpoints;
  };

 private:
  BlockingLookup<Answer> lookup_;
};

}  // namespace mqrig::net
