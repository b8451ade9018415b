#include <doctest/doctest.h>

#include <mqrig/auth/base64.hpp>
#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/password_file_editor.hpp>
#include <mqrig/auth/scram_credentials.hpp>
#include <vector>

#include "temporary_folder.hpp"

using namespace mqrig::auth;
using tests::TemporaryFolder;

namespace {

ScramCredentials credentials(ScramMechanism mechanism, const std::string& password,
                             unsigned iterations = 1) {
  return *ScramCredentials::make(mechanism, password, iterations);
}

std::string line(const std::string& user, const ScramCredentials& of) {
  return user + ":" + of.text() + "\n";
}

}  // namespace

TEST_CASE("the text is that of the RFC's example, and holds neither password nor client key") {
  const auto made = ScramCredentials::derive(ScramMechanism::sha_256, "pencil",
                                             *decode_base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
  REQUIRE(made);
  CHECK(made->text() ==
        "$scram-sha-256$4096$W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        "$wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  CHECK(ScramCredentials::parse(made->text())->text() == made->text());
}

TEST_CASE("made ones differ in their salt, and match their password only") {
  for (const ScramMechanism mechanism : scram_mechanisms) {
    const ScramCredentials one = credentials(mechanism, "secret");
    CHECK(one.text() != credentials(mechanism, "secret").text());
    CHECK(one.matches("secret"));
    CHECK_FALSE(one.matches("Secret"));
    CHECK_FALSE(one.matches(""));
    CHECK_FALSE(one.matches("\xFF"));
    CHECK(ScramCredentials::parse(one.text())->matches("secret"));
    CHECK(ScramCredentials::parse(one.text())->mechanism() == mechanism);
  }
  CHECK_FALSE(ScramCredentials::make(ScramMechanism::sha_1, "a\x01", 1));
}

TEST_CASE("damaged texts are none") {
  const std::string good = credentials(ScramMechanism::sha_256, "secret").text();
  REQUIRE(ScramCredentials::parse(good));
  const std::string key(44, 'A');
  for (const std::string& text : std::vector<std::string>{
           "", "$scram-sha-256$", "$SCRAM-SHA-256$" + good.substr(15), good + "$", good + "A",
           good.substr(1), good.substr(0, good.size() - 1), "$scram-sha-1$" + good.substr(15),
           "$scram-sha-224$" + good.substr(15), "$scram-sha-256$0" + good.substr(16),
           "$scram-sha-256$10000001" + good.substr(16), "$scram-sha-256$x" + good.substr(16),
           "$scram-sha-256$1$$" + good.substr(42)}) {
    CAPTURE(text);
    CHECK_FALSE(ScramCredentials::parse(text));
  }
}

TEST_CASE("a user may have a line for each mechanism, beside one for passwords") {
  const std::string text = line("joe", credentials(ScramMechanism::sha_512, "secret")) +
                           line("joe", credentials(ScramMechanism::sha_1, "secret", 7)) +
                           line("ann", credentials(ScramMechanism::sha_1, "hidden", 9)) +
                           "joe:" + PasswordHash::make("other", 1).text() + "\n";
  const PasswordFileResult result = parse_password_file(text, "users");
  REQUIRE(result.error.empty());
  CHECK(result.file.size() == 2);
  CHECK(result.file.scram("joe", ScramMechanism::sha_1)->iterations() == 7);
  CHECK(result.file.scram("joe", ScramMechanism::sha_512)->iterations() == 1);
  CHECK(result.file.scram("joe", ScramMechanism::sha_256) == nullptr);
  CHECK(result.file.scram("bob", ScramMechanism::sha_1) == nullptr);
  CHECK(result.file.scram_iterations(ScramMechanism::sha_1) == 9);
  CHECK(result.file.scram_iterations(ScramMechanism::sha_256) == 0);
  // A password login is checked against the line for passwords, if there is one.
  CHECK(result.file.check("joe", "other"));
  CHECK_FALSE(result.file.check("joe", "secret"));
  CHECK(result.file.check("ann", "hidden"));
  CHECK_FALSE(result.file.check("ann", "secret"));
  CHECK(parse_password_file(text + line("joe", credentials(ScramMechanism::sha_1, "x")), "users")
            .error == "users:5: a second line with SCRAM-SHA-1 for user 'joe'");
}

TEST_CASE("a password login of a user with several mechanisms is checked with the strongest") {
  for (const bool strong_first : {true, false}) {
    const std::string strong = line("joe", credentials(ScramMechanism::sha_512, "strong"));
    const std::string weak = line("joe", credentials(ScramMechanism::sha_1, "weak"));
    const auto result = parse_password_file(strong_first ? strong + weak : weak + strong, "users");
    CHECK(result.file.check("joe", "strong"));
    CHECK_FALSE(result.file.check("joe", "weak"));
  }
}

TEST_CASE("a new password takes the place of all lines of the user") {
  const TemporaryFolder folder;
  const std::string joe = "joe:" + PasswordHash::make("old", 1).text() + "\n";
  const std::string path = folder.write(
      "users", "# first\n" + joe + "ann:x\n" +
                   line("joe", credentials(ScramMechanism::sha_1, "old")) + "# last\n");
  PasswordFileEditor editor(path);
  REQUIRE(editor.load().empty());
  const ScramCredentials fresh[] = {credentials(ScramMechanism::sha_256, "new"),
                                    credentials(ScramMechanism::sha_512, "new")};
  CHECK(editor.set("joe", fresh));
  REQUIRE(editor.save().empty());
  CHECK(folder.read("users") ==
        "# first\n" + line("joe", fresh[0]) + line("joe", fresh[1]) + "ann:x\n# last\n");
  CHECK(editor.set("joe", PasswordHash::make("newer", 1)));
  REQUIRE(editor.save().empty());
  CHECK(folder.read("users").find("scram") == std::string::npos);
  CHECK_FALSE(editor.set("bob", fresh));
  CHECK(editor.erase("bob"));
  CHECK_FALSE(editor.erase("bob"));
}
