// What a client of SCRAM believes of its server.
#include <doctest/doctest.h>
#include <time.h>

#include <vector>

#include "scram_sample.hpp"

using namespace mqrig::auth;
using tests::scram_samples;
using tests::ScramSample;

namespace {

const ScramSample& sample = scram_samples[1];
const std::string nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const std::string salt = "W22ZaJ0SNY7soEsUEjb6gQ==";

// What a client says to a first message of the server; empty if it goes on.
std::string fault_of(const std::string& server_first) {
  const auto client = sample.client();
  client->begin();
  std::string fault;
  const bool goes_on = client->proceed(server_first, fault).has_value();
  CHECK(goes_on == fault.empty());
  std::string later;
  if (!goes_on) CHECK_FALSE(client->finish(sample.server_final, later));
  return fault;
}

// What a client says to the end of an exchange; empty if it is content.
std::string end_fault_of(std::optional<std::string_view> server_final) {
  const auto client = sample.client();
  client->begin();
  std::string fault;
  REQUIRE(client->proceed(sample.server_first, fault));
  const bool content = client->finish(server_final, fault);
  CHECK(content == fault.empty());
  return fault;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

double cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

TEST_CASE("a name or password that has no prepared form is told, and not shown") {
  const auto fault = [](std::string_view user, std::string_view password) {
    std::string text;
    CHECK(ScramClient::make(ScramMechanism::sha_1, user, password, text) == nullptr);
    return text;
  };
  CHECK(fault("", "secret") == "SCRAM needs a user name");
  CHECK(fault("jo\x01", "secret") == "the user name holds characters that SCRAM does not allow");
  CHECK(fault("joe", "se\xFF") == "the password holds characters that SCRAM does not allow");
}

TEST_CASE("nonces are different each time, and long") {
  std::string fault;
  const auto client = ScramClient::make(ScramMechanism::sha_256, "joe", "secret", fault);
  const auto first = client->begin();
  CHECK(first != client->begin());
  CHECK(first->size() >= std::string_view("n,,n=joe,r=").size() + 24);
}

TEST_CASE("the server's nonce has to extend the client's") {
  const std::string rest = ",s=" + salt + ",i=4096";
  CHECK(fault_of("r=" + nonce + rest).empty());
  for (const std::string& other : {std::string("rOprNGfwEbeRWgbNEkqO"), std::string("x") + nonce,
                                   std::string("ROprNGfwEbeRWgbNEkqOabc")}) {
    CHECK(has(fault_of("r=" + other + rest), "does not extend"));
  }
}

TEST_CASE("each field of the server's first message is where it belongs, or the message is none") {
  const std::string r = "r=" + nonce;
  for (const std::string& message : std::vector<std::string>{
           "", "r", "r=", ",", "nonsense", "R=" + nonce, "s=" + salt + "," + r, "r=\x01" + nonce}) {
    CAPTURE(message);
    CHECK(has(fault_of(message), "does not begin with a nonce"));
  }
  for (const std::string& tail : std::vector<std::string>{
           "", ",", ",i=4096,s=" + salt, ",s=,i=4096", ",s=W22ZaJ0SNY7soEsUEjb6gQ,i=4096",
           ",s=W22ZaJ0SNY7soEsUEjb6gR==,i=4096", ",s= " + salt + ",i=4096", ",x=1,s=" + salt}) {
    CAPTURE(tail);
    CHECK(has(fault_of(r + tail), "no salt in Base64"));
  }
  for (const std::string& tail :
       std::vector<std::string>{"", ",", ",i=", ",i=x", ",i=04096", ",i=-4096", ",i=4096x",
                                ",i= 4096", ",i=4096,", ",i=4096,x", ",i=4096,=1", ",I=4096"}) {
    CAPTURE(tail);
    CHECK(has(fault_of(r + ",s=" + salt + tail), "no number of iterations"));
  }
}

TEST_CASE("an extension that has to be known is refused, others are passed over") {
  CHECK(has(fault_of("m=new," + sample.server_first), "demands an extension"));
  CHECK(fault_of(sample.server_first + ",x=1,y=a=b").empty());
}

TEST_CASE("iterations are believed within bounds only") {
  const std::string start = "r=" + nonce + ",s=" + salt + ",i=";
  CHECK(has(fault_of(start + "4095"), "asks for 4095 iterations only"));
  CHECK(has(fault_of(start + "1"), "easy to guess"));
  CHECK(has(fault_of(start + "1000001"), "more than 1000000 iterations"));
  CHECK(has(fault_of(start + "4294967297"), "more than 1000000 iterations"));
  CHECK(has(fault_of(start + std::string(40, '9')), "more than 1000000 iterations"));
}

TEST_CASE("a server that does not prove itself is not believed") {
  CHECK(end_fault_of(sample.server_final).empty());
  CHECK(end_fault_of(sample.server_final + ",x=1").empty());
  const std::string no_proof = "the server did not prove that it knows the password";
  CHECK(end_fault_of(std::nullopt) == no_proof);
  for (const std::string& end : std::vector<std::string>{
           "", "v=", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=",
           "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95Gw=", "v=6rri",
           "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4", sample.server_final + ",",
           "x=1," + sample.server_final, scram_samples[0].server_final}) {
    CAPTURE(end);
    CHECK(end_fault_of(end) == no_proof);
  }
}

TEST_CASE("a server that accepts before its turn has proved nothing") {
  const auto client = sample.client();
  std::string fault;
  CHECK_FALSE(client->finish(sample.server_final, fault));
  client->begin();
  CHECK_FALSE(client->finish(sample.server_final, fault));
  CHECK(fault == "the server did not prove that it knows the password");
  CHECK_FALSE(client->proceed(sample.server_first, fault));
}

TEST_CASE("a server that goes on after the end is not followed") {
  const auto client = sample.client();
  client->begin();
  std::string fault;
  REQUIRE(client->proceed(sample.server_first, fault));
  CHECK_FALSE(client->proceed(sample.server_first, fault));
  CHECK(has(fault, "should be over"));
  CHECK_FALSE(client->finish(sample.server_final, fault));
}

TEST_CASE("errors of the server are told in words, and none of its own text") {
  CHECK(end_fault_of("e=invalid-proof") == "the server says that the password is wrong");
  CHECK(fault_of("e=unknown-user") == "the server does not know the user");
  CHECK(end_fault_of("e=\x1B[31mred") ==
        "the server ended the authentication without a known reason");
}

TEST_CASE("the password's work is done once for the same salt and iterations") {
  const auto users = [](const char* salt_bytes) {
    auto file = std::make_shared<PasswordFile>();
    file->add("user",
              *ScramCredentials::derive(ScramMechanism::sha_256, "pencil", salt_bytes, 100'000));
    return file;
  };
  const auto client = sample.client();
  const auto login_time = [&](ScramServer& server) {
    std::string answer;
    std::string fault;
    server.proceed(client->begin(), answer);
    const double start = cpu_time();
    const std::optional<std::string> proof = client->proceed(answer, fault);
    const double spent = cpu_time() - start;
    CHECK(server.proceed(proof, answer) == ServerExchange::Outcome::accepted);
    CHECK(client->finish(answer, fault));
    return spent;
  };
  ScramServer server(ScramMechanism::sha_256, users("salt"), "s");
  ScramServer other(ScramMechanism::sha_256, users("pepper"), "s");
  const double first = login_time(server);
  CHECK(login_time(server) < first / 5);
  CHECK(login_time(other) > first / 5);  // another salt, other work
}
