#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <mqrig/payload/message_reader.hpp>

using namespace mqrig;
using namespace mqrig::payload;
using namespace std::string_view_literals;

namespace {

wire::Publish with_topic(std::string_view topic) {
  wire::Publish publish;
  publish.topic = topic;
  return publish;
}

// "number topic payload", or "number! error".
std::string shown(const MessageReader& reader, ReadStatus status) {
  const std::string number = std::to_string(reader.number());
  if (status != ReadStatus::message) return number + "! " + reader.error();
  const wire::Publish& message = reader.message();
  return number + " " + std::string(message.topic) + " " +
         std::string(wire::as_text(message.payload));
}

std::vector<std::string> read(MessageReader& reader, std::string_view input, std::size_t block) {
  std::vector<std::string> found;
  const auto drain = [&] {
    for (;;) {
      const ReadStatus status = reader.next();
      if (status == ReadStatus::need_more || status == ReadStatus::end) return status;
      found.push_back(shown(reader, status));
    }
  };
  for (std::size_t at = 0; at < input.size(); at += block) {
    reader.feed(input.substr(at, block));
    CHECK(drain() == ReadStatus::need_more);
  }
  reader.end();
  CHECK(drain() == ReadStatus::end);
  return found;
}

std::vector<std::string> read(RecordKind kind, std::string_view topic, std::string_view separator,
                              std::string_view input, std::size_t block = 1000) {
  MessageReader reader(kind, with_topic(topic), separator);
  return read(reader, input, block);
}

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("lines are numbered payloads, the last one with or without its line end") {
  const Found expected{"1 t one", "2 t ", "3 t two"};
  for (std::size_t block = 1; block <= 8; ++block) {
    CHECK(read(RecordKind::lines, "t", "", "one\n\ntwo", block) == expected);
    CHECK(read(RecordKind::lines, "t", "", "one\n\ntwo\n", block) == expected);
  }
}

TEST_CASE("no input is no message") {
  CHECK(read(RecordKind::lines, "t", "", "").empty());
  CHECK(read(RecordKind::json_lines, "t", "", "").empty());
}

TEST_CASE("records that end with NUL keep their line ends") {
  CHECK(read(RecordKind::null_records, "t", "", "a\nb\0\0c\0"sv) ==
        Found{"1 t a\nb", "2 t ", "3 t c"});
}

TEST_CASE("a record brings its topic in front of the separator") {
  CHECK(read(RecordKind::lines, "", ": ", "a/b: x: y\nc: \n") == Found{"1 a/b x: y", "2 c "});
}

TEST_CASE("a topic of the defaults goes in front of the record's own") {
  CHECK(read(RecordKind::lines, "home", "=", "lamp=on\ndoor/1=open\n") ==
        Found{"1 home/lamp on", "2 home/door/1 open"});
}

TEST_CASE("a record without separator or with an invalid topic is named, and the next one read") {
  const Found found = read(RecordKind::lines, "", "=", "none\na/#=x\n=x\nok=x\n");
  REQUIRE(found.size() == 4);
  CHECK(found[0] == "1! the topic separator is missing");
  CHECK(found[1].starts_with("2! invalid topic: "));
  CHECK(found[2].starts_with("3! invalid topic: "));
  CHECK(found[3] == "4 ok x");
}

TEST_CASE("JSON lines are messages, blank lines count but say nothing") {
  const Found found = read(RecordKind::json_lines, "t", "",
                           "{\"payload\":\"x\"}\n \n{\"topic\":\"u\",\"payload\":1}\n{\n\r\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0] == "1 t x");
  CHECK(found[1] == "3 u 1");
  CHECK(found[2].starts_with("4! "));
}

TEST_CASE("the defaults give QoS, retain and properties to plain records") {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::content_type, "text/plain");
  wire::Publish defaults = with_topic("t");
  defaults.qos = wire::QoS::exactly_once;
  defaults.retain = true;
  defaults.properties = properties.view();
  MessageReader reader(RecordKind::lines, defaults, "");
  reader.feed("x\n");
  REQUIRE(reader.next() == ReadStatus::message);
  CHECK(reader.message().qos == wire::QoS::exactly_once);
  CHECK(reader.message().retain);
  CHECK(reader.message().properties.text(wire::PropertyId::content_type) == "text/plain");
}
