"""Shared subscriptions: which member of a group gets a message, and what happens to it when that member leaves."""

import harness
import mqtt
from mqtt import V311, V5
from server_test_case import ServerTest, in_versions


class SharedTest(ServerTest):
    def share(self, name="a", group="g"):
        return f"$share/{group}/{self.topic(name)}"

    def member(self, name, options=1, version=V5, **props):
        return self.subscriber(self.share(), name=name, version=version, options=options, **props)

    def lasting_member(self, name, options=1):
        client = self.persistent(name)
        client.subscribe((self.share(), options))
        return client

    def publish(self, count=1, qos=1, version=V5):
        publisher = self.client("pub", version)
        for number in range(count):
            publisher.publish(self.topic(), b"%d" % number, qos)

    def received(self, *clients):
        """What has come to each, acknowledged."""
        found = [[one for one in client.rest() if one.name == "PUBLISH"] for client in clients]
        for client, messages in zip(clients, found):
            for one in messages:
                client.acknowledge(one)
        return found


class Distribution(SharedTest):
    @in_versions(V311, V5)
    def test_each_message_goes_to_one_member_and_each_member_gets_its_part(self, version):
        members = [self.member(name, version=version) for name in "xyz"]
        self.publish(30, version=version)
        found = self.received(*members)
        self.assertEqual([10, 10, 10], [len(messages) for messages in found])
        self.assertEqual(sorted(b"%d" % number for number in range(30)),
                         sorted(one.payload for messages in found for one in messages))

    def test_each_group_and_each_other_subscription_gets_a_copy(self):
        """[MQTT-4.8.2-1]"""
        clients = [self.subscriber(filter, name=name, options=1) for name, filter in
                   (("x", self.share(group="g")), ("y", self.share(group="h")), ("z", self.topic()))]
        self.publish(5)
        for client in clients:
            self.expect_payloads(client, *[b"%d" % number for number in range(5)])

    def test_a_member_with_another_subscription_gets_both_copies(self):
        both, other = self.client("both"), self.member("other")
        both.subscribe((self.share(), 1), (self.topic(), 0))
        self.publish(4)
        found = self.received(both, other)
        self.assertEqual([6, 2], [len(messages) for messages in found])
        self.assertEqual(2, sum(one.qos for one in found[0]))

    def test_a_group_is_a_share_name_with_a_filter(self):
        self.subscriber(self.share("+"), name="x", options=1)
        exact = self.subscriber(self.share(), name="y", options=1)
        self.publish(3)
        self.expect_payloads(exact, b"0", b"1", b"2")

    def test_the_granted_qos_of_each_member_counts(self):
        """[MQTT-4.8.2-3] [MQTT-3.8.4-8]"""
        members = [self.member(f"x{qos}", options=qos) for qos in range(3)]
        self.publish(9, 2)
        for qos, messages in enumerate(self.received(*members)):
            self.assertEqual({qos}, {one.qos for one in messages})

    def test_a_member_has_its_subscription_identifier(self):
        """[MQTT-3.3.4-3]"""
        seen = self.member("x", subscription_identifier=[42])
        self.publish()
        self.assertEqual([42], seen.message().props["subscription-identifier"])

    def test_a_client_that_subscribes_again_is_one_member(self):
        twice, once = self.member("x"), self.member("y")
        twice.subscribe((self.share(), 1))
        self.publish(10)
        self.assertEqual([5, 5], [len(messages) for messages in self.received(twice, once)])

    def test_a_member_that_unsubscribes_gets_no_more(self):
        """[MQTT-3.10.4-1] [MQTT-3.10.4-2]"""
        leaving, staying = self.member("x"), self.member("y")
        self.assertEqual([0x11, 0x11, 0], leaving.unsubscribe(self.topic(), self.share(group="h"), self.share()).codes)
        self.publish(4)
        self.expect_payloads(staying, b"0", b"1", b"2", b"3")
        self.expect_nothing(leaving)
        staying.unsubscribe(self.share())
        self.assertEqual(0x10, self.client("pub").publish(self.topic(), b"x", 1).reason)

    def test_a_member_that_is_not_there_is_passed_over(self):
        """While another one is."""
        self.lasting_member("away").drop()
        here = self.member("here")
        self.publish(6)
        self.assertEqual(6, len(here.messages(6)))
        self.expect_nothing(self.persistent("away"))

    def test_messages_wait_for_a_group_that_is_away(self):
        """[MQTT-4.5.0-1]"""
        self.lasting_member("away").drop()
        self.publish(3)
        self.expect_payloads(self.persistent("away"), b"0", b"1", b"2")

    def test_retained_messages_are_not_sent_to_a_new_member(self):
        self.client("pub").publish(self.topic(), b"x", 1, retain=True)
        self.expect_nothing(self.member("x"))


class Leaving(SharedTest):
    def test_a_qos_1_message_that_was_not_acknowledged_goes_to_another_member(self):
        """When the session of the one that has it ends."""
        first = self.member("first")
        self.publish(3)
        sent = [first.expect("PUBLISH") for _ in range(3)]
        second = self.member("second")
        first.send(mqtt.ack("PUBACK", sent[1].mid))
        first.ping()
        first.drop()
        self.expect_payloads(second, b"0", b"2")

    def test_messages_that_wait_for_a_member_go_to_another_one_when_its_session_ends(self):
        self.lasting_member("first", options=2).drop()
        self.publish(2, qos=1)
        second = self.member("second", options=2)
        self.client("first").disconnect()
        self.expect_payloads(second, b"0", b"1")

    def test_while_the_session_lasts_the_message_is_its_own(self):
        """[MQTT-4.8.2-4]"""
        for qos in (1, 2):
            first = self.lasting_member(f"first{qos}", options=qos)
            self.publish(1, qos)
            sent = first.expect("PUBLISH")
            second = self.member("second", options=qos)
            first.drop()
            self.expect_nothing(second)
            again = self.persistent(f"first{qos}")
            found = again.message()
            self.assertEqual((sent.mid, b"0", True), (found.mid, found.payload, found.dup))
            again.unsubscribe(self.share())
            second.disconnect()

    def test_a_session_that_expires_gives_its_messages_back(self):
        first = self.persistent("first", expiry=1)
        first.subscribe((self.share(), 1))
        self.publish(2)
        self.assertEqual(b"0", first.expect("PUBLISH").payload)
        first.drop()
        self.expect_payloads(self.member("second"), b"0", b"1")

    def test_a_qos_2_message_that_was_sent_goes_to_nobody_else(self):
        """[MQTT-4.8.2-5]"""
        first = self.member("first", options=2)
        self.publish(1, 2)
        first.expect("PUBLISH")
        second = self.member("second", options=2)
        first.drop()
        self.publish(1, 1)
        self.assertEqual(1, second.message().qos)
        self.expect_nothing(second)

    def test_a_message_that_a_member_refuses_goes_to_nobody_else(self):
        """[MQTT-4.8.2-6] [MQTT-4.4.0-2]"""
        for qos, answer in ((1, "PUBACK"), (2, "PUBREC")):
            first = self.member("first", options=qos)
            self.publish(1, qos)
            sent = first.expect("PUBLISH")
            second = self.member("second", options=qos)
            first.send(mqtt.ack(answer, sent.mid, 0x80))
            self.expect_nothing(first, second)
            first.drop()
            self.expect_nothing(second)
            second.disconnect()


class Faults(SharedTest):
    def test_no_local_on_a_shared_subscription_is_a_protocol_error(self):
        """[MQTT-3.8.3-4]"""
        client = self.client()
        client.send(mqtt.subscribe(V5, 1, [(self.share(), 4)]))
        self.expect_closed(client, 0x82)

    def test_a_share_name_has_at_least_one_character_and_no_wildcard(self):
        """[MQTT-4.8.2-1] [MQTT-4.8.2-2]"""
        for filter in ("$share/", "$share/g", "$share/g/", "$share//a", "$share/+/a", "$share/g#/a"):
            client = self.client()
            client.send(mqtt.subscribe(V5, 1, [(filter, 1)]))
            with self.subTest(filter):
                self.expect_closed(client, 0x8F)


if __name__ == "__main__":
    harness.main()
