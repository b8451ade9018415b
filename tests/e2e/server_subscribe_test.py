"""What a broker does with SUBSCRIBE and UNSUBSCRIBE."""

import harness
import mqtt
from mqtt import V5
from server_test_case import ServerTest, in_versions

NO_LOCAL = 4


class Subscribing(ServerTest):
    @in_versions()
    def test_each_filter_is_answered_in_order(self, version):
        """[MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.8.4-5] [MQTT-3.8.4-6] [MQTT-3.8.4-7] [MQTT-3.9.3-1] [MQTT-3.9.3-2]
        [MQTT-2.2.1-6] [MQTT-3.8.3-2 of 3.1.1] [MQTT-3.8.4-1 of 3.1.1] [MQTT-3.8.4-2 of 3.1.1]
        [MQTT-3.8.4-4 of 3.1.1] [MQTT-3.8.4-5 of 3.1.1] [MQTT-3.9.3-1 of 3.1.1] [MQTT-3.9.3-2 of 3.1.1]
        [MQTT-2.3.1-7 of 3.1.1]"""
        client = self.client(version=version)
        for mid, wanted in ((1, [0]), (65535, [2, 0, 1, 1, 2])):
            client.last_id = mid - 1
            answer = client.subscribe(*[(self.topic(f"{number}/#"), qos) for number, qos in enumerate(wanted)])
            self.assertEqual((mid, wanted), (answer.mid, answer.codes))
            self.expect_nothing(client)

    @in_versions()
    def test_each_filter_of_one_request_counts(self, version):
        """[MQTT-3.8.4-5] [MQTT-3.8.4-4 of 3.1.1]"""
        seen = self.subscriber(self.topic("a"), self.topic("b/+"), version=version)
        publisher = self.client("pub", version)
        for name in ("a", "b", "b/c", "c"):
            publisher.publish(self.topic(name), name.encode(), 1)
        self.expect_payloads(seen, b"a", b"b/c")

    @in_versions()
    def test_a_request_may_have_many_filters(self, version):
        """[MQTT-3.8.4-6] [MQTT-3.9.3-1] [MQTT-3.10.4-6]"""
        client = self.client(version=version)
        filters = [self.topic(f"{number}/+") for number in range(2000)]
        self.assertEqual([number % 3 for number in range(2000)],
                         client.subscribe(*[(filter, at % 3) for at, filter in enumerate(filters)]).codes)
        self.client("pub", version).publish(self.topic("1999/x"), b"x", 1)
        self.assertEqual(b"x", client.message().payload)
        self.assertEqual([0] * 2000 if version == V5 else [], client.unsubscribe(*filters).codes)

    @in_versions()
    def test_the_same_filter_again_replaces_the_subscription(self, version):
        """No message is lost or doubled by it. [MQTT-3.8.4-3] [MQTT-3.8.4-4] [MQTT-3.8.4-3 of 3.1.1]"""
        seen = self.subscriber(self.topic(), version=version, options=2)
        publisher = self.client("pub", version)
        for number, qos in enumerate((0, 1, 2, 0)):
            publisher.send_publish(self.topic(), b"%d" % number, 0)
            seen.send(mqtt.subscribe(version, seen.next_id(), [(self.topic(), qos)]))
            publisher.ping()
            found = seen.answer("SUBACK")
            self.assertEqual([qos], found.codes)
            self.assertEqual(b"%d" % number, seen.message().payload)
            publisher.publish(self.topic(), b"x", 2)
            self.assertEqual(qos, seen.message().qos)
            self.expect_nothing(seen)

    @in_versions()
    def test_overlapping_subscriptions_give_one_message_at_the_highest_qos(self, version):
        """[MQTT-3.3.4-2] [MQTT-3.3.5-1 of 3.1.1]"""
        seen = self.client(version=version)
        seen.subscribe((self.topic("#"), 0), (self.topic("a/+"), 2), (self.topic("a/b"), 1))
        publisher = self.client("pub", version)
        publisher.publish(self.topic("a/b"), b"x", 2)
        self.assertEqual(2, seen.message().qos)
        self.expect_nothing(seen)

    def test_no_local_keeps_ones_own_messages_back(self):
        """And those only. [MQTT-3.8.3-3]"""
        client = self.client("one")
        client.subscribe((self.topic(), NO_LOCAL | 2), (self.topic("b"), 2))
        client.publish(self.topic(), b"mine", 1)
        client.publish(self.topic("b"), b"b", 1)
        self.client("two").publish(self.topic(), b"theirs", 1)
        self.expect_payloads(client, b"b", b"theirs")

    def test_no_local_knows_the_client_on_its_next_connection(self):
        """[MQTT-3.8.3-3]"""
        self.client("other").publish(self.topic(), b"x", 1)
        first = self.persistent("one")
        first.subscribe((self.topic(), NO_LOCAL | 2))
        first.drop()
        second = self.persistent("one")
        second.publish(self.topic(), b"mine", 1)
        self.expect_nothing(second)

    def test_no_local_keeps_ones_own_retained_messages_back(self):
        """[MQTT-3.8.3-3]"""
        client = self.client("one")
        client.publish(self.topic("mine"), b"mine", 1, retain=True)
        self.client("two").publish(self.topic("theirs"), b"theirs", 1, retain=True)
        client.subscribe((self.topic("#"), NO_LOCAL | 2))
        self.expect_payloads(client, b"theirs")
        for name in ("mine", "theirs"):
            client.publish(self.topic(name), b"", 1, retain=True)

    def test_an_overlapping_subscription_without_no_local_delivers(self):
        """[MQTT-3.8.3-3]"""
        client = self.client()
        client.subscribe((self.topic("a"), NO_LOCAL | 2), (self.topic("+"), 1), subscription_identifier=[3])
        client.publish(self.topic("a"), b"x", 2)
        found = client.message()
        self.assertEqual((1, [3]), (found.qos, found.props["subscription-identifier"]))
        self.expect_nothing(client)


class Identifiers(ServerTest):
    def found(self, client):
        one = client.message()
        return sorted(one.props.get("subscription-identifier", []))

    def test_a_message_carries_the_identifiers_of_all_its_subscriptions(self):
        """[MQTT-3.3.4-3] [MQTT-3.3.4-4] [MQTT-3.3.4-5]"""
        seen, publisher = self.client(), self.client("pub")
        seen.subscribe((self.topic("#"), 1), subscription_identifier=[1])
        seen.subscribe((self.topic("a/+"), 0), subscription_identifier=[268435455])
        seen.subscribe((self.topic("a/b"), 2))
        seen.subscribe((self.topic("+/b"), 2), subscription_identifier=[128])
        for name, wanted in (("a/b", [1, 128, 268435455]), ("a/c", [1, 268435455]), ("x", [1])):
            publisher.publish(self.topic(name), b"x", 2)
            self.assertEqual(wanted, self.found(seen))
        self.expect_nothing(seen)

    def test_a_subscription_that_is_replaced_has_the_identifier_of_the_last_request(self):
        """[MQTT-3.8.4-3]"""
        seen, publisher = self.client(), self.client("pub")
        for props, wanted in (({"subscription_identifier": [5]}, [5]), ({"subscription_identifier": [6]}, [6]), ({}, [])):
            seen.subscribe((self.topic(), 1), **props)
            publisher.publish(self.topic(), b"x", 1)
            self.assertEqual(wanted, self.found(seen))

    def test_retained_and_waiting_messages_carry_them_too(self):
        """[MQTT-3.3.4-3]"""
        publisher = self.client("pub")
        publisher.publish(self.topic(), b"x", 1, retain=True)
        first = self.persistent("sub")
        first.subscribe((self.topic(), 1), subscription_identifier=[9])
        self.assertEqual([9], self.found(first))
        first.drop()
        publisher.publish(self.topic(), b"x", 1)
        self.assertEqual([9], self.found(self.persistent("sub")))


class Unsubscribing(ServerTest):
    @in_versions()
    def test_unsubscribe_is_answered_whether_or_not_there_was_a_subscription(self, version):
        """[MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.10.4-6] [MQTT-3.11.3-1] [MQTT-3.11.3-2] [MQTT-2.2.1-6]
        [MQTT-3.10.4-4 of 3.1.1] [MQTT-3.10.4-5 of 3.1.1] [MQTT-3.10.4-6 of 3.1.1] [MQTT-2.3.1-7 of 3.1.1]"""
        client = self.subscriber(self.topic("a"), self.topic("b"), version=version)
        for mid, names, codes in ((9, ["b", "none", "a"], [0, 0x11, 0]), (65535, ["a"], [0x11])):
            client.last_id = mid - 1
            answer = client.unsubscribe(*map(self.topic, names))
            self.assertEqual((mid, codes if version == V5 else []), (answer.mid, answer.codes))
            self.expect_nothing(client)

    @in_versions()
    def test_no_messages_are_added_after_it(self, version):
        """[MQTT-3.10.4-1] [MQTT-3.10.4-2] [MQTT-3.10.4-6] [MQTT-3.10.4-1 of 3.1.1] [MQTT-3.10.4-2 of 3.1.1]
        [MQTT-3.10.4-6 of 3.1.1]"""
        client = self.subscriber(self.topic("a/#"), self.topic("b"), self.topic("c"), version=version)
        client.unsubscribe(self.topic("a/#"), self.topic("c"))
        publisher = self.client("pub", version)
        for name in ("a", "a/b", "b", "c"):
            publisher.publish(self.topic(name), name.encode(), 1)
        self.expect_payloads(client, b"b")

    @in_versions()
    def test_filters_are_compared_character_by_character(self, version):
        """[MQTT-3.10.4-1] [MQTT-4.7.3-4] [MQTT-3.10.4-1 of 3.1.1] [MQTT-4.7.3-4 of 3.1.1]"""
        client = self.subscriber(self.topic("a/+"), version=version)
        client.unsubscribe(*map(self.topic, ("a/b", "A/+", "a/#", "#", "a/+/", "+/+", "a/")))
        self.client("pub", version).publish(self.topic("a/b"), b"x", 1)
        self.expect_payloads(client, b"x")

    @in_versions()
    def test_what_is_in_flight_is_completed(self, version):
        """[MQTT-3.10.4-3] [MQTT-3.10.4-3 of 3.1.1]"""
        first = self.persistent("sub", version)
        first.subscribe((self.topic(), 2))
        publisher = self.client("pub", version)
        publisher.publish(self.topic(), b"one", 1)
        publisher.publish(self.topic(), b"two", 2)
        sent = [first.expect("PUBLISH"), first.expect("PUBLISH")]
        first.unsubscribe(self.topic())
        first.send(mqtt.ack("PUBREC", sent[1].mid))
        self.assertEqual(sent[1].mid, first.expect("PUBREL").mid)
        first.drop()
        second = self.persistent("sub", version)
        again = [second.read(), second.read()]
        self.assertEqual({("PUBLISH", sent[0].mid), ("PUBREL", sent[1].mid)}, {(one.name, one.mid) for one in again})


class AnswersThatFit(ServerTest):
    def test_no_answer_exceeds_the_clients_maximum_packet_size(self):
        """[MQTT-3.9.2-1] [MQTT-3.9.2-2] [MQTT-3.11.2-1] [MQTT-3.11.2-2] [MQTT-3.1.2-24]"""
        client = self.client(maximum_packet_size=32)
        for found in (client.subscribe("a", "$share/g/b"), client.unsubscribe("a", "none", "x" * 100)):
            self.assertLessEqual(len(found.body) + 2, 32)


if __name__ == "__main__":
    harness.main()
