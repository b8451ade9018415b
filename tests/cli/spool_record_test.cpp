// Messages of a spool as JSON lines, there and back.
#include <doctest/doctest.h>

#include "apps/mqrig/spool/record_reader.hpp"
#include "apps/mqrig/spool/record_writer.hpp"
#include "apps/mqrig/spool/utc_time.hpp"

using namespace mqrig;
using namespace mqrig::spool;

namespace {

constexpr std::int64_t now = 1'790'000'000'000;

std::string fault(std::string_view line) {
  RecordReader reader;
  return reader.read(line, now) ? "no fault" : reader.error();
}

}  // namespace

TEST_CASE("a record that is read back is the same message") {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::user_property, "k", "v");
  store::SpooledMessage message;
  message.publish.topic = "a/b";
  message.publish.payload = wire::as_bytes(std::string_view("\0\xFF", 2));
  message.publish.qos = wire::QoS::exactly_once;
  message.publish.retain = true;
  message.publish.properties = properties.view();
  message.received_at = now + 123;
  message.expires_at = now + 60'123;
  message.batch = {store::Batch::Format::lines, 10, 200};

  wire::Buffer out;
  RecordWriter().write(out, "q", store::RefusedMessage{message, "why", now});
  const std::string line(wire::as_text(out.view()));
  CHECK(line.ends_with("}\n"));
  RecordReader reader;
  REQUIRE(reader.read(line, 0));
  const store::SpooledMessage& read = reader.message();
  CHECK(read.publish.topic == "a/b");
  CHECK(wire::as_text(read.publish.payload) == wire::as_text(message.publish.payload));
  CHECK(read.publish.qos == wire::QoS::exactly_once);
  CHECK(read.publish.retain);
  CHECK(wire::as_text(read.publish.properties.encoded()) ==
        wire::as_text(properties.view().encoded()));
  CHECK(read.received_at == message.received_at);
  CHECK(read.expires_at == message.expires_at);
  CHECK(read.batch == message.batch);
  CHECK(reader.queue() == "q");
  REQUIRE(reader.refusal());
  CHECK(reader.refusal()->reason == "why");
  CHECK(reader.refusal()->refused_at == now);
}

TEST_CASE("a line without times has just come") {
  RecordReader reader;
  REQUIRE(reader.read(R"({"topic":"t","payload":"x","props":{"expiry":60}})", now));
  CHECK(reader.message().received_at == now);
  CHECK(reader.message().expires_at == now + 60'000);
  CHECK_FALSE(reader.queue().has_value());
  CHECK_FALSE(reader.refusal().has_value());
}

TEST_CASE("a key of ours that makes no sense is named") {
  CHECK(fault(R"({"topic":"t"})") == "“payload” is missing");
  CHECK(fault(R"({"topic":"t","payload":"","queue":7})") == "“queue” must be a name, not 7");
  CHECK(fault(R"({"topic":"t","payload":"","batch":{"count":-1}})") ==
        "“count” of “batch” must be a whole number, not -1");
  CHECK(fault(R"({"topic":"t","payload":"","expires":"soon"})") ==
        "“expires” must be a time such as \"2026-11-22T06:30:00Z\", not \"soon\"");
}

TEST_CASE("times are read as they are written") {
  for (const std::int64_t time : {std::int64_t{0}, now, now + 1, std::int64_t{951'782'400'999}}) {
    CHECK(parse_utc_time(utc_time(time)) == time);
  }
  CHECK(utc_time(now + 7) == "2026-09-21T14:13:20.007Z");
  CHECK(parse_utc_time("2026-09-21T14:13:20Z") == now);
  CHECK(parse_utc_time("2026-09-21T14:13:20.0071234Z") == now + 7);
  CHECK(parse_utc_time("2026-09-21T14:13:20.1Z") == now + 100);
  for (const std::string_view text :
       {"", "2026-09-21", "2026-09-21T14:13:20", "2026-09-21T14:13:20.Z", "2026-09-21 14:13:20Z",
        "2026-13-21T14:13:20Z", "2026-02-30T14:13:20Z", "2026-09-21T24:13:20Z",
        "2026-09-21T14:13:-1Z", "2026-09-21T14:13:20.1xZ", "2026-09-21T14:13:20+01"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_utc_time(text).has_value());
  }
}
