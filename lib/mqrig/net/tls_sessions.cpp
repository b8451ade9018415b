#include <ctime>
#include <mqrig/net/tls_sessions.hpp>
#include <utility>

namespace mqrig::net {
namespace {

bool has_expired(const SSL_SESSION* session) {
  return SSL_SESSION_get_time(session) + SSL_SESSION_get_timeout(session) <= std::time(nullptr);
}

}  // namespace

void TlsSessions::keep(const std::string& name, SslSessionHandle session) {
  if (limit_ == 0) return;
  const std::lock_guard lock(mutex_);
  std::deque<SslSessionHandle>& kept = sessions_[name];
  kept.push_back(std::move(session));
  if (kept.size() > limit_) kept.pop_front();
}

SslSessionHandle TlsSessions::take(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(name);
  if (found == sessions_.end()) return nullptr;
  std::deque<SslSessionHandle>& kept = found->second;
  while (!kept.empty()) {
    SslSessionHandle newest = std::move(kept.back());
    kept.pop_back();
    if (has_expired(newest.get())) continue;
    if (SSL_SESSION_get_protocol_version(newest.get()) < TLS1_3_VERSION) {
      SSL_SESSION_up_ref(newest.get());
      kept.emplace_back(newest.get());
    }
    return newest;
  }
  return nullptr;
}

}  // namespace mqrig::net
