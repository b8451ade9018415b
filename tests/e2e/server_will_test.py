"""When a broker publishes a will, and how."""

import time

import harness
import mqtt
from mqtt import V311, V5
from server_test_case import ServerTest, in_versions


class WillTest(ServerTest):
    def will(self, payload=b"gone", qos=1, retain=False, **props):
        return mqtt.Will(self.topic("will"), payload, qos, retain, **props)

    def watch(self, version=V5, options=2):
        return self.subscriber(self.topic("#"), name="watch", version=version, options=options)


class Wills(WillTest):
    @in_versions()
    def test_a_will_is_published_when_the_connection_breaks(self, version):
        """Once. [MQTT-3.1.2-7] [MQTT-3.1.2-8] [MQTT-3.1.2-9] [MQTT-3.1.2-10] [MQTT-3.1.2-12] [MQTT-3.1.2-8 of 3.1.1]
        [MQTT-3.1.2-9 of 3.1.1] [MQTT-3.1.2-10 of 3.1.1] [MQTT-3.1.2-14 of 3.1.1]"""
        seen = self.watch(version)
        for qos in range(3):
            self.client(f"gone{qos}", version, will=self.will(b"%d" % qos, qos)).drop()
            found = seen.message()
            self.assertEqual((b"%d" % qos, qos, False), (found.payload, found.qos, found.retain))
        self.client("gone0", version).drop()
        self.expect_nothing(seen)

    @in_versions()
    def test_a_will_may_go_where_a_message_may(self, version):
        """Not among the broker's own topics, nor deeper than others: that is said at once."""
        code = {V5: (0x87, 0x90)}.get(version, (5, 3))
        for topic, reason in zip(("$SYS/broker/uptime", "a/" * 300), code):
            will = mqtt.Will(topic, b"", 1, True)
            self.assertEqual(reason, self.raw(version).connect(self.called("client"), will=will).reason, topic)

    @in_versions()
    def test_a_will_is_published_when_the_client_breaks_the_protocol(self, version):
        """[MQTT-3.1.2-8] [MQTT-3.1.2-8 of 3.1.1]"""
        seen = self.watch(version)
        client = self.client(version=version, will=self.will())
        client.send(b"\x00\x00")
        client.finish()
        self.expect_payloads(seen, b"gone")

    @in_versions()
    def test_a_will_is_not_published_after_disconnect(self, version):
        """Neither then nor later. [MQTT-3.14.4-3] [MQTT-3.1.2-8] [MQTT-3.1.2-10] [MQTT-3.14.4-3 of 3.1.1]
        [MQTT-3.1.2-10 of 3.1.1]"""
        seen = self.watch(version)
        self.persistent(version=version, will=self.will()).disconnect()
        self.persistent(version=version).drop()
        self.client("other", version).publish(self.topic("end"), b"end", 1)
        self.expect_payloads(seen, b"end")

    def test_a_will_is_published_after_a_disconnect_that_asks_for_it(self):
        """Or that is no normal one. [MQTT-3.1.2-8]"""
        seen = self.watch()
        for reason in (0x04, 0x80, 0x97):
            self.client(will=self.will(b"%d" % reason)).disconnect(reason)
            self.expect_payloads(seen, b"%d" % reason)

    @in_versions()
    def test_without_a_will_nothing_is_published(self, version):
        """[MQTT-3.1.2-12 of 3.1.1]"""
        seen = self.watch(version)
        self.client(version=version).drop()
        self.client("other", version).publish(self.topic("end"), b"end", 1)
        self.expect_payloads(seen, b"end")

    @in_versions()
    def test_will_retain_decides_whether_it_is_kept(self, version):
        """[MQTT-3.1.2-14] [MQTT-3.1.2-15] [MQTT-3.1.2-16 of 3.1.1] [MQTT-3.1.2-17 of 3.1.1]"""
        seen = self.watch(version)
        self.client(version=version, will=self.will(b"passing")).drop()
        self.expect_payloads(seen, b"passing")
        self.expect_nothing(self.subscriber(self.topic("will"), name="late", version=version))
        self.client(version=version, will=self.will(b"kept", retain=True)).drop()
        self.expect_payloads(seen, b"kept")
        found = self.subscriber(self.topic("will"), name="late", version=version).message()
        self.assertEqual((b"kept", True), (found.payload, found.retain))

    def test_the_properties_of_a_will_are_published(self):
        """[MQTT-3.1.3-10]"""
        props = {"payload_format_indicator": 1, "content_type": "text/plain", "response_topic": "r",
                 "correlation_data": b"\0c", "user_property": [("b", "1"), ("a", "2"), ("b", "1")]}
        seen = self.watch()
        self.client(will=self.will(message_expiry_interval=100, **props)).drop()
        found = seen.message().props
        self.assertIn(found.pop("message-expiry-interval"), range(95, 101))
        self.assertEqual(mqtt.named(props), found)

    @in_versions()
    def test_the_subscription_bounds_the_qos_of_a_will(self, version):
        """[MQTT-3.8.4-8]"""
        seen = self.watch(version, options=0)
        self.client(version=version, will=self.will(qos=2)).drop()
        self.assertEqual(0, seen.message().qos)


class TakenOver(WillTest):
    """The wills of connections whose place another takes."""

    @in_versions(V311, V5)
    def test_the_will_of_a_connection_that_is_taken_over_is_published(self, version):
        """[MQTT-3.1.2-8] [MQTT-3.1.2-8 of 3.1.1]"""
        seen = self.watch(version)
        first = self.persistent(version=version, will=self.will(b"first"))
        second = self.persistent(version=version, will=self.will(b"second"))
        first.finish()
        self.expect_payloads(seen, b"first")
        second.drop()
        self.expect_payloads(seen, b"second")

    def test_a_take_over_within_the_delay_keeps_the_will_back(self):
        """[MQTT-3.1.3-9] [MQTT-3.1.2-8]"""
        seen = self.watch()
        first = self.persistent(will=self.will(will_delay_interval=100))
        second = self.persistent()
        first.finish()
        second.ping()
        self.client("other").publish(self.topic("end"), b"end", 1)
        self.expect_payloads(seen, b"end")

    def test_a_clean_start_ends_the_session_and_its_delay(self):
        """[MQTT-3.1.2-8] [MQTT-3.1.2-4]"""
        seen = self.watch()
        self.persistent(will=self.will(will_delay_interval=100)).drop()
        self.expect_nothing(seen)
        self.client()
        self.expect_payloads(seen, b"gone")

    def test_a_take_over_ends_a_session_without_expiry_and_its_delay(self):
        """[MQTT-3.1.2-8] [MQTT-4.1.0-2]"""
        seen = self.watch()
        first = self.client(will=self.will(will_delay_interval=100))
        self.persistent()
        first.finish()
        self.expect_payloads(seen, b"gone")


class Delayed(WillTest):
    def test_a_will_waits_for_its_delay(self):
        """And comes once. [MQTT-3.1.2-8] [MQTT-3.1.2-10]"""
        seen = self.watch()
        client = self.persistent(will=self.will(will_delay_interval=1))
        begin = time.monotonic()
        client.drop()
        self.expect_nothing(seen)
        self.expect_payloads(seen, b"gone")
        self.assertGreater(time.monotonic() - begin, 0.9)
        self.persistent().drop()
        self.expect_nothing(seen)

    def test_a_new_connection_within_the_delay_keeps_the_will_back(self):
        """A later will of another client shows that its time has passed. [MQTT-3.1.3-9] [MQTT-3.1.2-8]"""
        seen = self.watch()
        self.persistent("back", will=self.will(b"back", will_delay_interval=1)).drop()
        self.persistent("back")
        self.persistent("gone", will=self.will(b"gone", will_delay_interval=1)).drop()
        self.expect_payloads(seen, b"gone")

    def test_the_end_of_the_session_cuts_the_delay_short(self):
        """[MQTT-3.1.2-8]"""
        seen = self.watch()
        self.client(will=self.will(will_delay_interval=1000)).drop()
        self.expect_payloads(seen, b"gone")
        self.persistent(will=self.will(b"short", will_delay_interval=1000)).disconnect(4, session_expiry_interval=0)
        self.expect_payloads(seen, b"short")


if __name__ == "__main__":
    harness.main()
