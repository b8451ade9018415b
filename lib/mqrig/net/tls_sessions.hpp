#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mqrig/net/tls_handle.hpp>
#include <mutex>
#include <string>

namespace mqrig::net {

// Sessions that servers have given, by the server's name, the newest of each. Any thread. Private
// to this room.
class TlsSessions {
 public:
  void set_limit(std::size_t sessions_per_name) { limit_ = sessions_per_name; }

  void keep(const std::string& name, SslSessionHandle session);
  // The newest that has not expired, or null. Of TLS 1.3 each is given out once [RFC 8446, C.4].
  SslSessionHandle take(const std::string& name);

 private:
  std::size_t limit_ = 4;
  std::mutex mutex_;
  std::map<std::string, std::deque<SslSessionHandle>> sessions_;
};

}  // namespace mqrig::net
