#include <curl/curl.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <memory>
#include <mqrig/auth/http_client.hpp>
#include <mqrig/auth/http_url.hpp>

namespace mqrig::auth {
namespace {

constexpr std::size_t longest_body = 1U << 20;
constexpr std::size_t longest_headers = 64U << 10;
constexpr long connect_seconds = 10;
constexpr long total_seconds = 30;

bool initialise() {
  static const bool done = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return done;
}

// One request and what has come of its answer.
class Transfer {
 public:
  Transfer(const std::string& url, const std::string& ca_file);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() { OPENSSL_cleanse(sent_.data(), sent_.size()); }

  void send(std::string body);
  void authenticate(const std::string& user, const Secret& password);
  HttpAnswer run(std::stop_token stop);

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  void trust(const std::string& ca_file);
  CURLcode perform(std::stop_token stop);
  HttpAnswer failure(CURLcode code) const;

  template <typename Value>
  void set(CURLoption option, Value value) {
    ::curl_easy_setopt(handle_.get(), option, value);
  }

  std::string url_;
  std::string sent_;
  std::string body_;
  std::size_t header_bytes_ = 0;
  bool too_long_ = false;
  char reason_[CURL_ERROR_SIZE] = "";
  std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> handle_;
  std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)> headers_;
};

Transfer::Transfer(const std::string& url, const std::string& ca_file)
    : url_(url),
      handle_(::curl_easy_init(), &::curl_easy_cleanup),
      headers_(::curl_slist_append(nullptr, "Accept: application/json"), &::curl_slist_free_all) {
  set(CURLOPT_URL, url_.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_USERAGENT, "mqrig");
  set(CURLOPT_CONNECTTIMEOUT, connect_seconds);
  set(CURLOPT_TIMEOUT, total_seconds);
  set(CURLOPT_SOCKS5_AUTH, CURLAUTH_BASIC);  // a static program has no GSSAPI
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a name server that is slow holds up nobody who stops
  set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  set(CURLOPT_ERRORBUFFER, &reason_[0]);
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, this);
  // A proxy would read what is meant for this machine only.
  if (is_loopback_http(url_)) set(CURLOPT_PROXY, "");
  trust(ca_file);
}

void Transfer::trust(const std::string& ca_file) {
  if (!ca_file.empty()) {
    set(CURLOPT_CAINFO, ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
    return;
  }
  if (const char* const file = std::getenv("SSL_CERT_FILE")) set(CURLOPT_CAINFO, file);
  if (const char* const folder = std::getenv("SSL_CERT_DIR")) set(CURLOPT_CAPATH, folder);
}

void Transfer::send(std::string body) {
  sent_ = std::move(body);
  set(CURLOPT_POSTFIELDS, sent_.data());
  set(CURLOPT_POSTFIELDSIZE, static_cast<long>(sent_.size()));
}

void Transfer::authenticate(const std::string& user, const Secret& password) {
  // RFC 6749, section 2.3.1, wants both encoded as in a form.
  std::string encoded_password = url_encoded(password.view());
  set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  set(CURLOPT_USERNAME, url_encoded(user).c_str());
  set(CURLOPT_PASSWORD, encoded_password.c_str());
  OPENSSL_cleanse(encoded_password.data(), encoded_password.size());
}

std::size_t Transfer::on_header(char*, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.header_bytes_ += size * count;
  transfer.too_long_ = transfer.header_bytes_ > longest_headers;
  return transfer.too_long_ ? 0 : size * count;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.too_long_ = transfer.body_.size() + size * count > longest_body;
  if (transfer.too_long_) return 0;
  transfer.body_.append(data, size * count);
  return size * count;
}

// With the interface for many transfers, the only one that can be woken by another thread.
CURLcode Transfer::perform(std::stop_token stop) {
  const std::unique_ptr<CURLM, decltype(&::curl_multi_cleanup)> many(::curl_multi_init(),
                                                                     &::curl_multi_cleanup);
  if (!many || ::curl_multi_add_handle(many.get(), handle_.get()) != CURLM_OK) {
    return CURLE_OUT_OF_MEMORY;
  }
  CURLcode result = CURLE_ABORTED_BY_CALLBACK;
  {
    const std::stop_callback wake(stop, [&] { ::curl_multi_wakeup(many.get()); });
    int running = 1;
    while (!stop.stop_requested()) {
      if (::curl_multi_perform(many.get(), &running) != CURLM_OK || running == 0) break;
      ::curl_multi_poll(many.get(), nullptr, 0, 1000, nullptr);
    }
  }
  int left = 0;
  if (const CURLMsg* const message = ::curl_multi_info_read(many.get(), &left)) {
    result = message->data.result;
  }
  ::curl_multi_remove_handle(many.get(), handle_.get());
  return result;
}

HttpAnswer Transfer::run(std::stop_token stop) {
  const CURLcode code = perform(stop);
  if (code != CURLE_OK) return failure(code);
  HttpAnswer answer;
  ::curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  answer.body = std::move(body_);
  return answer;
}

HttpFault fault_of(CURLcode code) {
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return HttpFault::stopped;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return HttpFault::tls;
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9, which anything can be taken for
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR:
      return HttpFault::protocol;
    case CURLE_URL_MALFORMAT:
      return HttpFault::refused;
    default:
      return HttpFault::unreachable;
  }
}

HttpAnswer Transfer::failure(CURLcode code) const {
  HttpAnswer answer;
  answer.fault = fault_of(code);
  std::string reason = reason_[0] != '\0' ? &reason_[0] : ::curl_easy_strerror(code);
  if (too_long_) reason = "the answer is longer than 1 MiB";
  if (answer.fault == HttpFault::stopped) reason = "stopped";
  if (code == CURLE_UNSUPPORTED_PROTOCOL) reason = "the answer is not HTTP";
  // A handshake may also fail because the server is being restarted.
  answer.permanent = answer.fault == HttpFault::refused || answer.fault == HttpFault::protocol ||
                     (answer.fault == HttpFault::tls && code != CURLE_SSL_CONNECT_ERROR);
  answer.error = "cannot ask " + shown_url(url_) + ": " + reason;
  return answer;
}

// What keeps the request from being made.
HttpAnswer check(const std::string& url) {
  HttpAnswer answer;
  const std::string fault = url_fault(url);
  if (!fault.empty()) {
    answer.error = "the URL '" + shown_url(url) + "' " + fault;
  } else if (!initialise()) {
    answer.error = "libcurl can't be used on this machine";
  }
  answer.permanent = !answer.error.empty();
  if (answer.permanent) answer.fault = HttpFault::refused;
  return answer;
}

std::string encoded(const HttpForm& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    text.append(text.empty() ? "" : "&").append(name).append("=").append(url_encoded(value));
  }
  return text;
}

}  // namespace

HttpClient::HttpClient(std::string ca_file) : ca_file_(std::move(ca_file)) {}

HttpAnswer HttpClient::get(const std::string& url, std::stop_token stop) const {
  HttpAnswer answer = check(url);
  if (answer.fault != HttpFault::none) return answer;
  return Transfer(url, ca_file_).run(stop);
}

HttpAnswer HttpClient::post(const std::string& url, const HttpForm& form, const std::string& user,
                            const Secret& password, std::stop_token stop) const {
  HttpAnswer answer = check(url);
  if (answer.fault != HttpFault::none) return answer;
  Transfer transfer(url, ca_file_);
  transfer.send(encoded(form));
  if (!user.empty()) transfer.authenticate(user, password);
  return transfer.run(stop);
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return result;
}

}  // namespace mqrig::auth
