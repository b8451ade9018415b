#include <mqrig/session/error.hpp>

#include <string>

namespace mqrig::session {

namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "mqtt session"; }
  std::string message(int value) const override {
    switch (static_cast<Error>(value)) {
      case Error::none:
        return "no error";
      case Error::would_block:
        return "as many messages are in flight as the broker allows";
      case Error::not_connected:
        return "not connected to the broker";
      case Error::packet_too_large:
        return "the packet is larger than the broker's maximum packet size";
      case Error::qos_not_supported:
        return "the broker does not support this quality of service";
      case Error::retain_not_supported:
        return "the broker does not support retained messages";
      case Error::topic_alias_invalid:
        return "the topic alias is above the broker's topic alias maximum";
      case Error::shared_not_supported:
        return "the broker does not support shared subscriptions";
      case Error::wildcard_not_supported:
        return "the broker does not support wildcard subscriptions";
      case Error::identifier_not_supported:
        return "the broker does not support subscription identifiers";
      case Error::not_in_version:
        return "this needs MQTT 5.0";
      case Error::no_authentication_method:
        return "no authentication method was given when connecting";
      case Error::corrupt_state:
        return "the saved session state is damaged";
      case Error::invalid_topic:
        return "the topic name is not valid";
      case Error::invalid_filter:
        return "the topic filter is not valid";
      case Error::shared_no_local:
        return "a shared subscription cannot be combined with no-local";
      case Error::identifier_in_publish:
        return "a client cannot publish with a subscription identifier";
    }
    return "unknown session error";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace mqrig::session
