#include <doctest/doctest.h>

#include <tests/bridge/outcomes.hpp>

using namespace mqrig;
using namespace mqrig::bridge;
using test::link_of;
using test::message;
using test::rule_for;
using wire::PropertyId;
using wire::Version;
using Lines = std::vector<std::string>;

namespace {

// A message that has come along `path`, sent from "here" to "there".
struct Sent {
  Sent(const LinkSettings& link, const std::string& path) {
    wire::PropertyWriter properties;
    if (!path.empty()) properties.add(PropertyId::user_property, "mqrig-path", path);
    wire::Publish publish = message("a");
    publish.properties = properties.view();
    Forwarder forwarder(link, Side::local, "here", "there");
    forwarder.forward(publish, Version::mqtt_5, sink);
  }
  test::Outcomes sink;
};

}  // namespace

TEST_CASE("a message takes along where it has been") {
  const LinkSettings link = link_of({rule_for({"a"})});
  CHECK(Sent(link, "").sink.properties == "mqrig-path=here");
  CHECK(Sent(link, "edge plant").sink.properties == "mqrig-path=edge plant here");
}

TEST_CASE("a message that was at the target does not go there again") {
  const LinkSettings link = link_of({rule_for({"a"})});
  CHECK(Sent(link, "there").sink.lines == Lines{"dropped: looped"});
  CHECK(Sent(link, "edge there plant").sink.lines == Lines{"dropped: looped"});
  CHECK(Sent(link, "thereabouts").sink.lines == Lines{"a x"});
}

TEST_CASE("one that comes round by a bridge that has another name for the target ends there") {
  const LinkSettings link = link_of({rule_for({"a"})});
  CHECK(Sent(link, "here elsewhere").sink.lines == Lines{"dropped: returned"});
}

TEST_CASE("a message passes so many bridges, one by rules of both directions") {
  LinkSettings link = link_of({rule_for({"a"}, Direction::both)});
  CHECK(Sent(link, "").sink.lines == Lines{"a x"});
  CHECK(Sent(link, "1").sink.lines == Lines{"dropped: hops"});
  link.rules[0].direction = Direction::out;
  CHECK(Sent(link, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15").sink.lines == Lines{"a x"});
  CHECK(Sent(link, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16").sink.lines == Lines{"dropped: hops"});
  link.max_hops = 2;
  CHECK(Sent(link, "1").sink.lines == Lines{"a x"});
  CHECK(Sent(link, "1 2").sink.lines == Lines{"dropped: hops"});
}

TEST_CASE("a path that would not fit into a property has been too far") {
  LinkSettings link = link_of({rule_for({"a"})});
  CHECK(Sent(link, std::string(65'531, 'p')).sink.lines == Lines{"dropped: hops"});
  CHECK(Sent(link, std::string(65'530, 'p')).sink.lines == Lines{"a x"});
}

TEST_CASE("rules about properties do not touch the path") {
  LinkSettings link = link_of({rule_for({"a"})});
  link.rules[0].pass_properties = false;
  CHECK(Sent(link, "edge").sink.properties == "mqrig-path=edge here");
}

TEST_CASE("without loop prevention a path is a property as others") {
  LinkSettings link = link_of({rule_for({"a"})});
  link.loop_prevention = false;
  CHECK(Sent(link, "").sink.properties.empty());
  CHECK(Sent(link, "there").sink.properties == "mqrig-path=there");
}

TEST_CASE("a target below 5.0 gets no path, but loops are found by one that came") {
  LinkSettings link = link_of({rule_for({"a"})});
  link.remote.client.version = Version::mqtt_3_1_1;
  CHECK(Sent(link, "").sink.properties.empty());
  CHECK(Sent(link, "there").sink.lines == Lines{"dropped: looped"});
}
