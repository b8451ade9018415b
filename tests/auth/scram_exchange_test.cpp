// Both sides of SCRAM with each other, and with the examples of the specifications.
#include <doctest/doctest.h>

#include "scram_sample.hpp"

using namespace mqrig::auth;
using tests::scram_samples;
using tests::ScramSample;
using Outcome = ServerExchange::Outcome;

namespace {

struct Result {
  Outcome first = Outcome::refused;
  Outcome last = Outcome::refused;
  bool finished = false;
  std::string fault;
};

Result run(ClientExchange& client, ServerExchange& server) {
  Result result;
  std::string answer;
  result.first = server.proceed(client.begin(), answer);
  if (result.first != Outcome::proceed) return result;
  const std::optional<std::string> proof = client.proceed(answer, result.fault);
  if (!proof) return result;
  result.last = server.proceed(proof, answer);
  if (result.last == Outcome::accepted) result.finished = client.finish(answer, result.fault);
  return result;
}

std::shared_ptr<PasswordFile> users(ScramMechanism mechanism, const std::string& user,
                                    const std::string& password) {
  auto file = std::make_shared<PasswordFile>();
  file->add(user, *ScramCredentials::make(mechanism, password, min_scram_iterations));
  return file;
}

std::unique_ptr<ScramClient> make_client(ScramMechanism mechanism, const std::string& user,
                                         const std::string& password) {
  std::string fault;
  auto client = ScramClient::make(mechanism, user, password, fault);
  REQUIRE_MESSAGE(client != nullptr, fault);
  return client;
}

}  // namespace

TEST_CASE("the examples of RFC 5802, section 5, and RFC 7677, section 3, in both roles") {
  for (const ScramSample& sample : scram_samples) {
    CAPTURE(name(sample.mechanism));
    const auto client = sample.client();
    ScramServer server = sample.server();
    std::string answer;
    std::string fault;
    CHECK(client->begin() == sample.client_first);
    CHECK(server.proceed(sample.client_first, answer) == Outcome::proceed);
    CHECK(answer == sample.server_first);
    CHECK(client->proceed(sample.server_first, fault) == sample.client_final);
    CHECK(server.proceed(sample.client_final, answer) == Outcome::accepted);
    CHECK(answer == sample.server_final);
    CHECK(server.user_name() == "user");
    CHECK(client->finish(sample.server_final, fault));
    CHECK(fault.empty());
  }
}

TEST_CASE("each mechanism lets in who knows the password, and nobody else") {
  for (const ScramMechanism mechanism : scram_mechanisms) {
    CAPTURE(name(mechanism));
    ScramServer server(mechanism, users(mechanism, "joe", "secret"), "s");
    const auto client = make_client(mechanism, "joe", "secret");
    CHECK(client->method() == name(mechanism));
    CHECK(server.method() == name(mechanism));
    CHECK(run(*client, server).finished);
    const Result wrong = run(*make_client(mechanism, "joe", "Secret"), server);
    CHECK(wrong.first == Outcome::proceed);
    CHECK(wrong.last == Outcome::refused);
  }
}

TEST_CASE("an exchange can be begun again on both sides, after success and after failure") {
  constexpr ScramMechanism mechanism = ScramMechanism::sha_256;
  ScramServer server(mechanism, users(mechanism, "joe", "secret"), "s");
  const auto client = make_client(mechanism, "joe", "secret");
  const auto wrong = make_client(mechanism, "joe", "wrong");
  CHECK(run(*client, server).finished);
  CHECK(run(*client, server).finished);
  CHECK_FALSE(run(*wrong, server).finished);
  CHECK(run(*client, server).finished);
  client->begin();
  CHECK(run(*client, server).finished);
}

TEST_CASE("names may hold what separates attributes, and forms that look alike are one") {
  constexpr ScramMechanism mechanism = ScramMechanism::sha_256;
  const std::string odd = "a=b,c=2Cd";
  ScramServer server(mechanism, users(mechanism, odd, "sec=ret,"), "s");
  CHECK(run(*make_client(mechanism, odd, "sec=ret,"), server).finished);
  CHECK(server.user_name() == odd);

  ScramServer german(mechanism, users(mechanism, "J\u00F6rg", "\u00FCber\u00A0x"), "s");
  CHECK(run(*make_client(mechanism, "Jo\u0308rg", "u\u0308ber x"), german).finished);
  CHECK(german.user_name() == "J\u00F6rg");
}

TEST_CASE("a name that is not there fails like a wrong password") {
  constexpr ScramMechanism mechanism = ScramMechanism::sha_256;
  const auto file = users(mechanism, "joe", "secret");
  ScramServer server(mechanism, file, "s");
  const Result unknown = run(*make_client(mechanism, "ann", "secret"), server);
  const Result wrong = run(*make_client(mechanism, "joe", "wrong"), server);
  CHECK(unknown.first == wrong.first);
  CHECK(unknown.last == wrong.last);
  CHECK(unknown.fault == wrong.fault);
}
