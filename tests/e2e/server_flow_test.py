"""The limits that both sides announce: receive maximum, packet size, topic aliases."""

import harness
import mqtt
from mqtt import V311, V5
from server_test_case import ServerTest


class ClientsReceiveMaximum(ServerTest):
    def setUp(self):
        super().setUp()
        self.seen = self.client("sub", receive_maximum=2)
        self.seen.subscribe((self.topic(), 2))
        self.publisher = self.client("pub")

    def publish(self, qos, *payloads):
        for payload in payloads:
            self.publisher.publish(self.topic(), payload, qos)

    def test_no_more_messages_are_sent_than_the_client_allows(self):
        """Until it acknowledges one. [MQTT-3.3.4-9] [MQTT-4.9.0-1] [MQTT-4.9.0-2]"""
        self.publish(1, *[b"%d" % number for number in range(6)])
        for number in range(0, 6, 2):
            sent = [one for one in self.seen.rest() if one.name == "PUBLISH"]
            self.assertEqual([b"%d" % number, b"%d" % (number + 1)], [one.payload for one in sent])
            for one in sent:
                self.seen.acknowledge(one)
        self.expect_nothing(self.seen)

    def test_pubrec_frees_no_place_and_pubcomp_does(self):
        """[MQTT-3.3.4-9] [MQTT-4.9.0-2]"""
        self.publish(2, b"one", b"two", b"three")
        sent = [self.seen.expect("PUBLISH"), self.seen.expect("PUBLISH")]
        self.seen.send(mqtt.ack("PUBREC", sent[0].mid))
        self.assertEqual(["PUBREL"], [one.name for one in self.seen.rest()])
        self.seen.send(mqtt.ack("PUBCOMP", sent[0].mid))
        self.assertEqual(b"three", self.seen.message().payload)

    def test_pubrec_with_an_error_frees_a_place(self):
        """[MQTT-3.3.4-9] [MQTT-4.4.0-2]"""
        self.publish(2, b"one", b"two", b"three")
        sent = [self.seen.expect("PUBLISH"), self.seen.expect("PUBLISH")]
        self.seen.send(mqtt.ack("PUBREC", sent[1].mid, 0x97))
        self.assertEqual(b"three", self.seen.message().payload)

    def test_other_packets_and_qos_0_pass(self):
        """[MQTT-3.3.4-10] [MQTT-4.9.0-3]"""
        self.publish(1, b"one", b"two", b"three")
        self.publish(0, b"zero")
        self.assertEqual([b"one", b"two", b"zero"], [one.payload for one in self.seen.rest()])
        self.assertEqual([1], self.seen.subscribe(("other", 1)).codes)
        self.assertEqual([0], self.seen.unsubscribe("other").codes)
        self.assertLess(self.seen.publish("nobody", b"x", 2).reason, 0x80)
        self.expect_nothing(self.seen)

    def test_retained_messages_keep_to_it_as_well(self):
        """[MQTT-3.3.4-9] [MQTT-3.3.1-9]"""
        names = [f"r/{number}" for number in range(20)]
        for name in names:
            self.publisher.publish(self.topic(name), name.encode(), 1, retain=True)
        self.seen.subscribe((self.topic("r/#"), 1))
        found = []
        while sent := self.seen.rest():
            self.assertLessEqual(len(sent), 2)
            found += sent
            for one in sent:
                self.seen.acknowledge(one)
        self.assertEqual(sorted(names), sorted(one.payload.decode() for one in found))

    def test_the_limit_of_the_new_connection_counts(self):
        """[MQTT-3.3.4-9] [MQTT-4.4.0-1]"""
        first = self.persistent("first", receive_maximum=3)
        first.subscribe((self.topic("f"), 1))
        for number in range(4):
            self.publisher.publish(self.topic("f"), b"%d" % number, 1)
        self.assertEqual(3, len(first.rest()))
        first.drop()
        second = self.persistent("first", receive_maximum=1)
        for number in range(4):
            sent = second.rest()
            self.assertEqual([(b"%d" % number, number < 3)], [(one.payload, one.dup) for one in sent])
            second.acknowledge(sent[0])
        self.expect_nothing(second)


class ServersReceiveMaximum(ServerTest):
    options = ("--receive-maximum", 2)
    config = "max_inflight_messages 2"

    def test_it_is_announced_and_may_be_used_up(self):
        """Acknowledgements free places. [MQTT-3.3.4-7] [MQTT-4.9.0-3]"""
        client = self.client()
        self.assertEqual(2, client.connack.props["receive-maximum"])
        for _ in range(3):
            client.send_publish(self.topic(), b"x", 2, mid=1)
            client.send_publish(self.topic(), b"x", 2, mid=2)
            client.expect("PUBREC"), client.expect("PUBREC")
            client.ping()
            self.assertLess(client.subscribe("a").codes[0], 0x80)
            client.release(1), client.release(2)

    def test_more_messages_than_that_end_the_connection(self):
        """[MQTT-3.3.4-7] [MQTT-4.13.1-1]"""
        client = self.client()
        for mid in (1, 2):
            client.send_publish(self.topic(), b"x", 2, mid)
            client.expect("PUBREC")
        client.send_publish(self.topic(), b"x", 2, 3)
        self.expect_closed(client, 0x93)


class PacketSize(ServerTest):
    options = ("--max-packet-size", 1000)
    config = "max_packet_size 1000"

    def test_the_servers_maximum_is_announced_and_enforced(self):
        """[MQTT-3.2.2-15] [MQTT-4.13.1-1]"""
        client = self.client()
        self.assertEqual(1000, client.connack.props["maximum-packet-size"])
        room = 1000 - len(mqtt.publish(V5, self.topic(), b"x" * 200)) + 200
        client.publish(self.topic(), b"x" * room)
        client.send_publish(self.topic(), b"x" * (room + 1))
        self.expect_closed(client, 0x95)

    def test_a_packet_that_is_too_large_is_refused_at_its_header(self):
        """[MQTT-3.2.2-15] [MQTT-4.13.1-1]"""
        client = self.client()
        client.send(b"\x30" + mqtt.varint(268435455))
        self.expect_closed(client, 0x95)

    def test_before_version_five_it_is_enforced_as_well(self):
        """[MQTT-4.8.0-1 of 3.1.1]"""
        client = self.client(version=V311)
        client.send_publish(self.topic(), b"x" * 1000)
        self.expect_closed(client)

    def test_a_message_that_is_too_large_for_its_receiver_is_left_out(self):
        """As if it had been sent: what follows comes, and no place is used up. [MQTT-3.1.2-24] [MQTT-3.1.2-25]"""
        large, small = b"x" * 120, b"y"
        for qos in range(3):
            seen = self.client("sub", maximum_packet_size=100, receive_maximum=1)
            seen.subscribe((self.topic(), qos))
            other = self.subscriber(self.topic(), name="other")
            publisher = self.client("pub")
            for payload in (large, small, large, large, small):
                publisher.publish(self.topic(), payload, qos)
            self.expect_payloads(seen, small, small)
            self.assertEqual(5, len(other.messages(5)))

    def test_a_packet_may_be_as_large_as_the_client_allows(self):
        """[MQTT-3.1.2-24]"""
        size = len(mqtt.publish(V5, self.topic(), b"x" * 50, 1, 1))
        for maximum, count in ((size, 1), (size - 1, 0)):
            seen = self.client("sub", maximum_packet_size=maximum)
            seen.subscribe((self.topic(), 1))
            self.client("pub").publish(self.topic(), b"x" * 50, 1)
            self.assertEqual(count, len(seen.rest()), maximum)

    def test_it_holds_for_messages_that_waited(self):
        """[MQTT-3.1.2-24] [MQTT-3.1.2-25]"""
        first = self.persistent("sub")
        first.subscribe((self.topic(), 2))
        publisher = self.client("pub")
        publisher.publish(self.topic(), b"x" * 120, 2)
        first.expect("PUBLISH")
        first.drop()
        publisher.publish(self.topic(), b"x" * 120, 1)
        publisher.publish(self.topic(), b"y", 1)
        self.expect_payloads(self.persistent("sub", maximum_packet_size=100), b"y")

    def test_answers_leave_out_what_does_not_fit(self):
        """[MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-3.5.2-2] [MQTT-3.5.2-3] [MQTT-3.6.2-2] [MQTT-3.6.2-3]
        [MQTT-3.7.2-2] [MQTT-3.7.2-3] [MQTT-3.14.2-3] [MQTT-3.14.2-4] [MQTT-3.1.2-24]"""
        client = self.client(maximum_packet_size=30)
        client.subscribe((self.topic(), 2))
        found = [client.publish(self.topic("none"), b"x", qos) for qos in (1, 2)]
        found.append(client.release(9))
        client.publish(self.topic(), b"x", 2)
        sent = client.expect("PUBLISH")
        client.send(mqtt.ack("PUBREC", sent.mid))
        found.append(client.expect("PUBREL"))
        client.send(mqtt.packet("AUTH", b"\x18\x00"))
        found += client.finish()
        self.assertEqual([], [one for one in found if len(one.body) + 2 > 30])


class AliasesFromClients(ServerTest):
    def setUp(self):
        super().setUp()
        self.seen, self.publisher = self.subscriber(self.topic("#")), self.client("pub")
        self.maximum = self.publisher.connack.props["topic-alias-maximum"]

    def expect_topics(self, *names):
        self.assertEqual([self.topic(name) for name in names], [one.topic for one in self.seen.messages(len(names))])

    def test_all_up_to_the_maximum_are_accepted(self):
        """[MQTT-3.3.2-12]"""
        names = [str(alias) for alias in range(1, self.maximum + 1)]
        for name in names:
            self.publisher.publish(self.topic(name), b"x", 1, topic_alias=int(name))
        for name in names:
            self.publisher.publish("", b"x", 1, topic_alias=int(name))
        self.expect_topics(*names, *names)

    def test_an_alias_may_be_given_to_another_topic(self):
        """And a refused message defines it too; QoS does not matter."""
        for qos, name in enumerate(("a", "b", "c")):
            self.publisher.publish(self.topic(name), b"x", qos, topic_alias=1)
            self.publisher.publish("", b"x", qos, topic_alias=1)
        self.expect_topics("a", "a", "b", "b", "c", "c")

    def test_an_alias_of_another_client_is_unknown(self):
        """[MQTT-3.3.2-7]"""
        self.publisher.publish(self.topic(), b"x", 1, topic_alias=1)
        other = self.client("other")
        other.send_publish("", b"x", topic_alias=1)
        self.expect_closed(other, 0x82)

    def test_aliases_end_with_the_connection(self):
        """[MQTT-3.3.2-7]"""
        first = self.persistent("one")
        first.publish(self.topic(), b"x", 1, topic_alias=1)
        first.drop()
        second = self.persistent("one")
        second.send_publish("", b"x", topic_alias=1)
        self.expect_closed(second, 0x82)

    def test_zero_and_more_than_the_maximum_end_the_connection(self):
        """[MQTT-3.3.2-8] [MQTT-3.3.2-12] [MQTT-4.13.1-1]"""
        for alias in (0, self.maximum + 1, 65535):
            client = self.client("bad")
            client.send_publish(self.topic(), b"x", topic_alias=alias)
            with self.subTest(alias):
                self.expect_closed(client, 0x94)


class AliasesToClients(ServerTest):
    def topics(self, seen, names):
        """The topics in the messages that come, aliases resolved; none is above the client's maximum."""
        known, found = {}, []
        for _ in names:
            one = seen.message()
            alias = one.props.get("topic-alias")
            if alias is not None:
                self.assertLessEqual(1, alias)
                self.assertLessEqual(alias, self.maximum)
                known[alias] = one.topic or known[alias]
            found.append(one.topic or known[alias])
        return found

    def test_none_above_the_clients_maximum_is_sent(self):
        """[MQTT-3.1.2-26] [MQTT-3.1.2-27] [MQTT-3.3.2-7] [MQTT-3.3.2-8] [MQTT-3.3.2-11]"""
        publisher, names = self.client("pub"), [str(number % 4) for number in range(20)]
        for self.maximum, props in ((0, {}), (0, {"topic_alias_maximum": 0}), (2, {"topic_alias_maximum": 2}),
                                    (65535, {"topic_alias_maximum": 65535})):
            seen = self.persistent("sub", **props)
            seen.subscribe((self.topic("#"), 1))
            for name in names:
                publisher.publish(self.topic(name), b"x", 1)
            self.assertEqual([self.topic(name) for name in names], self.topics(seen, names))
            seen.drop()


if __name__ == "__main__":
    harness.main()
