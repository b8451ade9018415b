#include <mqrig/bridge/loop_path.hpp>

#include <doctest/doctest.h>

using mqrig::bridge::LoopPath;
using mqrig::wire::PropertyId;
using mqrig::wire::PropertyWriter;

TEST_CASE("a path tells where a message has been") {
  PropertyWriter properties;
  properties.add(PropertyId::user_property, "mqrig-path", "edge site");
  LoopPath path;
  path.read(properties.view());
  CHECK(path.size() == 2);
  CHECK(path.contains("edge"));
  CHECK(path.contains("site"));
  CHECK_FALSE(path.contains("sit"));
  CHECK_FALSE(path.contains("edge site"));
  path.append("cloud");
  CHECK(path.text() == "edge site cloud");
}

TEST_CASE("a message without a path has been nowhere") {
  PropertyWriter properties;
  properties.add(PropertyId::user_property, "path", "edge");
  properties.add(PropertyId::content_type, "mqrig-path");
  LoopPath path;
  path.append("of the message before");
  path.read(properties.view());
  CHECK(path.size() == 0);
  CHECK_FALSE(path.contains("edge"));
  CHECK_FALSE(path.contains(""));
  path.append("edge");
  CHECK(path.text() == "edge");
}

TEST_CASE("several paths of one message all count, whatever spaces they hold") {
  PropertyWriter properties;
  properties.add(PropertyId::user_property, "mqrig-path", "  a  b ");
  properties.add(PropertyId::user_property, "mqrig-path", "");
  properties.add(PropertyId::user_property, "mqrig-path", "c");
  LoopPath path;
  path.read(properties.view());
  CHECK(path.size() == 3);
  CHECK(path.contains("b"));
  CHECK(path.contains("c"));
}
