#pragma once

#include <cstdint>
#include <mqrig/auth/secret.hpp>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace mqrig::auth {

// Why there is no answer.
enum class HttpFault : std::uint8_t {
  none,
  stopped,      // as asked for
  unreachable,  // name, connection, proxy, time-out, or it broke off; passes perhaps
  tls,          // the server is not trusted, or nothing could be agreed upon
  protocol,     // the answer is not HTTP, or too long
  refused,      // nothing was sent: the URL is not one that secrets may be sent to
};

// An answer of any status, or why there is none.
struct HttpAnswer {
  long status = 0;
  std::string body;
  HttpFault fault = HttpFault::none;
  bool permanent = false;  // asking again is of no use before a person has done something
  std::string error;       // a clause for the person; names the URL without its query
};

// Names and values of a form, not encoded.
using HttpForm = std::vector<std::pair<std::string, std::string>>;

// HTTP/1.1 for small documents: at most 1 MiB in at most 30 seconds, 10 of them to connect. URLs
// are those that url_fault() allows. Redirects are answers like others and never followed. Proxies
// are those of the environment (https_proxy, ALL_PROXY, no_proxy), though none for http.
//
// Each call blocks and makes a connection of its own. Calls may come from several threads. The
// first call initialises libcurl, and with it OpenSSL.
class HttpClient {
 public:
  // `ca_file`: certificates to trust in instead of the system's, in PEM. Empty: those that OpenSSL
  // would trust in: SSL_CERT_FILE and SSL_CERT_DIR, or what libcurl was built for.
  explicit HttpClient(std::string ca_file = {});

  HttpAnswer get(const std::string& url, std::stop_token stop) const;

  // Sends a form. With a user name, both are sent by the Basic scheme.
  HttpAnswer post(const std::string& url, const HttpForm& form, const std::string& user,
                  const Secret& password, std::stop_token stop) const;

 private:
  std::string ca_file_;
};

// As in a query or a form.
std::string url_encoded(std::string_view text);

}  // namespace mqrig::auth
