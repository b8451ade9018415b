#include <doctest/doctest.h>

#include <mqrig/auth/http_client.hpp>
#include <mqrig/auth/http_url.hpp>
#include <thread>

#include "http_server.hpp"
#include "temporary_folder.hpp"

using namespace mqrig::auth;
using tests::http_answer;
using tests::HttpRequest;
using tests::HttpServer;

TEST_CASE("a form is posted with the user and the password encoded, and the answer is given") {
  const HttpServer server([](const HttpRequest&) { return http_answer(201, "{\"a\":1}"); });
  const HttpAnswer answer = HttpClient().post(server.url("/token?x=1"), {{"a", "b c&d"}, {"e", ""}},
                                              "us er", Secret("pass:w\xC3\xB6rd"), {});
  CHECK(answer.fault == HttpFault::none);
  CHECK(answer.status == 201);
  CHECK(answer.body == "{\"a\":1}");
  const HttpRequest request = server.requests().at(0);
  CHECK(request.method == "POST");
  CHECK(request.path == "/token?x=1");
  CHECK(request.body == "a=b%20c%26d&e=");
  CHECK(request.headers.at("content-type") == "application/x-www-form-urlencoded");
  CHECK(request.headers.at("accept") == "application/json");
  // us%20er:pass%3Aw%C3%B6rd
  CHECK(request.headers.at("authorization") == "Basic dXMlMjBlcjpwYXNzJTNBdyVDMyVCNnJk");
}

TEST_CASE("a document is fetched") {
  const HttpServer server([](const HttpRequest&) { return http_answer(200, "text"); });
  CHECK(HttpClient().get(server.url("/keys"), {}).body == "text");
  const HttpRequest request = server.requests().at(0);
  CHECK(request.method == "GET");
  CHECK(request.headers.count("authorization") == 0);
}

TEST_CASE("a redirect is an answer and not followed") {
  const HttpServer server([](const HttpRequest&) {
    return std::string(
        "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  CHECK(HttpClient().get(server.url("/"), {}).status == 302);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("an answer that is too long is no answer") {
  const HttpServer server([](const HttpRequest& request) {
    if (request.path == "/headers") {
      return "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n";
    }
    return http_answer(200, std::string((1U << 20) + 1, 'x'));
  });
  for (const char* path : {"/headers", "/body"}) {
    CAPTURE(path);
    const HttpAnswer answer = HttpClient().get(server.url(path), {});
    CHECK(answer.fault == HttpFault::protocol);
    CHECK(answer.permanent);
    CHECK(answer.error == "cannot ask " + server.url(path) + ": the answer is longer than 1 MiB");
  }
}

TEST_CASE("encodings that were not asked for are refused") {
  const HttpServer server([](const HttpRequest& request) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + request.path.substr(1) + "\r\n\r\nxxxx";
  });
  for (const char* path : {"/br", "/zstd", "/gzip", "/nonsense"}) {
    CAPTURE(path);
    CHECK(HttpClient().get(server.url(path), {}).fault != HttpFault::none);
  }
}

TEST_CASE("what is no HTTP is no answer") {
  const HttpServer server([](const HttpRequest&) { return std::string("SSH-2.0-x\r\n"); });
  const HttpAnswer answer = HttpClient().get(server.url("/"), {});
  CHECK(answer.fault == HttpFault::protocol);
  CHECK(answer.error == "cannot ask " + server.url("/") + ": the answer is not HTTP");
}

TEST_CASE("a server that is not there is named") {
  std::string url;
  {
    const HttpServer server([](const HttpRequest&) { return std::string(); });
    url = server.url("/token");
  }
  const HttpAnswer answer = HttpClient().get(url + "?secret=hidden", {});
  CHECK(answer.fault == HttpFault::unreachable);
  CHECK(!answer.permanent);
  CHECK(answer.error.starts_with("cannot ask " + url + ": "));
  CHECK(answer.error.find("hidden") == std::string::npos);
}

TEST_CASE("a request to a server that does not answer is stopped at once") {
  std::stop_source stop;
  const HttpServer server([&](const HttpRequest&) {
    stop.request_stop();
    return std::string();
  });
  const HttpAnswer answer = HttpClient().get(server.url("/"), stop.get_token());
  CHECK(answer.fault == HttpFault::stopped);
  CHECK(HttpClient().get(server.url("/"), stop.get_token()).fault == HttpFault::stopped);
}

TEST_CASE("https to a server that does not speak it fails, and nothing is sent in clear") {
  const HttpServer server([](const HttpRequest&) { return http_answer(200, "text"); });
  const std::string url = "https" + server.url("/").substr(4);
  const HttpAnswer answer =
      HttpClient().post(url, {{"secret", "hidden"}}, "user", Secret("hidden"), {});
  CHECK(answer.fault == HttpFault::tls);
  for (const HttpRequest& request : server.requests()) CHECK(request.method != "POST");
}

TEST_CASE("a file of certificates that is missing is an error and not passed over") {
  const tests::TemporaryFolder folder;
  const HttpServer server([](const HttpRequest&) { return http_answer(200, "text"); });
  const HttpAnswer answer =
      HttpClient(folder.path("none")).get("https" + server.url("/").substr(4), {});
  CHECK(answer.fault == HttpFault::tls);
  CHECK(answer.permanent);
  CHECK(answer.error.find(folder.path("none")) != std::string::npos);
}

TEST_CASE("secrets go to https URLs, or to this machine") {
  for (const char* url :
       {"https://id.example/token", "https://id.example:8443/a?b=c", "http://localhost:1/",
        "http://127.0.0.1/", "http://127.255.0.9:2/x", "http://[::1]:8080/token"}) {
    CAPTURE(url);
    CHECK(url_fault(url).empty());
  }
}

TEST_CASE("other URLs are refused, each with its reason") {
  const std::pair<const char*, const char*> cases[] = {
      {"http://id.example/token", "is not encrypted"},
      {"http://127.0.0.1.example/", "is not encrypted"},
      {"http://localhost.example/", "is not encrypted"},
      {"http://128.0.0.1/", "is not encrypted"},
      {"ftp://localhost/", "is no https URL"},
      {"file:///etc/passwd", "is not a URL"},
      {"id.example/token", "is not a URL"},
      {"", "is not a URL"},
      {"https://", "is not a URL"},
      {"https://a b/", "is not a URL"},
      {"https://\xC3\xA4.example/", "not ASCII"},
      {"https://joe:hidden@id.example/", "a user name or a password"},
      {"https://id.example/#part", "a fragment"},
  };
  for (const auto& each : cases) {
    const auto& url = each.first;
    const auto& reason = each.second;
    CAPTURE(url);
    CHECK(url_fault(url).find(reason) != std::string::npos);
    const HttpAnswer answer = HttpClient().get(url, {});
    CHECK(answer.fault == HttpFault::refused);
    CHECK(answer.permanent);
    CHECK(answer.error.find("hidden") == std::string::npos);
  }
}

TEST_CASE("a URL is shown without what may be secret in it") {
  CHECK(shown_url("https://joe:pw@id.example/a?code=x#y") == "https://id.example/a");
  CHECK(shown_url("https://joe:p/w@id.example/a") == "https://id.example/a");
  CHECK(shown_url("https://id.example/a@b") == "https://id.example/a@b");
}
