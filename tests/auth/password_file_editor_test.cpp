#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/password_file_editor.hpp>

#include "temporary_folder.hpp"

using namespace mqrig::auth;
using tests::TemporaryFolder;

namespace {

void set_password(const std::string& path, const std::string& user, const std::string& password) {
  PasswordFileEditor editor(path);
  REQUIRE(editor.load() == "");
  editor.set(user, PasswordHash::make(password, 1));
  REQUIRE(editor.save() == "");
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("a file that is missing is made, for its owner only") {
  const TemporaryFolder folder;
  const std::string path = folder.path("users");
  set_password(path, "joe", "secret");
  CHECK(mode_of(path) == 0600);
  CHECK(folder.files() == 1);
  CHECK(load_password_file(path).file.check("joe", "secret"));
}

TEST_CASE("a new password takes the place of the old one, and no other line changes") {
  const TemporaryFolder folder;
  const std::string before = "# our users\n\nann:" + PasswordHash::make("a", 1).text() + "\n";
  const std::string after = "#joe:old\nplain:text\nno colon";
  const std::string path = folder.write("users", before + "joe:plain\n" + after);
  set_password(path, "joe", "secret");
  const std::string content = folder.read("users");
  CHECK(content.starts_with(before + "joe:$7$1$"));
  CHECK(content.ends_with("==\n" + after + "\n"));
}

TEST_CASE("a new user stands at the end, on a line of its own") {
  const TemporaryFolder folder;
  const std::string path = folder.write("users", "# no line end");
  set_password(path, "joe", "secret");
  CHECK(folder.read("users").starts_with("# no line end\njoe:$7$"));
}

TEST_CASE("of several lines for one user one is left") {
  const TemporaryFolder folder;
  const std::string path = folder.write("users", "joe:a\nann:b\n joe :c\n");
  set_password(path, "joe", "secret");
  const std::string content = folder.read("users");
  CHECK(content.starts_with("joe:$7$1$"));
  CHECK(content.ends_with("==\nann:b\n"));
}

TEST_CASE("a user is deleted, and nobody whose name looks alike") {
  const TemporaryFolder folder;
  const std::string path = folder.write("users", "#joe:x\njo:1\njoe:2\njoey:3\n");
  PasswordFileEditor editor(path);
  REQUIRE(editor.load() == "");
  CHECK_FALSE(editor.erase("ann"));
  CHECK(editor.erase("joe"));
  CHECK_FALSE(editor.erase("joe"));
  REQUIRE(editor.save() == "");
  CHECK(folder.read("users") == "#joe:x\njo:1\njoey:3\n");
}

TEST_CASE("mode and symbolic links stay as they were") {
  const TemporaryFolder folder;
  const std::string path = folder.write("users", "");
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  REQUIRE(::symlink(path.c_str(), folder.path("link").c_str()) == 0);
  set_password(folder.path("link"), "joe", "secret");
  CHECK(mode_of(path) == 0640);
  CHECK(folder.files() == 2);
  CHECK(load_password_file(path).file.check("joe", "secret"));
}

TEST_CASE("the old file stands until the new one is complete, and nothing else is left over") {
  const TemporaryFolder folder;
  const std::string path = folder.write("users", "joe:1\n");
  PasswordFileEditor editor(path);
  REQUIRE(editor.load() == "");
  REQUIRE(editor.erase("joe"));
  CHECK(folder.read("users") == "joe:1\n");
  // In the way of the replacement: a directory that is not empty.
  REQUIRE(::unlink(path.c_str()) == 0);
  REQUIRE(::mkdir(path.c_str(), 0700) == 0);
  folder.write("users/file", "");
  CHECK(editor.save() == "cannot replace '" + path + "': Is a directory");
  CHECK(folder.files() == 1);
}

TEST_CASE("what cannot be read is not replaced") {
  const TemporaryFolder folder;
  CHECK(PasswordFileEditor(folder.path("")).load().ends_with("Is a directory"));
  CHECK(PasswordFileEditor("/dev/null").load() == "'/dev/null' is not a regular file");
  PasswordFileEditor editor(folder.path("none/users"));
  REQUIRE(editor.load() == "");
  CHECK(editor.save() ==
        "cannot write in '" + folder.path("none") + "': No such file or directory");
}

TEST_CASE("a name that could not be read again is refused") {
  for (const auto* user : {"", "#joe", "a:b", "a\nb", "a\tb", " joe", "joe ", "\x7F"}) {
    CAPTURE(user);
    CHECK_FALSE(user_fault(user).empty());
  }
  for (const auto* user : {"joe", "two words", "j#e", "\xC3\xA9", "$7$", "a@b/c"}) {
    CAPTURE(user);
    CHECK(user_fault(user).empty());
  }
}
