#include <algorithm>
#include <condition_variable>
#include <mqrig/auth/device_login.hpp>
#include <mqrig/auth/http_url.hpp>
#include <mqrig/auth/login_tokens.hpp>
#include <mqrig/auth/token_text.hpp>
#include <mutex>

namespace mqrig::auth {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
using Json = nlohmann::json;

constexpr Seconds usual_interval{5};
constexpr Seconds longest_interval{60};
constexpr Seconds longest_lifetime{24 * 3600};

LoginFault fault_of(OAuthFault fault) {
  switch (fault) {
    case OAuthFault::none:
      return LoginFault::none;
    case OAuthFault::stopped:
      return LoginFault::stopped;
    case OAuthFault::unreachable:
      return LoginFault::unreachable;
    case OAuthFault::tls:
      return LoginFault::tls;
    case OAuthFault::refused:
      return LoginFault::refused;
    case OAuthFault::input:
      return LoginFault::local;
    case OAuthFault::protocol:
      break;
  }
  return LoginFault::protocol;
}

LoginResult failed(const OAuthAnswer& answer) {
  return {.fault = fault_of(answer.fault), .error = answer.error};
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Seconds seconds_of(const Json& object, const char* name, Seconds otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? Seconds(found->get<double>()) : otherwise;
}

void pause(Seconds length, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any nobody;
  std::unique_lock guard(mutex);
  nobody.wait_for(guard, stop, length, [] { return false; });
}

}  // namespace

struct DeviceLogin::State {
  explicit State(OAuthSettings settings)
      : fault(oauth_settings_fault(settings, true)), client(std::move(settings)) {}

  // Asks until there is an answer that is not "not yet".
  OAuthAnswer poll(std::stop_token stop);
  LoginResult store(const OAuthAnswer& answer, Outcome& outcome, std::stop_token stop);

  std::string fault;
  OAuthClient client;
  Secret device_code;
  Seconds interval = usual_interval;
  Clock::time_point deadline;
};

DeviceLogin::DeviceLogin(OAuthSettings settings)
    : state_(std::make_unique<State>(std::move(settings))) {}

DeviceLogin::~DeviceLogin() = default;

LoginResult DeviceLogin::start(Request& request, std::stop_token stop) {
  if (!state_->fault.empty()) return {.fault = LoginFault::settings, .error = state_->fault};
  const OAuthAnswer answer = state_->client.request_device_code(stop);
  if (answer.fault != OAuthFault::none) return failed(answer);
  request.url = text_of(answer.body, "verification_uri");
  if (request.url.empty()) request.url = text_of(answer.body, "verification_url");  // Google
  request.complete_url = text_of(answer.body, "verification_uri_complete");
  request.code = text_of(answer.body, "user_code");
  state_->device_code = Secret(text_of(answer.body, "device_code"));
  if (request.url.empty() || request.code.empty() || state_->device_code.view().empty()) {
    return {.fault = LoginFault::protocol,
            .error = "the identity provider " + shown_url(state_->client.provider()) +
                     " gave no code to log in with"};
  }
  const Seconds lifetime = std::clamp(seconds_of(answer.body, "expires_in", longest_lifetime),
                                      Seconds(0), longest_lifetime);
  request.lifetime = std::chrono::duration_cast<std::chrono::seconds>(lifetime);
  state_->deadline = Clock::now() + request.lifetime;
  state_->interval = std::clamp(seconds_of(answer.body, "interval", usual_interval), Seconds(0.01),
                                longest_interval);
  return {};
}

LoginResult DeviceLogin::wait(Outcome& outcome, std::stop_token stop) {
  const OAuthAnswer answer = state_->poll(stop);
  if (answer.fault != OAuthFault::none) return failed(answer);
  return state_->store(answer, outcome, stop);
}

OAuthAnswer DeviceLogin::State::poll(std::stop_token stop) {
  for (;;) {
    pause(interval, stop);
    OAuthAnswer answer;
    if (stop.stop_requested()) {
      answer.fault = OAuthFault::stopped;
      answer.error = "stopped";
      return answer;
    }
    if (Clock::now() >= deadline) {
      return oauth_failure(OAuthFault::refused, "nobody confirmed the code before it expired");
    }
    answer = client.request_token({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
                                   {"device_code", std::string(device_code.view())}},
                                  stop);
    const bool passes = answer.fault == OAuthFault::unreachable;
    if (!passes) return answer;
    // Section 3.5: by 5 seconds when it says so, and exponentially when it does not answer.
    if (answer.code == "slow_down") interval += usual_interval;
    if (answer.code.empty()) interval = std::min(interval * 2, longest_interval);
  }
}

LoginResult DeviceLogin::State::store(const OAuthAnswer& answer, Outcome& outcome,
                                      std::stop_token stop) {
  StoredLogin login;
  const TokenResult result =
      take_login(answer, client.provider(), std::chrono::system_clock::now(), login);
  if (!result.token) return {.fault = LoginFault::protocol, .error = result.error};
  StoredLoginFile file(client.settings());
  std::string error = file.lock(stop);
  if (error.empty()) error = file.save(login);
  if (!error.empty()) return {.fault = LoginFault::local, .error = error};
  outcome.subject = result.token->subject;
  outcome.path = file.path();
  outcome.renewable = !login.refresh_token.view().empty();
  if (result.token->expires) outcome.expires = time_text(*result.token->expires);
  return {};
}

LogoutResult log_out(OAuthSettings settings, std::stop_token stop) {
  OAuthClient client(std::move(settings));
  StoredLoginFile file(client.settings());
  std::optional<StoredLogin> login;
  LogoutResult result;
  result.error = oauth_settings_fault(client.settings(), false);
  if (!result.error.empty()) {
    result.fault = LoginFault::settings;
    return result;
  }
  result.error = file.lock(stop);
  if (result.error.empty()) result.error = file.load(login);
  result.found = login.has_value();
  if (result.error.empty()) result.error = file.erase();
  if (!result.error.empty()) {
    result.fault = LoginFault::local;
    return result;
  }
  if (!login) return result;
  const bool renewable = !login->refresh_token.view().empty();
  if (!renewable && !login->access) return result;
  const OAuthAnswer answer =
      client.revoke(renewable ? login->refresh_token : login->access->text, result.revoked, stop);
  result.fault = fault_of(answer.fault);
  if (result.fault != LoginFault::none) {
    result.revoked = false;
    result.error = answer.error;
  }
  return result;
}

}  // namespace mqrig::auth
