// What a server of SCRAM accepts of its clients.
#include <doctest/doctest.h>

#include <vector>

#include "scram_sample.hpp"

using namespace mqrig::auth;
using namespace std::string_literals;
using tests::scram_samples;
using tests::ScramSample;
using Outcome = ServerExchange::Outcome;

namespace {

const ScramSample& sample = scram_samples[0];
const std::string nonce = "fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j";
const std::string proof = "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";

Outcome first(std::string_view message, std::string* answer = nullptr) {
  ScramServer server = sample.server();
  std::string text;
  const Outcome outcome = server.proceed(message, text);
  CHECK(text.empty() == (outcome == Outcome::refused));
  if (answer != nullptr) *answer = text;
  return outcome;
}

Outcome last(std::string_view message) {
  ScramServer server = sample.server();
  std::string answer;
  REQUIRE(server.proceed(sample.client_first, answer) == Outcome::proceed);
  const Outcome outcome = server.proceed(message, answer);
  CHECK(answer.empty() == (outcome == Outcome::refused));
  return outcome;
}

// Of the answer to a user, "r=...,s=...,i=...", by a server with this secret.
std::string salt_of(const std::string& secret, const std::string& user,
                    std::shared_ptr<const PasswordFile> users = sample.users()) {
  ScramServer server(sample.mechanism, std::move(users), secret);
  std::string answer;
  REQUIRE(server.proceed("n,,n=" + user + ",r=x", answer) == Outcome::proceed);
  return answer.substr(answer.find(",s="));
}

}  // namespace

TEST_CASE("a client's first message is as the grammar has it, or refused") {
  CHECK(first(sample.client_first) == Outcome::proceed);
  CHECK(first("n,,n=user,r=abc,x=extension") == Outcome::proceed);
  CHECK(first("y,,n=user,r=abc") == Outcome::proceed);
  CHECK(first("n,a=user,n=user,r=abc") == Outcome::proceed);
  for (const std::string& message : std::vector<std::string>{"",
                                                             "n",
                                                             "n,",
                                                             "n,,",
                                                             "x,,n=user,r=abc",
                                                             "n=user,r=abc",
                                                             "n,,r=abc",
                                                             "n,,r=abc,n=user",
                                                             "n,,n=,r=abc",
                                                             "n,,n=user",
                                                             "n,,n=user,",
                                                             "n,,n=user,r=",
                                                             "n,,n=user,r=a b",
                                                             "n,,n=user,r=\xC3\xA4",
                                                             "n,,n=user,r=abc,",
                                                             "n,,n=user,r=abc,x",
                                                             "n,,n=user,r=abc,1=x",
                                                             "n,,n=us=er,r=abc",
                                                             "n,,n=us=2cer,r=abc",
                                                             "n,,n=user=,r=abc",
                                                             "n,,N=user,r=abc",
                                                             "n,,n=us\0er,r=abc"s,
                                                             "n,,n=user,r=abc,\0"s}) {
    CAPTURE(message);
    CHECK(first(message) == Outcome::refused);
  }
}

TEST_CASE("channel binding, extensions that have to be known and other identities are refused") {
  CHECK(first("p=tls-unique,,n=user,r=abc") == Outcome::refused);
  CHECK(first("n,,m=new,n=user,r=abc") == Outcome::refused);
  CHECK(first("n,a=admin,n=user,r=abc") == Outcome::refused);
  CHECK(first("n,user,n=user,r=abc") == Outcome::refused);
  CHECK(first("n,a=,n=user,r=abc") == Outcome::refused);
}

TEST_CASE("the server extends the client's nonce, each time in another way") {
  ScramServer server(sample.mechanism, sample.users(), "secret");
  std::string one;
  std::string other;
  REQUIRE(server.proceed("n,,n=user,r=abc", one) == Outcome::proceed);
  ScramServer again(sample.mechanism, sample.users(), "secret");
  REQUIRE(again.proceed("n,,n=user,r=abc", other) == Outcome::proceed);
  CHECK(one.starts_with("r=abc"));
  CHECK(one.find(',') >= 2 + 3 + 24);
  CHECK(one != other);
}

TEST_CASE("a client's last message is as the grammar has it, or refused") {
  CHECK(last(sample.client_final) == Outcome::accepted);
  const std::string start = "c=biws,r=" + nonce;
  for (const std::string& message : std::vector<std::string>{
           "", start, start + ",", start + ",p=", proof, start + ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts",
           start + "," + proof + ",", start + "," + proof + ",x=1", start + ",P=" + proof.substr(2),
           start + ",x," + proof, "r=" + nonce + ",c=biws," + proof, "c=biws," + proof,
           "c=biws,r=" + nonce + "x," + proof, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL," + proof,
           "c=eSws,r=" + nonce + "," + proof, "c=biw=,r=" + nonce + "," + proof,
           "c=,r=" + nonce + "," + proof, start + ",p=AAAA", sample.client_first}) {
    CAPTURE(message);
    CHECK(last(message) == Outcome::refused);
  }
}

TEST_CASE("a proof of something else is refused, also one with an extension behind it") {
  CHECK(last("c=biws,r=" + nonce + ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4To=") == Outcome::refused);
  CHECK(last("c=biws,r=" + nonce + ",x=1," + proof) == Outcome::refused);
}

TEST_CASE("data is never missing") {
  ScramServer server = sample.server();
  std::string answer;
  CHECK(server.proceed(std::nullopt, answer) == Outcome::refused);
  REQUIRE(server.proceed(sample.client_first, answer) == Outcome::proceed);
  CHECK(server.proceed(std::nullopt, answer) == Outcome::refused);
}

TEST_CASE("after a refusal, what belongs to the old exchange is of no use") {
  ScramServer server = sample.server();
  std::string answer;
  REQUIRE(server.proceed(sample.client_first, answer) == Outcome::proceed);
  REQUIRE(server.proceed("c=biws,r=" + nonce + ",p=AAAA", answer) == Outcome::refused);
  CHECK(server.proceed(sample.client_final, answer) == Outcome::refused);
}

TEST_CASE("a name that is not there has a salt of its own, which stays, and the usual iterations") {
  const std::string ann = salt_of("secret", "ann");
  CHECK(ann.ends_with(",i=4096"));
  CHECK(ann.size() == std::string_view(",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096").size());
  CHECK(salt_of("secret", "ann") == ann);
  CHECK(salt_of("secret", "bob") != ann);
  CHECK(salt_of("other secret", "ann") != ann);
}

TEST_CASE("a user without credentials of the mechanism is not there") {
  const auto file = std::make_shared<PasswordFile>(*sample.users());
  file->add("joe", PasswordHash::make("pencil", 1));
  CHECK(salt_of("secret", "joe", file).ends_with(",i=4096"));
}
