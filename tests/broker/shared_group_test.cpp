// Shared subscriptions, section 4.8.2.
#include <mqrig/broker/shared_group.hpp>

#include <doctest/doctest.h>

#include <memory>

#include <mqrig/broker/acl.hpp>
#include <mqrig/broker/session.hpp>
#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using wire::PropertyId;
using wire::QoS;

namespace {

MqttPeer& member(BrokerRig& rig, std::string_view id, QoS qos = QoS::at_least_once) {
  MqttPeer& peer = rig.connect(id);
  peer.subscribe("$share/g/t", qos);
  rig.settle();
  peer.received();
  return peer;
}

void publish(BrokerRig& rig, MqttPeer& publisher, int count, QoS qos = QoS::at_least_once) {
  for (int i = 1; i <= count; ++i) {
    publisher.publish(
        "t", std::to_string(i), qos,
        qos == QoS::at_most_once ? wire::PacketId{0} : static_cast<wire::PacketId>(i));
  }
  rig.settle();
}

}  // namespace

TEST_CASE("groups of one filter and different names are different, and empty ones are gone") {
  broker::TopicTree tree;
  broker::SharedGroups groups(tree);
  const session::ExchangeSettings exchange;
  broker::Session a("a", exchange);
  broker::Session b("b", exchange);
  CHECK(groups.subscribe("$share/x/t/#", a, {}));
  CHECK_FALSE(groups.subscribe("$share/x/t/#", a, {.qos = QoS::at_least_once}));
  CHECK(groups.subscribe("$share/x/t/#", b, {}));
  CHECK(groups.subscribe("$share/y/t/#", a, {}));
  CHECK(groups.size() == 2);
  CHECK(groups.memberships() == 3);
  CHECK(tree.size() == 2);
  CHECK(groups.count(a) == 2);
  CHECK(groups.find("$share/x/t/#", a)->options.qos == QoS::at_least_once);
  CHECK(groups.find("$share/y/t/#", b) == nullptr);
  CHECK(groups.unsubscribe("$share/x/t/#", b));
  CHECK_FALSE(groups.unsubscribe("$share/x/t/#", b));
  CHECK_FALSE(groups.unsubscribe("$share/z/t/#", b));
  groups.leave_all(a);
  CHECK(groups.size() == 0);
  CHECK(groups.memberships() == 0);
  CHECK(tree.size() == 0);
}

TEST_CASE("each message goes to one member, in turn [MQTT-4.8.2-4]") {
  BrokerRig rig;
  MqttPeer& a = member(rig, "a");
  MqttPeer& b = member(rig, "b");
  MqttPeer& c = member(rig, "c");
  MqttPeer& publisher = rig.connect("publisher");
  publish(rig, publisher, 300, QoS::at_most_once);
  for (const MqttPeer* peer : {&a, &b, &c}) CHECK(peer->messages() == 100);
}

TEST_CASE("each member gets it at its own QoS and with its own identifier [MQTT-4.8.2-3]") {
  BrokerRig rig;
  MqttPeer& peer = rig.connect("a");
  const OwnedProperties identifier{{PropertyId::subscription_identifier, 5}};
  peer.subscribe({{.filter = "$share/g/t", .qos = QoS::at_least_once}}, identifier);
  peer.subscribe("t");
  rig.settle();
  peer.received();
  MqttPeer& publisher = rig.connect("publisher");
  publisher.publish("t", "x", QoS::exactly_once, 1);
  rig.settle();
  // A subscription of its own is another one.
  CHECK(peer.received() ==
        Lines{"PUBLISH q0 t=t p=x", "PUBLISH q1 id=1 t=t p=x {subscription-identifier=5}"});
}

TEST_CASE("a busy member is passed over") {
  BrokerRig rig;
  wire::Connect connect;
  const OwnedProperties one{{PropertyId::receive_maximum, 1}};
  connect.client_id = "busy";
  connect.properties = one;
  MqttPeer& busy = rig.connect(connect);
  busy.subscribe("$share/g/t", QoS::at_least_once);
  rig.settle();
  MqttPeer& idle = member(rig, "idle");
  MqttPeer& publisher = rig.connect("publisher");
  publish(rig, publisher, 10);
  CHECK(busy.messages() == 1);
  CHECK(idle.messages() == 9);
}

TEST_CASE(
    "QoS 1 that a member leaves unacknowledged goes to another one, QoS 2 does not "
    "[MQTT-4.8.2-5] [MQTT-4.8.2-6]") {
  for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
    BrokerRig rig;
    MqttPeer& leaves = member(rig, "leaves", qos);
    MqttPeer& publisher = rig.connect("publisher");
    publish(rig, publisher, 3, qos);
    MqttPeer& stays = member(rig, "stays", qos);
    leaves.cut();
    rig.settle();
    CHECK(stays.messages() == (qos == QoS::at_least_once ? 3U : 0U));
    CHECK(rig.broker->statistics().queued_now == 0);
  }
}

TEST_CASE("what waits for a member at any QoS goes to another one when its session ends") {
  for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
    BrokerRig rig;
    MqttPeer& leaves = rig.connect_to_stay("leaves");
    leaves.subscribe("$share/g/t", qos);
    rig.settle();
    leaves.disconnect();
    rig.settle();
    MqttPeer& publisher = rig.connect("publisher");
    publish(rig, publisher, 3, qos);
    CHECK(rig.broker->statistics().queued_now == 3);
    MqttPeer& stays = member(rig, "stays", qos);
    // While the session lives, they are its own.
    CHECK(stays.messages() == 0);
    rig.connect_to_stay("leaves", true);
    rig.settle();
    Lines lines = stays.received();
    REQUIRE(lines.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(lines[i].ends_with("p=" + std::to_string(i + 1)));
    CHECK(rig.broker->statistics().queued_now == 0);
  }
}

TEST_CASE("members that end one after the other hand on, until nobody is left") {
  BrokerRig rig;
  std::vector<MqttPeer*> members;
  for (int i = 0; i < 5; ++i) members.push_back(&member(rig, "m" + std::to_string(i)));
  MqttPeer& publisher = rig.connect("publisher");
  publish(rig, publisher, 10);
  for (std::size_t i = 0; i + 1 < members.size(); ++i) {
    members[i]->cut();
    rig.settle();
  }
  CHECK(members.back()->messages() == 10);
  members.back()->cut();
  rig.settle();
  CHECK(rig.broker->statistics().shared_now == 0);
  CHECK(rig.broker->statistics().queued_now == 0);
  MqttPeer& late = member(rig, "late");
  publish(rig, publisher, 1);
  CHECK(late.messages() == 1);
}

TEST_CASE("a member who is away and was granted QoS 0 gets nothing while others can wait") {
  BrokerRig rig;
  for (const auto& [id, qos] :
       {std::pair{"zero", QoS::at_most_once}, std::pair{"one", QoS::at_least_once}}) {
    MqttPeer& peer = rig.connect_to_stay(id);
    peer.subscribe("$share/g/t", qos);
    rig.settle();
    peer.disconnect();
    rig.settle();
  }
  MqttPeer& publisher = rig.connect("publisher");
  publish(rig, publisher, 4);
  CHECK(rig.broker->statistics().queued_now == 4);
}

TEST_CASE("a member who may not read the topic is passed over") {
  BrokerRig rig;
  std::string error;
  const auto acl =
      broker::Acl::parse("topic #\nuser mute\ntopic write #\ntopic read other\n", error);
  REQUIRE(acl.has_value());
  rig.broker->set_acl(std::make_shared<const broker::Acl>(*acl));
  wire::Connect connect;
  connect.client_id = "mute";
  connect.user_name = "mute";
  MqttPeer& mute = rig.connect(connect);
  mute.subscribe("$share/g/+", QoS::at_least_once);
  MqttPeer& reader = rig.connect("reader");
  reader.subscribe("$share/g/+", QoS::at_least_once);
  rig.settle();
  MqttPeer& publisher = rig.connect("publisher");
  publish(rig, publisher, 6);
  CHECK(mute.messages() == 0);
  CHECK(reader.messages() == 6);
}
