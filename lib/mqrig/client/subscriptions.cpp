#include <mqrig/client/subscriptions.hpp>

#include <algorithm>

namespace mqrig::client {

namespace {

wire::PropertyWriter copy(wire::Properties properties) {
  wire::PropertyWriter writer;
  for (const wire::Property& property : properties) writer.add(property);
  return writer;
}

void erase_filter(Subscriptions::Request& request, std::size_t index) {
  const auto offset = static_cast<std::ptrdiff_t>(index);
  request.filters.erase(request.filters.begin() + offset);
  request.options.erase(request.options.begin() + offset);
}

}  // namespace

std::span<const wire::Subscription> Subscriptions::Request::subscriptions() {
  for (std::size_t index = 0; index < filters.size(); ++index) {
    options[index].filter = filters[index];
  }
  return options;
}

std::vector<std::string_view> Subscriptions::Request::views() const {
  return {filters.begin(), filters.end()};
}

Subscriptions::Request& Subscriptions::add_subscribe(
    std::span<const wire::Subscription> subscriptions, wire::Properties properties,
    std::uint64_t token) {
  Request& request = requests_.emplace_back();
  request.token = token;
  request.properties = copy(properties);
  for (const wire::Subscription& subscription : subscriptions) {
    request.filters.emplace_back(subscription.filter);
    request.options.push_back(subscription);
  }
  return request;
}

Subscriptions::Request& Subscriptions::add_unsubscribe(std::span<const std::string_view> filters,
                                                       wire::Properties properties,
                                                       std::uint64_t token) {
  Request& request = requests_.emplace_back();
  request.token = token;
  request.subscribe = false;
  request.properties = copy(properties);
  request.filters.assign(filters.begin(), filters.end());
  return request;
}

void Subscriptions::remove(const Request& request) {
  std::erase_if(requests_, [&](const Request& other) { return &other == &request; });
}

void Subscriptions::answered(std::uint64_t token, bool subscribe, wire::ByteView reasons) {
  const auto found = std::find_if(requests_.begin(), requests_.end(), [&](const Request& request) {
    return request.token == token && request.subscribe == subscribe && !request.answered;
  });
  if (found == requests_.end()) return;
  found->answered = true;
  if (subscribe) {
    for (std::size_t index = std::min(reasons.size(), found->filters.size()); index-- > 0;) {
      if (wire::is_error(wire::ReasonCode{reasons[index]})) erase_filter(*found, index);
    }
  }
  forget_before(static_cast<std::size_t>(found - requests_.begin()), found->filters);
  std::erase_if(requests_, [](const Request& request) {
    return request.answered && (!request.subscribe || request.filters.empty());
  });
}

// Takes the filters out of what was subscribed by the requests that stand before `position`.
void Subscriptions::forget_before(std::size_t position, const std::vector<std::string>& filters) {
  for (std::size_t earlier = 0; earlier < position; ++earlier) {
    Request& request = requests_[earlier];
    if (!request.subscribe || !request.answered) continue;
    for (std::size_t index = request.filters.size(); index-- > 0;) {
      const std::string& filter = request.filters[index];
      if (std::find(filters.begin(), filters.end(), filter) != filters.end()) {
        erase_filter(request, index);
      }
    }
  }
}

Subscriptions::Request* Subscriptions::next_unsent() {
  const auto found = std::find_if(requests_.begin(), requests_.end(), [](const Request& request) {
    return !request.sent && !request.answered;
  });
  return found == requests_.end() ? nullptr : &*found;
}

void Subscriptions::connected() {
  for (Request& request : requests_) request.sent = false;
}

void Subscriptions::session_lost() {
  for (Request& request : requests_) request.answered = false;
}

}  // namespace mqrig::client
