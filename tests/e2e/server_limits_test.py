"""What a broker says, and what it keeps, when a client asks for more than its share."""

import harness
import mqtt
from mqtt import V31, V311, V5
from server_test_case import OTHER, ServerTest, in_versions


class OldestGivesWay(ServerTest):
    options = ("--max-queued-messages", 3, "--when-full", "oldest")
    kept = [b"3", b"4", b"5"]

    def test_a_full_queue_keeps_what_it_is_to_keep(self):
        first = self.persistent("sub")
        first.subscribe((self.topic(), 2))
        first.drop()
        publisher = self.client("pub")
        for number in range(6):
            publisher.publish(self.topic(), b"%d" % number, 1 + number % 2)
        self.expect_payloads(self.persistent("sub"), *self.kept)


class NewestGivesWay(OldestGivesWay):
    options = ("--max-queued-messages", 3, "--when-full", "newest")
    kept = [b"0", b"1", b"2"]


class ClientGivesWay(ServerTest):
    options = ("--max-queued-messages", 3, "--when-full", "disconnect")

    def test_a_client_that_does_not_acknowledge_is_disconnected(self):
        """[MQTT-3.14.2-1] [MQTT-4.13.2-1]"""
        seen = self.client("sub", receive_maximum=1)
        seen.subscribe((self.topic(), 1))
        publisher = self.client("pub")
        for _ in range(6):
            publisher.publish(self.topic(), b"x", 1)
        sent, last = seen.finish()
        self.assertEqual(("PUBLISH", "DISCONNECT", 0x97), (sent.name, last.name, last.reason))


class ManyMessages(ServerTest):
    options = ("--max-queued-bytes-in-all", "4k")

    def test_the_queues_of_all_sessions_have_a_limit_together(self):
        sessions = [self.persistent(name) for name in ("one", "two")]
        for session in sessions:
            session.subscribe((self.topic(), 1))
            session.drop()
        publisher = self.client("pub")
        for _ in range(20):
            publisher.publish(self.topic(), bytes(1000), 1)
        kept = [len(self.persistent(name).rest()) for name in ("one", "two")]
        self.assertIn(sum(kept), range(1, 5), kept)


class ManySessions(ServerTest):
    options = ("--max-sessions", 2)

    def test_there_are_so_many_sessions(self):
        """Whoever has one may come back, and there is room again when one has ended."""
        self.persistent("one").drop()
        two = self.client("two")
        self.assertEqual(0x97, self.raw().connect(self.called("three")).reason)
        self.assertEqual(3, self.raw(V311).connect(self.called("three")).reason)
        self.assertTrue(self.persistent("one").connack.session_present)
        two.disconnect()
        self.client("three")


class Shares(ServerTest):
    options = ("--max-subscriptions", 3, "--max-retained-messages", 2, "--max-topic-levels", 5,
               "--max-session-expiry", 60)

    def test_a_client_has_so_many_subscriptions(self):
        """Those that it has may be replaced, and others when it has given one up. [MQTT-3.9.3-2]"""
        client = self.client()
        self.assertEqual([1, 1, 1, 0x97], client.subscribe("a", "b", "$share/g/c", "d", options=1).codes)
        self.assertEqual([2, 2], client.subscribe("a", "$share/g/c", options=2).codes)
        client.unsubscribe("b")
        self.assertEqual([0, 0x97], client.subscribe("d", "e").codes)

    @in_versions(V31, V311)
    def test_older_versions_have_one_code_for_it(self, version):
        """[MQTT-3.9.3-2 of 3.1.1]"""
        self.assertEqual([1, 1, 1, 0x80], self.client(version=version).subscribe("a", "b", "c", "d", options=1).codes)

    def test_so_many_topics_have_a_retained_message(self):
        """[MQTT-3.4.2-1] [MQTT-3.5.2-1]"""
        publisher, names = self.client("pub"), ("a", "b", "c", "a", "d")
        codes = [publisher.publish(self.topic(name), b"x", 1 + at % 2, retain=True).reason
                 for at, name in enumerate(names)]
        self.assertEqual([0x10, 0x10, 0x97, 0x10, 0x97], codes)
        publisher.publish(self.topic("a"), b"", 1, retain=True)
        self.assertEqual(0x10, publisher.publish(self.topic("d"), b"x", 1, retain=True).reason)
        for name in ("b", "d"):
            publisher.publish(self.topic(name), b"", 1, retain=True)

    def test_a_topic_has_so_many_levels(self):
        """[MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.9.3-2]"""
        client = self.client()
        deep = "1/2/3/4/5"
        self.assertEqual([0, 0x8F], client.subscribe(deep, deep + "/#").codes)
        self.assertEqual([0, 0x90, 0x90], [client.publish(topic, b"x", qos).reason for topic, qos in
                                           ((deep, 1), (deep + "/6", 1), (deep + "/6", 2))])
        client.unsubscribe(deep)

    def test_a_session_is_kept_for_so_long(self):
        for asked, given in ((1000, 60), (0xFFFFFFFF, 60), (60, None), (0, None)):
            answer = self.client(session_expiry_interval=asked).connack
            self.assertEqual(given, answer.props.get("session-expiry-interval"), asked)


class Connections(ServerTest):
    options = ("--max-connections", 2)

    @in_versions()
    def test_one_connection_too_many_is_refused(self, version):
        """[MQTT-3.2.2-6] [MQTT-3.2.2-7] [MQTT-3.2.2-4 of 3.1.1] [MQTT-3.2.2-5 of 3.1.1]"""
        clients = [self.client("one", version), self.client("two", version)]
        third = self.raw(version)
        third.send(mqtt.connect(self.called("three"), version))
        self.expect_refused(third, *((0x89, 0x97) if version == V5 else (3,)))
        clients[0].disconnect()
        self.client("four", version).disconnect()
        clients[1].disconnect()


if __name__ == "__main__":
    if OTHER:
        raise SystemExit("These limits are those of mqrig broker.")
    harness.main()
