"""What a broker keeps for a client between connections, and for how long."""

import harness
import mqtt
from mqtt import V31, V311, V5
from server_test_case import ServerTest, in_versions


class Sessions(ServerTest):
    @in_versions(V311, V5)
    def test_a_session_is_resumed_with_its_subscriptions(self, version):
        """[MQTT-3.1.2-5] [MQTT-3.1.2-6] [MQTT-3.1.2-23] [MQTT-3.2.2-3] [MQTT-3.1.4-4] [MQTT-3.1.2-4 of 3.1.1]
        [MQTT-3.2.2-2 of 3.1.1] [MQTT-3.2.2-3 of 3.1.1] [MQTT-3.1.4-3 of 3.1.1]"""
        first = self.persistent("sub", version)
        self.assertFalse(first.connack.session_present)
        first.subscribe((self.topic(), 1))
        first.disconnect()
        second = self.persistent("sub", version)
        self.assertTrue(second.connack.session_present)
        self.client("pub", version).publish(self.topic(), b"x", 1)
        self.expect_payloads(second, b"x")

    @in_versions()
    def test_messages_wait_for_an_absent_client(self, version):
        """In order, at QoS 1 and 2. [MQTT-4.5.0-1] [MQTT-3.1.2-5] [MQTT-3.1.2-23] [MQTT-4.6.0-6]
        [MQTT-4.5.0-1 of 3.1.1] [MQTT-3.1.2-5 of 3.1.1] [MQTT-4.1.0-1 of 3.1.1]"""
        first = self.persistent("sub", version)
        first.subscribe((self.topic("#"), 2))
        first.drop()
        publisher = self.client("pub", version)
        for number in range(50):
            publisher.publish(self.topic(str(number % 3)), b"%d" % number, 1 + number % 2)
        second = self.persistent("sub", version)
        found = second.messages(50)
        self.assertEqual([b"%d" % number for number in range(50)], [one.payload for one in found])
        self.assertEqual([1 + number % 2 for number in range(50)], [one.qos for one in found])
        self.expect_nothing(second)

    @in_versions(V311, V5)
    def test_clean_start_begins_a_new_session(self, version):
        """[MQTT-3.1.2-4] [MQTT-3.2.2-2] [MQTT-3.1.4-4] [MQTT-3.1.2-6 of 3.1.1] [MQTT-3.2.2-1 of 3.1.1]
        [MQTT-3.1.4-3 of 3.1.1]"""
        first = self.persistent("sub", version)
        first.subscribe((self.topic(), 1))
        publisher = self.client("pub", version)
        publisher.publish(self.topic(), b"in flight", 1)
        first.expect("PUBLISH")
        first.drop()
        publisher.publish(self.topic(), b"waiting", 1)
        second = self.client("sub", version)
        self.assertFalse(second.connack.session_present)
        publisher.publish(self.topic(), b"not subscribed", 1)
        self.expect_nothing(second)
        second.drop()
        self.assertFalse(self.persistent("sub", version).connack.session_present)

    @in_versions(V311, V5)
    def test_each_client_identifier_has_a_session_of_its_own(self, version):
        """[MQTT-3.1.3-2] [MQTT-3.1.3-2 of 3.1.1]"""
        first = self.persistent("sub", version)
        first.subscribe((self.topic(), 1))
        first.drop()
        other = self.persistent("Sub", version)
        self.assertFalse(other.connack.session_present)
        self.client("pub", version).publish(self.topic(), b"x", 1)
        self.expect_nothing(other)
        self.expect_payloads(self.persistent("sub", version), b"x")

    @in_versions()
    def test_a_session_lasts_as_long_as_its_connection(self, version):
        """Whatever its expiry. [MQTT-4.1.0-1] [MQTT-4.1.0-1 of 3.1.1] [MQTT-4.1.0-2 of 3.1.1]"""
        seen = self.subscriber(self.topic(), version=version)
        publisher = self.client("pub", version)
        publisher.publish(self.topic(), b"slow", 2)
        slow = seen.expect("PUBLISH")
        for number in range(20):
            publisher.publish(self.topic(), b"%d" % number, 1)
            self.assertEqual(b"%d" % number, seen.message().payload)
            self.client("other", version).drop()
        seen.acknowledge(slow)
        self.expect_nothing(seen)

    def test_a_session_goes_on_in_another_version(self):
        first = self.persistent("sub", V5)
        first.subscribe((self.topic(), 1), subscription_identifier=[7])
        first.drop()
        self.client("pub").publish(self.topic(), b"x", 1, content_type="a")
        second = self.persistent("sub", V311)
        self.assertTrue(second.connack.session_present)
        self.expect_payloads(second, b"x")

    @in_versions(V311, V5)
    def test_unsubscribing_holds_for_later_connections(self, version):
        first = self.persistent("sub", version)
        first.subscribe((self.topic("a"), 1), (self.topic("b"), 1))
        first.unsubscribe(self.topic("a"))
        first.drop()
        publisher = self.client("pub", version)
        publisher.publish(self.topic("a"), b"a", 1)
        publisher.publish(self.topic("b"), b"b", 1)
        self.expect_payloads(self.persistent("sub", version), b"b")


class Resending(ServerTest):
    @in_versions()
    def test_unacknowledged_messages_are_sent_again_in_order(self, version):
        """With their identifiers and DUP. [MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-4.3.2-3] [MQTT-4.3.3-3] [MQTT-4.6.0-6]
        [MQTT-4.1.0-1] [MQTT-4.4.0-1 of 3.1.1] [MQTT-3.3.1.-1 of 3.1.1] [MQTT-2.3.1-3 of 3.1.1]
        [MQTT-4.3.2-1 of 3.1.1] [MQTT-4.3.3-1 of 3.1.1] [MQTT-4.6.0-6 of 3.1.1]"""
        first = self.persistent("sub", version)
        first.subscribe((self.topic(), 2))
        publisher = self.client("pub", version)
        for number in range(6):
            publisher.publish(self.topic(), b"%d" % number, 1 + number % 2)
        sent = [first.expect("PUBLISH") for _ in range(6)]
        first.send(mqtt.ack("PUBACK", sent[2].mid))
        first.ping()
        first.drop()
        second = self.persistent("sub", version)
        again = second.messages(5)
        self.assertEqual([(one.mid, one.payload, one.qos, True) for one in sent if one is not sent[2]],
                         [(one.mid, one.payload, one.qos, one.dup) for one in again])
        self.expect_nothing(second)

    @in_versions()
    def test_after_pubrec_only_pubrel_is_sent_again(self, version):
        """[MQTT-4.4.0-1] [MQTT-4.3.3-5] [MQTT-4.3.3-6] [MQTT-4.4.0-1 of 3.1.1] [MQTT-4.3.3-1 of 3.1.1]"""
        first = self.persistent("sub", version)
        first.subscribe((self.topic(), 2))
        self.client("pub", version).publish(self.topic(), b"x", 2)
        mid = first.expect("PUBLISH").mid
        first.send(mqtt.ack("PUBREC", mid))
        first.expect("PUBREL")
        first.drop()
        second = self.persistent("sub", version)
        self.assertEqual(mid, second.expect("PUBREL").mid)
        second.send(mqtt.ack("PUBCOMP", mid))
        self.expect_nothing(second)
        second.drop()
        self.expect_nothing(self.persistent("sub", version))

    def test_what_is_in_flight_goes_on_in_another_version(self):
        """[MQTT-4.4.0-1] [MQTT-4.4.0-1 of 3.1.1]"""
        for one, other in ((V5, V311), (V311, V5), (V31, V5), (V5, V31)):
            self.begin()
            first = self.persistent("sub", one)
            first.subscribe((self.topic(), 2))
            publisher = self.client("pub")
            for qos in (1, 2, 2):
                publisher.publish(self.topic(), b"%d" % qos, qos, content_type="t")
            sent = [first.expect("PUBLISH") for _ in range(3)]
            first.send(mqtt.ack("PUBREC", sent[1].mid))
            first.expect("PUBREL")
            first.drop()
            second = self.persistent("sub", other)
            found = {(again.name, again.mid): again for again in (second.read() for _ in range(3))}
            self.assertEqual({("PUBLISH", sent[0].mid), ("PUBREL", sent[1].mid), ("PUBLISH", sent[2].mid)}, set(found))
            for before in (sent[0], sent[2]):
                again = found["PUBLISH", before.mid]
                self.assertEqual((before.topic, before.payload, before.qos, True),
                                 (again.topic, again.payload, again.qos, again.dup))

    def test_a_topic_that_had_an_alias_is_sent_again_in_full(self):
        """[MQTT-3.3.2-7] [MQTT-4.4.0-1]"""
        first = self.persistent("sub", topic_alias_maximum=5)
        first.subscribe((self.topic(), 1))
        publisher = self.client("pub")
        for _ in range(4):
            publisher.publish(self.topic(), b"x", 1)
        for _ in range(4):
            first.expect("PUBLISH")
        first.drop()
        second = self.persistent("sub")
        self.assertEqual([(self.topic(), None)] * 4,
                         [(found.topic, found.props.get("topic-alias")) for found in second.messages(4)])

    @in_versions()
    def test_acknowledgements_may_come_in_any_order(self, version):
        """What is left keeps its order. [MQTT-4.4.0-1] [MQTT-4.6.0-6] [MQTT-4.6.0-6 of 3.1.1]"""
        first = self.persistent("sub", version)
        first.subscribe((self.topic(), 1))
        publisher = self.client("pub", version)
        for number in range(8):
            publisher.publish(self.topic(), b"%d" % number, 1)
        sent = [first.expect("PUBLISH") for _ in range(8)]
        for number in (7, 3, 0, 5):
            first.send(mqtt.ack("PUBACK", sent[number].mid))
        first.ping()
        first.drop()
        self.expect_payloads(self.persistent("sub", version), b"1", b"2", b"4", b"6")

    @in_versions()
    def test_a_message_that_was_not_sent_yet_comes_without_dup(self, version):
        """[MQTT-3.3.1-3] [MQTT-3.3.1-3 of 3.1.1]"""
        first = self.persistent("sub", version)
        first.subscribe((self.topic(), 2))
        first.drop()
        self.client("pub", version).publish(self.topic(), b"x", 2, dup=True)
        self.assertFalse(self.persistent("sub", version).message().dup)

    @in_versions()
    def test_a_received_qos_2_message_is_known_after_a_reconnect(self, version):
        """[MQTT-4.3.3-10] [MQTT-4.1.0-1] [MQTT-4.3.3-2 of 3.1.1] [MQTT-4.1.0-1 of 3.1.1]"""
        seen = self.subscriber(self.topic(), version=version)
        first = self.persistent("pub", version)
        first.send_publish(self.topic(), b"once", 2, mid=3)
        first.expect("PUBREC")
        first.drop()
        second = self.persistent("pub", version)
        second.send_publish(self.topic(), b"once", 2, mid=3, dup=True)
        self.assertEqual(3, second.expect("PUBREC").mid)
        self.assertEqual(0, second.release(3).reason)
        self.expect_payloads(seen, b"once")


class Expiry(ServerTest):
    """A will with a longer delay than its session tells when a session ends."""

    def test_without_an_expiry_interval_the_session_ends_with_the_connection(self):
        """[MQTT-4.1.0-2]"""
        first = self.client("sub", clean=False)
        first.subscribe((self.topic(), 1))
        first.drop()
        second = self.persistent("sub")
        self.assertFalse(second.connack.session_present)
        self.client("pub").publish(self.topic(), b"x", 1)
        self.expect_nothing(second)

    @in_versions(V31, V311)
    def test_before_version_five_a_clean_session_ends_with_the_connection(self, version):
        """[MQTT-3.1.2-6 of 3.1.1]"""
        first = self.subscriber(self.topic(), version=version)
        first.drop()
        self.client("pub", version).publish(self.topic(), b"x", 1)
        self.expect_nothing(self.persistent("sub", version))

    def test_a_session_ends_when_its_interval_has_passed_without_a_connection(self):
        """And not while there is one. [MQTT-4.1.0-2] [MQTT-4.1.0-1] [MQTT-3.1.2-8]"""
        will = mqtt.Will(self.topic("will"), b"ended", 1, will_delay_interval=1000)
        seen = self.subscriber(self.topic("will"), name="watch")
        staying = self.persistent("stay", expiry=1)
        staying.subscribe((self.topic(), 1))
        gone = self.persistent("gone", expiry=1, will=will)
        gone.subscribe((self.topic(), 1))
        gone.drop()
        self.assertEqual(b"ended", seen.message().payload)
        self.client("pub").publish(self.topic(), b"x", 1)
        self.expect_payloads(staying, b"x")
        self.assertFalse(self.persistent("gone").connack.session_present)

    def test_disconnect_may_change_the_interval(self):
        """[MQTT-4.1.0-2] [MQTT-3.1.2-23]"""
        first = self.persistent("one")
        first.disconnect(session_expiry_interval=0)
        self.assertFalse(self.persistent("one").connack.session_present)
        second = self.persistent("two", expiry=1)
        second.disconnect(session_expiry_interval=1000)
        self.assertTrue(self.persistent("two").connack.session_present)

    def test_disconnect_may_not_make_a_session_last_that_was_not_to(self):
        client = self.client()
        client.send(mqtt.disconnect(V5, 0, {"session-expiry-interval": 10}))
        self.expect_closed(client, 0x82)

    def test_the_interval_of_the_last_connect_counts(self):
        first = self.persistent()
        first.drop()
        second = self.client(clean=False)
        self.assertTrue(second.connack.session_present)
        second.drop()
        self.assertFalse(self.persistent().connack.session_present)

    def test_the_longest_interval_is_accepted(self):
        self.persistent(expiry=0xFFFFFFFF).drop()
        self.assertTrue(self.persistent().connack.session_present)


class TakeOver(ServerTest):
    @in_versions()
    def test_a_new_connection_takes_the_place_of_the_old_one(self, version):
        """[MQTT-3.1.4-3] [MQTT-3.14.4-1] [MQTT-3.14.4-2] [MQTT-4.13.2-1] [MQTT-3.1.4-2 of 3.1.1]"""
        first = self.client(version=version)
        second = self.client(version=version)
        self.expect_closed(first, 0x8E)
        second.ping()

    @in_versions(V311, V5)
    def test_the_session_goes_over_with_what_is_in_flight(self, version):
        """[MQTT-3.1.4-3] [MQTT-3.1.2-5] [MQTT-4.4.0-1]"""
        first = self.persistent(version=version)
        first.subscribe((self.topic(), 1))
        publisher = self.client("pub", version)
        publisher.publish(self.topic(), b"x", 1)
        sent = first.expect("PUBLISH")
        second = self.persistent(version=version)
        self.expect_closed(first, 0x8E)
        self.assertTrue(second.connack.session_present)
        again = second.message()
        self.assertEqual((sent.mid, b"x", True), (again.mid, again.payload, again.dup))
        publisher.publish(self.topic(), b"y", 1)
        self.expect_payloads(second, b"y")

    def test_a_session_without_expiry_ends_when_its_connection_is_taken_over(self):
        """[MQTT-4.1.0-2] [MQTT-3.2.2-3]"""
        first = self.client(clean=False)
        first.subscribe((self.topic(), 1))
        second = self.persistent()
        self.expect_closed(first, 0x8E)
        self.assertFalse(second.connack.session_present)
        self.client("pub").publish(self.topic(), b"x", 1)
        self.expect_nothing(second)

    def test_of_many_connections_with_one_identifier_the_last_stays(self):
        clients = [self.raw(V311 if number % 2 else V5) for number in range(40)]
        for client in clients:
            client.send(mqtt.connect(self.called("x"), client.version, clean=False))
        for client in clients:
            self.assertEqual(0, client.expect("CONNACK").reason)
        last = self.persistent("x")
        for client in clients:
            self.assertLessEqual({found.reason for found in client.finish()}, {0x8E})
        last.subscribe((self.topic(), 1))
        self.client("pub").publish(self.topic(), b"x", 1)
        self.expect_payloads(last, b"x")


if __name__ == "__main__":
    harness.main()
