#include <mqrig/wire/buffer.hpp>

#include <string>

#include <doctest/doctest.h>

using namespace mqrig::wire;

namespace {
std::string content(const Buffer& buffer) {
  return std::string(as_text(buffer.view()));
}
}  // namespace

TEST_CASE("a new buffer owns no memory") {
  Buffer buffer;
  CHECK(buffer.empty());
  CHECK(buffer.capacity() == 0);
  buffer.append({});
  CHECK(buffer.capacity() == 0);
}

TEST_CASE("bytes are taken in the order in which they were appended") {
  Buffer buffer;
  buffer.append(as_bytes("hello "));
  buffer.append(as_bytes("world"));
  CHECK(content(buffer) == "hello world");
  buffer.consume(6);
  CHECK(content(buffer) == "world");
  buffer.append(as_bytes("s"));
  CHECK(content(buffer) == "worlds");
}

TEST_CASE("prepared bytes count after commit only") {
  Buffer buffer;
  std::uint8_t* at = buffer.prepare(4);
  at[0] = 'x';
  CHECK(buffer.empty());
  buffer.commit(1);
  CHECK(content(buffer) == "x");
}

TEST_CASE("truncate takes back what was appended, behind consumed bytes too") {
  Buffer buffer;
  buffer.append(as_bytes("abcdef"));
  buffer.consume(2);
  buffer.append(as_bytes("ghi"));
  buffer.truncate(4);
  CHECK(content(buffer) == "cdef");
  buffer.truncate(0);
  CHECK(buffer.empty());
}

TEST_CASE("an emptied buffer starts again at its front") {
  Buffer buffer;
  buffer.append(as_bytes("abc"));
  const std::uint8_t* front = buffer.data();
  buffer.consume(3);
  buffer.append(as_bytes("d"));
  CHECK(buffer.data() == front);
}

TEST_CASE("a queue of steady length stops growing") {
  Buffer buffer;
  const std::string chunk(100, 'c');
  for (int i = 0; i < 5; ++i) buffer.append(as_bytes(chunk));
  std::size_t warmed = 0;
  for (int i = 0; i < 1000; ++i) {
    buffer.append(as_bytes(chunk));
    buffer.consume(chunk.size());
    if (i == 100) warmed = buffer.capacity();
  }
  CHECK(buffer.capacity() == warmed);
  CHECK(buffer.size() == 500);
  CHECK(content(buffer) == std::string(500, 'c'));
}

TEST_CASE("content survives growth from every offset") {
  for (std::size_t offset = 0; offset < 300; offset += 7) {
    Buffer buffer;
    buffer.append(as_bytes(std::string(offset, 'x') + "kept"));
    buffer.consume(offset);
    buffer.append(as_bytes(std::string(1000, 'y')));
    CHECK(content(buffer) == "kept" + std::string(1000, 'y'));
  }
}

TEST_CASE("release gives the memory back and the buffer can be used again") {
  Buffer buffer;
  buffer.append(as_bytes("abc"));
  buffer.release();
  CHECK(buffer.capacity() == 0);
  CHECK(buffer.empty());
  buffer.append(as_bytes("d"));
  CHECK(content(buffer) == "d");
}

TEST_CASE("moving leaves an empty buffer behind") {
  Buffer source;
  source.append(as_bytes("abc"));
  Buffer target(std::move(source));
  CHECK(content(target) == "abc");
  source = Buffer();
  CHECK(source.empty());
  CHECK(source.capacity() == 0);
  source = std::move(target);
  CHECK(content(source) == "abc");
}
