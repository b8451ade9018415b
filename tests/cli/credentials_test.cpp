// Who a client is to its broker: passwords from everywhere, enhanced authentication, tokens.
#include "apps/mqrig/credentials.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <mqrig/auth/auth_exchange.hpp>

#include "client_command_line.hpp"

using namespace mqrig;
using namespace mqrig::test;

namespace {

std::string from_descriptor(const std::string& content) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  ::close(ends[1]);
  return *client_of({"-u", "joe", "--password-fd", std::to_string(ends[0])}).password;
}

}  // namespace

TEST_CASE("each source of a password") {
  const TemporaryFile file("from file\r\n");
  CHECK(client_of({"-u", "joe", "-P", "typed"}).password == "typed");
  CHECK(client_of({"-u", "joe", "--password-file", file.path()}).password == "from file");
  CHECK(from_descriptor("from descriptor\n") == "from descriptor");
  CHECK(client_of({"-u", "joe", "--password-command", "echo ' a b '"}).password == " a b ");
  CHECK(client_of({"mqtt://joe:url@h"}).password == "url");
  CHECK(client_of({"mqtt://joe:url@h", "-P", "typed"}).password == "typed");
  CHECK(client_of({"mqtt://joe:url@h"}, {"MQRIG_PASSWORD=weaker"}).password == "url");
}

TEST_CASE("a source of a password that fails says so, and not what it had") {
  CHECK(contains(fault({"-u", "joe", "--password-fd", "999"}), "descriptor 999"));
  CHECK(fault({"-u", "joe", "--password-command", "echo hunter2; exit 3"}) ==
        "input: the command of --password-command ended with exit code 3");
  CHECK(fault({"-u", "joe", "--password-command", "true"}) ==
        "input: the command of --password-command printed nothing");
  const TemporaryFile empty("\n");
  CHECK(fault({"-u", "joe", "--password-file", empty.path()}) ==
        "input: --password-file: what it names is empty");
  CHECK(contains(fault({"-u", "joe", "--password-env", "MQRIG_NO_SUCH"}), "no variable"));
  CHECK(contains(fault({"-u", "joe", "-P", "hunter2", "--password-command", "x"}),
                 "exclude each other"));
  CHECK_FALSE(contains(fault({"-u", "joe", "-P", std::string(70'000, 'x')}), "xxx"));
}

TEST_CASE("a method of enhanced authentication has the data of a file") {
  const TemporaryFile file(std::string("\x00\xFF\n", 3));
  const client::Options with = client_of({"--auth-method", "X", "--auth-data-file", file.path()});
  REQUIRE(with.authentication);
  CHECK(with.authentication->method() == "X");
  CHECK(with.authentication->begin() == std::string("\x00\xFF\n", 3));
  CHECK(with.version == wire::Version::mqtt_5);
  CHECK_FALSE(client_of({"--auth-method", "X"}).authentication->begin());
  CHECK(contains(fault({"--auth-data-file", file.path()}), "needs --auth-method"));
  CHECK(contains(fault({"--auth-method", "X", "-V", "311"}), "needs MQTT 5.0"));
}

TEST_CASE("authentication is repeated only where there is a method for it") {
  CHECK(client_of({"--auth-method", "X", "--reauth-interval", "90s"}).reauthentication_interval ==
        std::chrono::seconds(90));
  CHECK(contains(fault({"-u", "joe", "--reauth-interval", "90s"}), "needs --auth-method"));
  CHECK(contains(fault({"--auth-method", "X", "--token-env", "HOME", "--token-in", "auth",
                        "--reauth-interval", "90s"}),
                 "a token is renewed by itself"));
}

TEST_CASE("SCRAM takes the password, which is not sent") {
  const client::Options scram =
      client_of({"-u", "joe", "-P", "secret", "--auth-method", "SCRAM-SHA-256"});
  REQUIRE(scram.authentication);
  CHECK(scram.authentication->method() == "SCRAM-SHA-256");
  CHECK_FALSE(scram.password);
  CHECK(contains(scram.authentication->begin().value(), "n=joe"));
  CHECK(contains(fault({"--auth-method", "SCRAM-SHA-1"}), "needs user name and password"));
  CHECK(contains(fault({"-u", "a", "-P", "b", "--auth-method", "SCRAM-MD5"}), "is not known"));
  CHECK(contains(
      fault({"-u", "a", "-P", "b", "--auth-method", "SCRAM-SHA-512", "--auth-data-file", "f"}),
      "makes its own data"));
}

TEST_CASE("a token goes where the broker expects it") {
  const client::Options password = client_of({"--token-file", "f"});
  CHECK(password.make_credentials);
  CHECK_FALSE(password.password);
  CHECK(password.user_name == "");  // MQTT 3.1.1 needs one
  CHECK_FALSE(password.version);
  CHECK(client_of({"--token-file", "f", "-u", "?x=y"}).user_name == "?x=y");
  const client::Options azure = client_of({"--token-env", "X", "--token-preset", "azure-entra"});
  CHECK(azure.version == wire::Version::mqtt_5);
  CHECK_FALSE(azure.user_name);
  CHECK_FALSE(azure.authentication);
  CHECK(client_of({"--token-env", "X", "--token-in", "auth", "--auth-method", "M"}).version ==
        wire::Version::mqtt_5);
  CHECK(client_of({"--token-file", "f", "--token-preset", "go-auth"}).password == "token");
  CHECK(client_of({"ws://h", "--token-file", "f", "--token-in", "ws-header"}).make_credentials);
}

TEST_CASE("a user name that is a token is not shown") {
  CHECK(client_of({"--token-file", "f", "--token-in", "username"}).secret_user_name);
  CHECK(client_of({"--token-file", "f", "--token-preset", "go-auth"}).secret_user_name);
  CHECK_FALSE(client_of({"--token-file", "f"}).secret_user_name);
}

TEST_CASE("AWS takes MQTT with a token at port 443") {
  const std::vector<std::string> token = {"--token-file", "f", "--token-preset", "aws-custom"};
  const auto port = [&](std::vector<std::string> words) {
    words.insert(words.end(), token.begin(), token.end());
    return client_of(std::move(words)).brokers[0].port;
  };
  CHECK(port({"-h", "h", "--tls"}) == 443);
  CHECK(port({"mqtts://h"}) == 443);
  CHECK(port({"mqtts://h:1"}) == 1);
  CHECK(port({"-h", "h", "--tls", "-p", "8883"}) == 8883);
}

TEST_CASE("two things do not go into one place") {
  CHECK(
      contains(fault({"--token-file", "f", "-P", "x"}), "-P/--password and --token-file exclude"));
  CHECK(contains(fault({"mqtt://a:b@h", "--token-file", "f"}), "the URL with a user name"));
  CHECK(contains(fault({"--token-file", "f", "--token-in", "username", "-u", "x"}),
                 "-u/--username and --token-file exclude"));
  CHECK(contains(fault({"--token-file", "f", "--auth-method", "X"}), "give --token-in auth"));
  CHECK(contains(fault({"--token-file", "f", "--token-in", "auth"}), "give --auth-method"));
  CHECK(
      contains(fault({"--token-file", "f", "--token-preset", "azure-custom", "--auth-method", "X"}),
               "has the method CUSTOM-JWT"));
  CHECK(contains(fault({"--token-file", "f", "--token-in", "ws-header"}), "needs a WebSocket"));
  CHECK(contains(fault({"ws://h", "--token-file", "f", "--token-in", "ws-header", "--ws-header",
                        "authorization: Basic x"}),
                 "the token is sent in that field"));
  CHECK(contains(fault({"--token-file", "f", "--token-env", "X"}), "exclude each other"));
  CHECK(contains(fault({"--token-file", "f", "--token-in", "auth", "--token-preset", "emqx"}),
                 "exclude each other"));
  CHECK(contains(fault({"--token-env", "X", "--token-preset", "azure-entra", "-V", "311"}),
                 "needs MQTT 5.0"));
  CHECK(contains(fault({"--oauth-scope", "x"}), "needs a source of tokens"));
}

TEST_CASE("what was typed replaces a token of the file, and the other way round") {
  const char* const config = "token-file = \"f\"\n";
  const client::Options typed = client_of({"-u", "joe", "-P", "x"}, {}, config);
  CHECK_FALSE(typed.make_credentials);
  CHECK(typed.password == "x");
  const client::Options token = client_of({"--token-file", "f"}, {"MQRIG_PASSWORD=x"});
  CHECK(token.make_credentials);
  CHECK_FALSE(token.password);
}
