"""Retained messages: what a broker keeps, and whom it sends them to."""

import harness
import mqtt
from mqtt import V31, V311, V5
from server_test_case import ServerTest, in_versions

AS_PUBLISHED = 8
ALWAYS, IF_NEW, NEVER = 0x00, 0x10, 0x20  # retain handling


class Retained(ServerTest):
    def retain(self, name, payload, qos=1, version=V5, **props):
        self.client("pub", version).publish(self.topic(name), payload, qos, retain=True, **props)

    def late(self, *filters, version=V5, options=2):
        return self.subscriber(*filters, name="late", version=version, options=options)

    @in_versions()
    def test_the_last_one_is_sent_to_a_new_subscription(self, version):
        """With RETAIN set, at the lesser QoS. [MQTT-3.3.1-5] [MQTT-3.3.1-9] [MQTT-3.8.4-8] [MQTT-3.3.1-5 of 3.1.1]
        [MQTT-3.3.1-6 of 3.1.1] [MQTT-3.3.1-7 of 3.1.1] [MQTT-3.3.1-8 of 3.1.1]"""
        for qos in range(3):
            self.retain("a", b"old", 2, version)
            self.retain("a", b"new", qos, version)
            for granted in range(3):
                seen = self.late(self.topic("a"), version=version, options=granted)
                found = seen.message()
                self.assertEqual((self.topic("a"), b"new", min(qos, granted), True, False),
                                 (found.topic, found.payload, found.qos, found.retain, found.dup))
                self.expect_nothing(seen)

    @in_versions()
    def test_each_topic_that_the_filter_matches_has_one(self, version):
        """[MQTT-3.3.1-9] [MQTT-3.3.1-6 of 3.1.1]"""
        for name in ("a", "a/b", "a/b/c", "x/b"):
            self.retain(name, name.encode(), 1, version)
        for filter, names in (("#", ["a", "a/b", "a/b/c", "x/b"]), ("a/#", ["a", "a/b", "a/b/c"]), ("+", ["a"]),
                              ("+/b", ["a/b", "x/b"]), ("+/b/#", ["a/b", "a/b/c", "x/b"]), ("x", [])):
            seen = self.late(self.topic(filter), version=version)
            self.assertEqual(sorted(names), sorted(one.payload.decode() for one in seen.messages(len(names))), filter)
            self.expect_nothing(seen)

    @in_versions()
    def test_it_reaches_established_subscriptions_without_the_flag(self, version):
        """[MQTT-3.3.1-12] [MQTT-3.3.1-9 of 3.1.1]"""
        seen = self.late(self.topic(), version=version)
        self.retain("a", b"x", 1, version)
        self.assertFalse(seen.message().retain)

    def test_retain_as_published_keeps_the_flag(self):
        """[MQTT-3.3.1-13] [MQTT-3.3.1-12]"""
        keeping = self.subscriber(self.topic(), name="keeping", options=AS_PUBLISHED | 1)
        clearing = self.subscriber(self.topic(), name="clearing", options=1)
        publisher = self.client("pub")
        for retain in (True, False):
            publisher.publish(self.topic(), b"x", 1, retain=retain)
            self.assertEqual((retain, False), (keeping.message().retain, clearing.message().retain))
        self.assertTrue(self.late(self.topic(), options=AS_PUBLISHED | 1).message().retain)

    @in_versions()
    def test_an_empty_payload_removes_it(self, version):
        """And is a message like others to who is subscribed. [MQTT-3.3.1-6] [MQTT-3.3.1-7] [MQTT-3.3.1-10 of 3.1.1]
        [MQTT-3.3.1-11 of 3.1.1]"""
        self.retain("a", b"x", 1, version)
        seen = self.late(self.topic(), version=version)
        self.assertEqual(b"x", seen.message().payload)
        for _ in range(2):
            self.retain("a", b"", 1, version)
            found = seen.message()
            self.assertEqual((b"", False), (found.payload, found.retain))
        self.expect_nothing(self.late(self.topic(), version=version))

    @in_versions()
    def test_a_message_without_the_flag_changes_nothing(self, version):
        """[MQTT-3.3.1-8] [MQTT-3.3.1-12 of 3.1.1]"""
        publisher = self.client("other", version)
        publisher.publish(self.topic("a"), b"passing", 1)
        self.expect_nothing(self.late(self.topic(), version=version))
        self.retain("a", b"kept", 1, version)
        publisher.publish(self.topic("a"), b"passing", 1)
        publisher.publish(self.topic("a"), b"", 1)
        self.expect_payloads(self.late(self.topic(), version=version), b"kept")

    @in_versions()
    def test_it_outlives_the_session_of_its_publisher(self, version):
        """[MQTT-3.1.2-7 of 3.1.1]"""
        publisher = self.client("pub", version)
        publisher.publish(self.topic(), b"x", 1, retain=True)
        publisher.disconnect()
        self.client("pub", version).disconnect()
        self.expect_payloads(self.late(self.topic(), version=version), b"x")

    def test_it_keeps_its_properties(self):
        """[MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20]"""
        props = {"payload_format_indicator": 1, "content_type": "t", "response_topic": "r", "correlation_data": b"\0",
                 "user_property": [("b", "1"), ("a", "2"), ("b", "1")]}
        self.retain("a", b"x", 1, **props)
        self.assertEqual(mqtt.named(props), self.late(self.topic()).message().props)

    def test_versions_share_them(self):
        self.retain("a", b"x", 1, V5, content_type="t")
        self.expect_payloads(self.late(self.topic(), version=V311), b"x")
        self.retain("a", b"y", 1, V31)
        self.assertEqual({}, self.late(self.topic()).message().props)


class RetainHandling(ServerTest):
    def setUp(self):
        super().setUp()
        self.client("pub").publish(self.topic(), b"x", 1, retain=True)
        self.seen = self.client("sub")

    def subscribe(self, handling):
        """How many messages come."""
        self.assertEqual([1], self.seen.subscribe((self.topic(), handling | 1)).codes)
        found = self.seen.rest()
        for one in found:
            self.seen.acknowledge(one)
        return len(found)

    def test_0_sends_them_at_each_subscribe(self):
        """[MQTT-3.3.1-9] [MQTT-3.8.4-4]"""
        self.assertEqual([1, 1, 1], [self.subscribe(ALWAYS) for _ in range(3)])

    def test_1_sends_them_when_the_subscription_is_new(self):
        """[MQTT-3.3.1-10]"""
        self.assertEqual([1, 0], [self.subscribe(IF_NEW) for _ in range(2)])
        self.seen.unsubscribe(self.topic())
        self.assertEqual([1, 0, 1], [self.subscribe(handling) for handling in (IF_NEW, NEVER, ALWAYS)])

    def test_1_looks_at_a_resumed_session(self):
        """[MQTT-3.3.1-10]"""
        self.seen = self.persistent("sub")
        self.assertEqual(1, self.subscribe(IF_NEW))
        self.seen.drop()
        self.seen = self.persistent("sub")
        self.assertEqual(0, self.subscribe(IF_NEW))

    def test_2_never_sends_them(self):
        """[MQTT-3.3.1-11]"""
        self.assertEqual([0, 0], [self.subscribe(NEVER) for _ in range(2)])


class Resubscribing(ServerTest):
    @in_versions(V31, V311)
    def test_before_version_five_each_subscribe_sends_them(self, version):
        """[MQTT-3.8.4-3 of 3.1.1]"""
        self.client("pub", version).publish(self.topic(), b"x", 1, retain=True)
        seen = self.client("sub", version)
        for _ in range(2):
            seen.subscribe((self.topic(), 1))
            self.expect_payloads(seen, b"x")

    def test_each_filter_of_one_subscribe_is_a_subscription_of_its_own(self):
        """[MQTT-3.8.4-5] [MQTT-3.3.1-9]"""
        self.client("pub").publish(self.topic("a/b"), b"x", 1, retain=True)
        seen = self.client("sub")
        seen.subscribe((self.topic("a/+"), 1), (self.topic("+/b"), 0), subscription_identifier=[9])
        found = seen.messages(2)
        self.assertEqual([(0, [9]), (1, [9])],
                         sorted((one.qos, one.props.get("subscription-identifier")) for one in found))
        self.expect_nothing(seen)


if __name__ == "__main__":
    harness.main()
