#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <mqrig/net/descriptor_stream.hpp>
#include <mqrig/net/error.hpp>

#include "tests/net/listener.hpp"
#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

struct Fixture {
  asio::io_context context;
  ScratchDirectory directory;
  std::error_code error;

  std::unique_ptr<Stream> input(const Descriptor& from) {
    auto stream = open_input(context, from.number, error);
    REQUIRE_MESSAGE(stream, error.message());
    return stream;
  }
  std::unique_ptr<Stream> output(const Descriptor& to) {
    auto stream = open_output(context, to.number, error);
    REQUIRE_MESSAGE(stream, error.message());
    return stream;
  }
  std::string read_all(const Descriptor& from) {
    const auto stream = input(from);
    Reader reader(*stream);
    run_until(context, [&] { return bool(reader.error); });
    CHECK(reader.error == Error::end_of_stream);
    return reader.text;
  }
};

struct Pipe {
  Descriptor read_end, write_end;
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    read_end = Descriptor(ends[0]);
    write_end = Descriptor(ends[1]);
  }
};

// A terminal that passes bytes through unchanged.
struct Terminal {
  Descriptor master, slave;
  Terminal() {
    int ends[2];
    termios raw{};
    ::cfmakeraw(&raw);
    REQUIRE(::openpty(&ends[0], &ends[1], nullptr, &raw, nullptr) == 0);
    master = Descriptor(ends[0]);
    slave = Descriptor(ends[1]);
  }
};

Descriptor open_file(const std::filesystem::path& path, int flags) {
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  REQUIRE(file.number >= 0);
  return file;
}

bool blocks(const Descriptor& descriptor) {
  return (::fcntl(descriptor.number, F_GETFL) & O_NONBLOCK) == 0;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a regular file is written and read from where it stands") {
  const auto path = directory.path / "file";
  const std::string text = pattern(300'000);
  {
    const Descriptor file = open_file(path, O_WRONLY | O_CREAT);
    REQUIRE(::write(file.number, "head", 4) == 4);
    const auto stream = output(file);
    CHECK(stream->description() == "descriptor " + std::to_string(file.number) + " (file)");
    Writer writer(*stream, text);
    run_until(context, [&] { return writer.done(); });
    CHECK_FALSE(writer.error);
    CHECK(blocks(file));
  }
  CHECK((content(path) == "head" + text));
  const Descriptor file = open_file(path, O_RDONLY);
  REQUIRE(::lseek(file.number, 4, SEEK_SET) == 4);
  CHECK((read_all(file) == text));
}

TEST_CASE_FIXTURE(Fixture, "appending to a file keeps its flag") {
  const auto path = directory.path / "log";
  const Descriptor file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
  const auto stream = output(file);
  std::ofstream(path) << "other\n";
  CHECK(stream->write_some(bytes("ours\n")).count == 5);
  CHECK(content(path) == "other\nours\n");
}

TEST_CASE_FIXTURE(Fixture, "devices that never wait are always ready") {
  Recorder recorder;
  std::uint8_t buffer[100];
  SUBCASE("/dev/null reads as the end") {
    CHECK(read_all(open_file("/dev/null", O_RDONLY)).empty());
  }
  SUBCASE("/dev/null takes everything") {
    const Descriptor device = open_file("/dev/null", O_WRONLY);
    const auto stream = output(device);
    stream->set_handler(&recorder);
    stream->wait_writable();
    run_until(context, [&] { return recorder.writable == 1; });
    CHECK(stream->write_some(bytes("abc")).count == 3);
    CHECK(stream->description().ends_with("(device)"));
  }
  SUBCASE("/dev/zero") {
    const Descriptor device = open_file("/dev/zero", O_RDONLY);
    const auto stream = input(device);
    stream->set_handler(&recorder);
    stream->wait_readable();
    run_until(context, [&] { return recorder.readable == 1; });
    CHECK(stream->read_some(buffer).count == sizeof buffer);
  }
  SUBCASE("/dev/full reports that it is full") {
    const Descriptor device = open_file("/dev/full", O_WRONLY);
    const auto stream = output(device);
    CHECK(stream->write_some(bytes("abc")).error == std::errc::no_space_on_device);
  }
}

TEST_CASE_FIXTURE(Fixture, "a pipe is read to its end") {
  Pipe pipe;
  SUBCASE("bytes first") {
    REQUIRE(::write(pipe.write_end.number, "line\n", 5) == 5);
    pipe.write_end.reset();
    CHECK(read_all(pipe.read_end) == "line\n");
  }
  SUBCASE("ended before it was opened") {
    pipe.write_end.reset();
    CHECK(read_all(pipe.read_end).empty());
  }
  SUBCASE("ended while waiting") {
    const auto stream = input(pipe.read_end);
    Reader reader(*stream);
    run_ready(context);
    CHECK_FALSE(reader.error);
    pipe.write_end.reset();
    run_until(context, [&] { return bool(reader.error); });
    CHECK(reader.error == Error::end_of_stream);
  }
}

TEST_CASE_FIXTURE(Fixture, "a FIFO whose writer has left before it was opened is read to its end") {
  const auto path = directory.path / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const Descriptor reader = open_file(path, O_RDONLY | O_NONBLOCK);
  REQUIRE(::fcntl(reader.number, F_SETFL, 0) == 0);
  Descriptor writer = open_file(path, O_WRONLY);
  SUBCASE("empty") {}
  SUBCASE("with bytes") {
    REQUIRE(::write(writer.number, "x", 1) == 1);
  }
  writer.reset();
  const std::string text = read_all(reader);
  CHECK(text.size() <= 1);
  CHECK(blocks(reader));
}

TEST_CASE_FIXTURE(Fixture, "a stalled reader of a pipe does not block the event loop") {
  Pipe pipe;
  const auto stream = output(pipe.write_end);
  Recorder recorder;
  stream->set_handler(&recorder);
  const std::string text = pattern(100'000);
  std::size_t written = 0;
  for (;;) {
    const IoResult result = stream->write_some(bytes(text));
    REQUIRE_FALSE(result.error);
    written += result.count;
    if (result.count == 0) break;
  }
  stream->wait_writable();
  run_ready(context);
  CHECK(recorder.writable == 0);
  CHECK(blocks(pipe.write_end));
  std::string drained(written, '\0');
  CHECK(::read(pipe.read_end.number, drained.data(), written) > 0);
  run_until(context, [&] { return recorder.writable == 1; });
  CHECK(stream->write_some(bytes(text)).count > 0);
}

TEST_CASE_FIXTURE(Fixture, "writing to a pipe that nobody reads is an error, not a signal") {
  Pipe pipe;
  SUBCASE("the reader left after the opening") {
    const auto stream = output(pipe.write_end);
    Recorder recorder;
    stream->set_handler(&recorder);
    pipe.read_end.reset();
    stream->wait_writable();
    run_until(context, [&] { return recorder.writable == 1; });
    CHECK(stream->write_some(bytes("x")).error == std::errc::broken_pipe);
  }
  SUBCASE("the reader left before it") {
    pipe.read_end.reset();
    const auto stream = output(pipe.write_end);
    CHECK(stream->write_some(bytes("x")).error == std::errc::broken_pipe);
  }
}

TEST_CASE_FIXTURE(Fixture, "an inherited socket is used without changing it") {
  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  Descriptor ours(sockets[0]), theirs(sockets[1]);
  SUBCASE("reading") {
    const auto stream = input(ours);
    Reader reader(*stream);
    run_ready(context);
    CHECK(blocks(ours));
    REQUIRE(::write(theirs.number, "abc", 3) == 3);
    run_until(context, [&] { return reader.text == "abc"; });
    theirs.reset();
    run_until(context, [&] { return bool(reader.error); });
    CHECK(reader.error == Error::end_of_stream);
  }
  SUBCASE("writing, with a reader that stalls") {
    const auto stream = output(ours);
    CHECK(stream->description().ends_with("(socket)"));
    const std::string text = pattern(3'000'000);
    Writer writer(*stream, text);
    run_ready(context);
    CHECK_FALSE(writer.done());
    CHECK(blocks(ours));
    const auto other_end = input(theirs);
    Reader reader(*other_end);
    run_until(context, [&] { return reader.text.size() == text.size(); });
    CHECK((reader.text == text));
    theirs.reset();
  }
}

TEST_CASE_FIXTURE(Fixture, "a terminal is read and written, and keeps blocking for the others") {
  const Terminal terminal;
  const auto in = input(terminal.slave);
  const auto out = output(terminal.slave);
  CHECK(in->description().ends_with("(terminal)"));
  Reader reader(*in);
  run_ready(context);
  REQUIRE(::write(terminal.master.number, "typed", 5) == 5);
  run_until(context, [&] { return reader.text == "typed"; });
  CHECK(out->write_some(bytes("shown")).count == 5);
  char shown[5];
  CHECK(::read(terminal.master.number, shown, 5) == 5);
  CHECK(blocks(terminal.slave));
}

TEST_CASE_FIXTURE(Fixture, "what cannot be opened again is made to block again at the end") {
  const Terminal terminal;
  auto in = input(terminal.master);
  auto reader = std::make_unique<Reader>(*in);
  REQUIRE(::write(terminal.slave.number, "output", 6) == 6);
  run_until(context, [&] { return reader->text == "output"; });
  CHECK_FALSE(blocks(terminal.master));
  SUBCASE("closed") {
    in->close();
  }
  SUBCASE("destroyed") {
    in.reset();
  }
  CHECK(blocks(terminal.master));
}

TEST_CASE_FIXTURE(Fixture, "the given descriptor stays open and its direction is checked") {
  Pipe pipe;
  output(pipe.write_end).reset();
  CHECK(::write(pipe.write_end.number, "x", 1) == 1);
  CHECK(open_output(context, pipe.read_end.number, error) == nullptr);
  CHECK(error == std::errc::bad_file_descriptor);
  CHECK(open_input(context, pipe.write_end.number, error) == nullptr);
  CHECK(error == std::errc::bad_file_descriptor);
  CHECK(open_input(context, -1, error) == nullptr);
  CHECK(error == std::errc::bad_file_descriptor);
}

TEST_CASE_FIXTURE(Fixture, "a directory as input is an error at the first read") {
  const Descriptor file = open_file(directory.path, O_RDONLY);
  const auto stream = input(file);
  std::uint8_t buffer[8];
  CHECK(stream->read_some(buffer).error == std::errc::is_a_directory);
}

TEST_CASE_FIXTURE(Fixture, "no descriptor is left behind") {
  const auto count = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  Pipe pipe;
  const Terminal terminal;
  const Descriptor file = open_file(directory.path / "f", O_RDWR | O_CREAT);
  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  const Descriptor ours(sockets[0]), theirs(sockets[1]);
  input(ours).reset();  // the event loop opens its own when it is first used
  const auto before = count();
  const Descriptor* const all[] = {&pipe.read_end, &terminal.slave, &terminal.master, &file, &ours};
  for (const Descriptor* from : all) {
    const auto stream = input(*from);
    Recorder recorder;
    stream->set_handler(&recorder);
    stream->wait_readable();
  }
  run_ready(context);
  CHECK(count() == before);
}

}  // namespace mqrig::net::tests
