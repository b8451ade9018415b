#include <netdb.h>

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <cstring>
#include <mqrig/net/host_addresses.hpp>
#include <mqrig/net/resolve.hpp>
#include <mqrig/net/system_call.hpp>
#include <mutex>
#include <optional>
#include <thread>

namespace mqrig::net {
namespace {

struct Answer {
  std::error_code error;
  std::string reason;
  Endpoints endpoints;
};

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

// What the thread and the event loop share. While `context` is set the Resolve lives, and so does
// the io_context: the thread posts its answer with the lock held.
struct Resolve::Shared {
  std::mutex mutex;
  asio::io_context* context;
  Callback callback;  // touched by the event loop only
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;

  Shared(asio::io_context& context_, Callback callback_)
      : context(&context_), callback(std::move(callback_)), work(context_.get_executor()) {}

  static void deliver(const std::shared_ptr<Shared>& shared, Answer answer) {
    const std::lock_guard lock(shared->mutex);
    if (shared->context == nullptr) return;
    asio::post(*shared->context, [shared, answer = std::move(answer)]() mutable {
      if (shared->context == nullptr) return;
      shared->work.reset();
      const Callback answered = std::move(shared->callback);
      answered(answer.error, std::move(answer.reason), std::move(answer.endpoints));
    });
  }
};

Resolve::Resolve(asio::io_context& context, std::string host, std::uint16_t port, Callback callback)
    : shared_(std::make_shared<Shared>(context, std::move(callback))) {
  try {
    std::thread([shared = shared_, host = std::move(host), port] {
      Shared::deliver(shared, look_up(host, port));
    }).detach();
  } catch (const std::system_error& no_thread) {
    Shared::deliver(shared_, {no_thread.code(), no_thread.code().message(), {}});
  }
}

Resolve::~Resolve() {
  const std::lock_guard lock(shared_->mutex);
  shared_->context = nullptr;
  shared_->callback = nullptr;
  shared_->work.reset();
}

}  // namespace mqrig::net
