// The subscriptions that a client keeps, so that it can make them anew.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/wire/packets.hpp>

namespace mqrig::client {

class Subscriptions {
 public:
  // What one subscribe() or unsubscribe() asked for, owned.
  struct Request {
    std::uint64_t token = 0;
    bool subscribe = true;
    bool sent = false;  // on the connection that stands
    bool answered = false;
    std::vector<std::string> filters;
    std::vector<wire::Subscription> options;  // of subscribe; the filters view `filters`
    wire::PropertyWriter properties;

    // Views for encoding, good until the request changes.
    std::span<const wire::Subscription> subscriptions();
    std::vector<std::string_view> views() const;
  };

  Request& add_subscribe(std::span<const wire::Subscription> subscriptions,
                         wire::Properties properties, std::uint64_t token);
  // Forgets the filters in what was subscribed.
  Request& add_unsubscribe(std::span<const std::string_view> filters, wire::Properties properties,
                           std::uint64_t token);
  void remove(const Request& request);
  // SUBACK or UNSUBACK: what was refused is forgotten, and so is what was asked for again, or
  // unsubscribed, by a later request.
  void answered(std::uint64_t token, bool subscribe, wire::ByteView reasons);

  // The next request for the connection that stands; null when there is none.
  Request* next_unsent();

  // A new connection stands: what was not answered is to be sent again.
  void connected();
  // The session was lost: what was answered is to be sent again, too.
  void session_lost();

  bool empty() const noexcept { return requests_.empty(); }
  std::vector<Request>& requests() noexcept { return requests_; }

 private:
  void forget_before(std::size_t position, const std::vector<std::string>& filters);

  std::vector<Request> requests_;
};

}  // namespace mqrig::client
