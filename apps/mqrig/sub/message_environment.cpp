#include "message_environment.hpp"

#include <algorithm>
#include <map>
#include <mqrig/net/url.hpp>
#include <mqrig/payload/base64.hpp>
#include <mqrig/wire/buffer.hpp>
#include <string_view>

namespace mqrig::sub {
namespace {

using cli::ValueKind;
using wire::PropertyId;

constexpr std::string_view prefix = "MQRIG_MESSAGE_";

using Variables = std::map<std::string, ValueKind, std::less<>>;

bool may_be_secret(ValueKind kind) {
  switch (kind) {
    case ValueKind::secret:
    case ValueKind::url:
    case ValueKind::web_url:
    case ValueKind::proxy_url:
    case ValueKind::url_path:
      return true;
    default:
      return false;
  }
}

/// Those that hold a password or a token, or may have one in a URL.
Variables secret_variables(const cli::Options& options) {
  Variables variables;
  cli::for_each_option(options.command(), [&](const cli::OptionSpec& option) {
    if (may_be_secret(option.kind) && !option.env.empty()) {
      variables.emplace(option.env, option.kind);
    }
    if (option.kind == ValueKind::variable_name) {
      variables.insert_or_assign(std::string(options.text(option.long_name)), ValueKind::secret);
    }
  });
  return variables;
}

/// A URL is of use to a command, as long as no password is in it, and no token in its query.
bool is_harmless(ValueKind kind, std::string_view value) {
  if (kind == ValueKind::secret || value.find('?') != std::string_view::npos) return false;
  if (kind != ValueKind::url) return value.find('@') == std::string_view::npos;
  const net::UrlResult result = net::parse_url(value);
  return result.error.empty() && !result.url.password;
}

std::string text_of(const wire::Property& property) {
  switch (property.id) {
    case PropertyId::content_type:
    case PropertyId::response_topic:
      return std::string(property.text);
    case PropertyId::correlation_data: {
      wire::Buffer text;
      payload::append_base64(text, wire::as_bytes(property.text));
      return std::string(wire::as_text(text.view()));
    }
    default:
      return std::to_string(property.integer);
  }
}

/// Empty for what is no property of the message, such as its topic alias.
std::string variable_of(const wire::Property& property) {
  switch (property.id) {
    case PropertyId::content_type:
      return "CONTENT_TYPE";
    case PropertyId::response_topic:
      return "RESPONSE_TOPIC";
    case PropertyId::correlation_data:
      return "CORRELATION_DATA";
    case PropertyId::message_expiry_interval:
      return "EXPIRY";
    case PropertyId::payload_format_indicator:
      return "PAYLOAD_FORMAT";
    case PropertyId::subscription_identifier:
      return "SUBSCRIPTION_IDENTIFIER";
    default:
      return {};
  }
}

/// What comes more than once stands on lines of its own.
void add(std::map<std::string, std::string>& values, const std::string& name,
         std::string_view value) {
  const auto [found, fresh] = values.try_emplace(name, value);
  if (!fresh) found->second.append("\n").append(value);
}

}  // namespace

std::string user_property_variable(std::string_view key) {
  std::string name = std::string(prefix) + "USER_PROPERTY_";
  for (const char c : key) {
    if (c >= 'a' && c <= 'z') {
      name += static_cast<char>(c - 'a' + 'A');
    } else {
      name += (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
    }
  }
  return name;
}

MessageEnvironment::MessageEnvironment(const cli::Options& options, const char* const* inherited) {
  const Variables secrets = secret_variables(options);
  for (; *inherited; ++inherited) {
    const std::string_view variable = *inherited;
    const std::string_view name = variable.substr(0, variable.find('='));
    const std::string_view value = variable.substr(std::min(name.size() + 1, variable.size()));
    if (name.starts_with(prefix)) continue;
    const auto secret = secrets.find(name);
    if (secret != secrets.end() && !is_harmless(secret->second, value)) continue;
    inherited_.emplace_back(variable);
  }
}

std::vector<std::string> MessageEnvironment::variables(const wire::Publish& message,
                                                       unsigned attempt) const {
  std::map<std::string, std::string> values;
  const auto set = [&](std::string_view name, std::string_view value) {
    add(values, std::string(prefix).append(name), value);
  };
  set("TOPIC", message.topic);
  set("QOS", std::to_string(static_cast<unsigned>(message.qos)));
  set("RETAIN", message.retain ? "1" : "0");
  set("DUP", message.dup ? "1" : "0");
  set("ATTEMPT", std::to_string(attempt));
  for (const wire::Property& property : message.properties) {
    if (property.id == PropertyId::user_property) {
      add(values, user_property_variable(property.key), property.text);
    } else if (const std::string name = variable_of(property); !name.empty()) {
      set(name, text_of(property));
    }
  }
  std::vector<std::string> variables = inherited_;
  for (const auto& [name, value] : values) {
    std::string& variable = variables.emplace_back(name);
    variable.append("=").append(value);
  }
  return variables;
}

}  // namespace mqrig::sub
