#include <doctest/doctest.h>
#include <sys/stat.h>

#include <mqrig/auth/psk_file.hpp>

#include "temporary_folder.hpp"

using namespace mqrig::auth;
using tests::TemporaryFolder;

namespace {

const std::string strong = "00112233445566778899aAbBcCdDeEfF";

std::string error_of(const std::string& text) {
  return parse_psk_file(text, "keys").error;
}

}  // namespace

TEST_CASE("a key is found by its identity, in bytes") {
  const PskFileResult result =
      parse_psk_file("# lamps\n\nlamp:" + strong + "\r\n door : " + strong + "00\n", "keys");
  CHECK(result.error.empty());
  CHECK(result.warning.empty());
  CHECK(result.file.size() == 2);
  REQUIRE(result.file.find("lamp"));
  CHECK(*result.file.find("lamp") ==
        std::string("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16));
  CHECK(result.file.find("door")->size() == 17);
  CHECK_FALSE(result.file.find("Lamp"));
  CHECK_FALSE(result.file.find(""));
}

TEST_CASE("what is wrong with a line is said without the key") {
  CHECK(error_of("lamp:" + strong + "\nlamp") ==
        "keys:2: expected IDENTITY:KEY, or a comment that starts with #");
  CHECK(error_of(":" + strong) == "keys:1: no identity before the colon");
  CHECK(error_of("lamp:") == "keys:1: the key of 'lamp' is missing");
  const std::string no_digits =
      "keys:1: the key of 'lamp' is not in hexadecimal digits, two for a byte: 'openssl rand -hex "
      "32' makes one";
  CHECK(error_of("lamp:0x" + strong) == no_digits);
  CHECK(error_of("lamp:" + strong + "0") == no_digits);
  CHECK(error_of("lamp:" + strong + ":" + strong) == no_digits);
  CHECK(error_of("lamp:" + std::string(1026, 'a')) ==
        "keys:1: the key of 'lamp' is longer than 512 bytes");
  CHECK(error_of(std::string(257, 'x') + ":" + strong) ==
        "keys:1: the identity is longer than 256 bytes");
  CHECK(error_of("lamp:" + strong + "\nlamp:" + strong) == "keys:2: a second line for 'lamp'");
}

TEST_CASE("a file without any key lets nobody in and is an error") {
  CHECK(error_of("# none yet\n") == "keys: holds no key");
}

TEST_CASE("a short key is good enough for a warning only") {
  const PskFileResult result = parse_psk_file("lamp:00112233\ndoor:0011", "keys");
  CHECK(result.error.empty());
  CHECK(result.warning ==
        "the key of 'lamp' has 4 bytes, and can be guessed: 'openssl rand -hex 32' makes a better "
        "one");
}

TEST_CASE("a file of keys that others may read is used, with a warning") {
  const TemporaryFolder folder;
  const std::string path = folder.write("keys", "lamp:" + strong);
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  CHECK(load_psk_file(path).warning.empty());
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  const PskFileResult result = load_psk_file(path);
  CHECK(result.file.size() == 1);
  CHECK(result.warning ==
        "every user of this machine can read '" + path + "': run 'chmod o= " + path + "'");
}

TEST_CASE("a file of keys that is not there is named") {
  const TemporaryFolder folder;
  CHECK(load_psk_file(folder.path("keys")).error ==
        "cannot read '" + folder.path("keys") + "': No such file or directory");
}
