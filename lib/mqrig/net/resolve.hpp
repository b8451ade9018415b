#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mqrig/net/endpoint.hpp>
#include <string>

namespace asio {
class io_context;
}

namespace mqrig::net {

// One name being looked up by the system's resolver, in a thread of its own because getaddrinfo(3)
// blocks for as long as it likes. Destroying it does not wait for that thread: its answer is
// dropped. Private to this room.
class Resolve {
 public:
  // On failure an error and the resolver's own words.
  using Callback = std::function<void(std::error_code, std::string reason, Endpoints)>;

  Resolve(asio::io_context& context, std::string host, std::uint16_t port, Callback callback);
  Resolve(const Resolve&) = delete;
  Resolve& operator=(const Resolve&) = delete;
  ~Resolve();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace mqrig::net
