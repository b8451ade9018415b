#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mqrig/auth/http_url.hpp>
#include <mqrig/auth/sha512.hpp>
#include <mqrig/auth/stored_login.hpp>
#include <mqrig/auth/whole_file.hpp>
#include <mutex>
#include <nlohmann/json.hpp>
#include <system_error>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::system_clock;

std::string failure(const std::string& what, int reason) {
  return "cannot " + what + ": " + std::generic_category().message(reason);
}

// Empty when the environment names no place. Paths there have to be absolute.
std::string state_folder() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/mqrig/tokens";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.local/state/mqrig/tokens";
  return {};
}

// The same for the same three, and fit for the name of a file.
std::string id_of(std::string_view provider, std::string_view client, std::string_view audience) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::string_view separator("\0", 1);
  const Digest digest = sha512({provider, separator, client, separator, audience});
  std::string id;
  for (std::size_t i = 0; i < 16; ++i) {
    id.append(1, digits[digest[i] >> 4]).append(1, digits[digest[i] & 15]);
  }
  return id;
}

std::optional<Clock::time_point> time_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  // What the clock can hold; more is a file that somebody has changed.
  const auto seconds = found->get<double>();
  const auto longest = static_cast<double>(Clock::to_time_t(Clock::time_point::max()));
  if (seconds < 0 || seconds >= longest) return std::nullopt;
  return Clock::from_time_t(found->get<std::time_t>());
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<Token> access_of(const Json& object) {
  const auto found = object.find("access_token");
  if (found == object.end() || !found->is_string()) return std::nullopt;
  Token token;
  token.text = Secret(found->get_ref<const std::string&>());
  token.issued = time_of(object, "issued");
  token.expires = time_of(object, "expires");
  token.subject = text_of(object, "subject");
  token.audience = text_of(object, "token_audience");
  return token;
}

void put(Json& object, const Token& token) {
  object["access_token"] = token.text.view();
  if (token.issued) object["issued"] = Clock::to_time_t(*token.issued);
  if (token.expires) object["expires"] = Clock::to_time_t(*token.expires);
  object["subject"] = token.subject;
  object["token_audience"] = token.audience;
}

}  // namespace

StoredLoginFile::StoredLoginFile(const OAuthSettings& settings)
    : folder_(state_folder()),
      provider_(settings.issuer.empty() ? settings.token_url : settings.issuer),
      client_id_(settings.client_id),
      audience_(settings.audience) {
  if (folder_.empty()) return;
  path_ = folder_ + "/" + id_of(provider_, client_id_, audience_) + ".json";
}

StoredLoginFile::~StoredLoginFile() {
  unlock();
}

std::string StoredLoginFile::lock(std::stop_token stop) {
  if (path_.empty()) return "there is no place for logins: neither XDG_STATE_HOME nor HOME is set";
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(folder_).parent_path(), error);
  if (!error && ::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
    error = {errno, std::generic_category()};
  }
  if (error) return failure("make the folder '" + folder_ + "'", error.value());
  // A file beside it, for the file itself is replaced.
  const std::string name = path_ + ".lock";
  lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return failure("open '" + name + "'", errno);
  std::mutex mutex;
  std::condition_variable_any nobody;
  std::unique_lock guard(mutex);
  while (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return failure("lock '" + name + "'", errno);
    nobody.wait_for(guard, stop, std::chrono::milliseconds(20), [] { return false; });
    if (stop.stop_requested()) return "stopped";
  }
  return {};
}

void StoredLoginFile::unlock() {
  if (lock_ >= 0) ::close(lock_);
  lock_ = -1;
}

std::string StoredLoginFile::load(std::optional<StoredLogin>& login) const {
  login.reset();
  WholeFile file = read_whole_file(path_);
  if (file.reason == ENOENT) return {};
  const std::string name = "the stored login '" + path_ + "'";
  if (file.reason != 0) return failure("read " + name, file.reason);
  if ((file.mode & 077) != 0) {
    return name + " can be read or changed by others: log in again, or make its mode 0600";
  }
  const Json object = Json::parse(file.content, nullptr, false);
  OPENSSL_cleanse(file.content.data(), file.content.size());
  if (!object.is_object() || text_of(object, "provider") != provider_ ||
      text_of(object, "client_id") != client_id_ || text_of(object, "audience") != audience_) {
    return name + " is damaged: log in again";
  }
  login.emplace();
  login->refresh_token = Secret(text_of(object, "refresh_token"));
  login->access = access_of(object);
  return {};
}

std::string StoredLoginFile::save(const StoredLogin& login) const {
  Json object = {{"provider", provider_}, {"client_id", client_id_}, {"audience", audience_}};
  if (!login.refresh_token.view().empty()) object["refresh_token"] = login.refresh_token.view();
  if (login.access) put(object, *login.access);
  std::string content = object.dump(2) + "\n";
  const int reason = replace_whole_file(path_, content);
  OPENSSL_cleanse(content.data(), content.size());
  return reason == 0 ? std::string() : failure("write the login to '" + path_ + "'", reason);
}

std::string StoredLoginFile::erase() const {
  // The lock stays: others may be waiting for it.
  if (::unlink(path_.c_str()) == 0 || errno == ENOENT) return {};
  return failure("remove the stored login '" + path_ + "'", errno);
}

}  // namespace mqrig::auth
