"""mqrig broker --state: what is there after a crash and after a graceful stop, and files that are none of ours."""

import contextlib
import functools
import sqlite3
import time

import harness
import mqtt
import raw_client
from mqtt import V5, V311

INPUT = 10
SERVER_SHUTTING_DOWN = 0x8B


def after_each_end(test):
    """The test runs twice: the broker ends by kill -9, and by SIGTERM."""
    @functools.wraps(test)
    def run(self):
        for kill in (True, False):
            with self.subTest(kill=kill):
                self.kill = kill
                self.begin()
                test(self)
    return run


class RestartCase(harness.MqttTest):
    kill = True

    def setUp(self):
        super().setUp()
        self.number = 0
        self.begin()

    def begin(self):
        self.number += 1
        self.clients = []
        self.state = self.dir / f"state{self.number}"
        self.server = harness.Broker(self.dir, "--state", self.state)
        self.addCleanup(self.server.stop)
        self.server.start()

    def again(self):
        """The broker ends and starts."""
        self.end()
        self.server.start()

    def end(self):
        if self.kill:
            return self.server.kill()
        self.server.end()
        for client in self.clients:
            if client.sock.fileno() >= 0:
                client.finish()  # the broker waits for clients to close, for a while
        self.server.stop()

    def client(self, name="", version=V5, expiry=3600, clean=False, **connect):
        client = raw_client.RawClient(self.server.port, version)
        self.addCleanup(client.close)
        self.clients.append(client)
        if version == V5:
            connect["session_expiry_interval"] = expiry
        client.connack = client.connect(name, clean=clean, **connect)
        self.assertEqual(0, client.connack.reason, client.connack)
        return client

    def back(self, name, present=True, **more):
        client = self.client(name, **more)
        self.assertEqual(present, client.connack.session_present)
        return client

    def absent(self, *filters, name="away", **more):
        """A session with these subscriptions, and no connection."""
        client = self.client(name, **more)
        client.subscribe(*filters, options=2)
        client.disconnect()

    def payloads(self, client, count):
        found = [message.payload for message in client.messages(count)]
        self.assertEqual([], client.rest())
        return found

    @staticmethod
    def settle(client):
        """What the client has acknowledged is saved: at the latest with what the broker has to save before it answers.

        A crash before that may bring messages again, as duplicates.
        """
        client.publish("settled", b"x", 1, retain=True)

    @staticmethod
    def wait(seconds):
        """For what is a matter of time and of nothing else."""
        end = time.monotonic() + seconds
        harness.wait_until(lambda: time.monotonic() > end, "time passes")


class Kept(RestartCase):
    @after_each_end
    def test_retained_messages(self):
        client = self.client()
        client.publish("r/a", b"old", 1, retain=True)
        client.publish("r/a", b"new", 2, retain=True, content_type="text", user_property=[("b", "1"), ("a", "2"), ("b", "3")])
        client.publish("r/b", b"removed", 1, retain=True)
        client.publish("r/b", b"", 1, retain=True)
        client.publish("r/c", b"zero", 0, retain=True)
        for _ in range(2):
            self.again()
            reader = self.client()
            reader.subscribe("r/#", options=2)
            found = {message.topic: message for message in reader.messages(2)}
            self.assertEqual({"r/a": b"new", "r/c": b"zero"}, {topic: message.payload for topic, message in found.items()})
            self.assertEqual({"content-type": "text", "user-property": [("b", "1"), ("a", "2"), ("b", "3")]}, found["r/a"].props)
            self.assertEqual([], reader.rest())

    @after_each_end
    def test_a_retained_message_that_was_removed_stays_away(self):
        client = self.client()
        client.publish("r", b"x", 1, retain=True)
        self.again()
        self.client().publish("r", b"", 1, retain=True)
        self.again()
        reader = self.client()
        reader.subscribe("r")
        self.assertEqual([], reader.rest())

    @after_each_end
    def test_subscriptions_with_their_options(self):
        client = self.client("sub")
        client.subscribe(("a", 1 | 4 | 8), subscription_identifier=[7])  # no local, retain as published
        client.subscribe(("b", 2), ("gone", 1))
        client.unsubscribe("gone")
        self.again()
        client = self.back("sub")
        other = self.client()
        other.publish("gone", b"no", 1)
        client.publish("a", b"own", 1)
        other.publish("a", b"kept", 2, retain=True)
        other.publish("b", b"two", 2)
        first, second = client.messages(2)
        self.assertEqual((b"kept", 1, True, [7]), (first.payload, first.qos, first.retain, first.props["subscription-identifier"]))
        self.assertEqual((b"two", 2), (second.payload, second.qos))
        self.assertEqual([], client.rest())

    @after_each_end
    def test_shared_subscriptions(self):
        for name in ("one", "two"):
            self.absent("$share/g/s", name=name)
        self.again()
        members = [self.back(name) for name in ("one", "two")]
        publisher = self.client()
        for number in range(10):
            publisher.publish("s", b"%d" % number, 1)
        found = [packet.payload for member in members for packet in member.rest()]
        self.assertEqual(sorted(b"%d" % number for number in range(10)), sorted(found))

    @after_each_end
    def test_queued_messages_in_their_order(self):
        for version in (V311, V5):
            self.absent("q", name=f"away{version}", version=version)
        publisher = self.client()
        for number in range(5):
            publisher.publish("q", b"%d" % number, 1 + number % 2, response_topic="r")
        self.again()
        self.client().publish("q", b"last", 1)
        self.assertEqual([b"0", b"1", b"2", b"3", b"4", b"last"], self.payloads(self.back("away4", version=V311), 6))
        found = self.back("away5").messages(6)
        self.assertEqual([1, 2, 1, 2, 1, 1], [message.qos for message in found])
        self.assertEqual("r", found[0].props["response-topic"])
        self.settle(self.clients[-1])
        self.again()
        self.assertEqual([], self.back("away5").rest())


class HalfWay(RestartCase):
    """Messages that were on their way when the broker ended."""

    @after_each_end
    def test_a_message_that_was_not_acknowledged_comes_again_as_a_duplicate(self):
        """[MQTT-4.4.0-1] [MQTT-3.3.1-1]"""
        self.absent("a")
        self.client().publish("a", b"x", 1)
        first = self.back("away").expect("PUBLISH")
        self.again()
        client = self.back("away")
        second = client.message()
        self.assertEqual((first.mid, True, b"x"), (second.mid, second.dup, second.payload))
        self.settle(client)
        self.again()
        self.assertEqual([], self.back("away").rest())

    @after_each_end
    def test_after_pubrec_only_pubrel_comes(self):
        """[MQTT-4.3.3-4] [MQTT-4.4.0-1]"""
        self.absent("a")
        self.client().publish("a", b"x", 2)
        client = self.back("away")
        found = client.expect("PUBLISH")
        client.send(mqtt.ack("PUBREC", found.mid))
        client.expect("PUBREL")
        self.again()
        client = self.back("away")
        self.assertEqual(found.mid, client.expect("PUBREL").mid)
        client.send(mqtt.ack("PUBCOMP", found.mid))
        self.assertEqual([], client.rest())

    @after_each_end
    def test_what_pubrec_was_sent_for_is_not_taken_twice(self):
        """[MQTT-4.3.3-10]"""
        self.absent("a")
        publisher = self.client("pub")
        publisher.send_publish("a", b"x", 2, mid=9)
        publisher.expect("PUBREC")
        self.again()
        publisher = self.back("pub")
        publisher.send_publish("a", b"x", 2, mid=9, dup=True)
        publisher.expect("PUBREC")
        publisher.release(9)
        self.again()
        publisher = self.back("pub")
        publisher.release(9)  # whose answer may have been lost
        publisher.send_publish("a", b"y", 2, mid=9)  # the identifier is free: this is a new message
        publisher.expect("PUBREC")
        self.assertEqual([b"x", b"y"], self.payloads(self.back("away"), 2))


class Time(RestartCase):
    @after_each_end
    def test_messages_expire_while_there_is_no_broker(self):
        """[MQTT-3.3.2-5] [MQTT-3.3.2-6]"""
        self.absent("e/#")
        publisher = self.client()
        for seconds in (1, 1000):
            publisher.publish(f"e/{seconds}", b"x", 1, retain=True, message_expiry_interval=seconds)
        self.end()
        self.wait(1.1)
        self.server.start()
        reader = self.client()
        reader.subscribe("e/#", options=1)
        for client in (self.back("away"), reader):
            found = client.message()
            self.assertEqual("e/1000", found.topic)
            self.assertTrue(990 < found.props["message-expiry-interval"] <= 999, found)
            self.assertEqual([], client.rest())

    @after_each_end
    def test_sessions_expire_while_there_is_no_broker(self):
        """[MQTT-3.1.2-23]"""
        self.absent("s", name="short", expiry=1)
        self.absent("s", name="long", expiry=1000)
        self.absent("s", name="none", expiry=0)
        self.end()
        self.wait(1.1)
        self.server.start()
        for name, present in (("short", False), ("long", True), ("none", False)):
            self.back(name, present)

    @after_each_end
    def test_a_session_that_was_connected_expires_from_the_end_of_the_broker_on(self):
        self.client("on", expiry=1)
        self.again()
        def gone():
            self.again()
            watcher = self.client("watcher")
            watcher.subscribe("$SYS/broker/clients/disconnected")
            return watcher.message().payload == b"0"
        self.wait(1.1)
        harness.wait_until(gone, "the session has ended")

    @after_each_end
    def test_a_will_is_published_though_the_broker_ends_first(self):
        """[MQTT-3.1.2-8] [MQTT-3.1.3-9]"""
        self.absent("w/#")
        for delay in (0, 1):
            self.client(f"dying{delay}", will=mqtt.Will(f"w/{delay}", b"gone", 1, will_delay_interval=delay))
        self.client("alive", will=mqtt.Will("w/alive", b"gone", 1, will_delay_interval=600))
        self.again()
        alive = self.back("alive", will=mqtt.Will("w/alive", b"gone", 1))
        reader = self.back("away")
        self.assertEqual(["w/0", "w/1"], [message.topic for message in reader.messages(2)])
        alive.disconnect()
        self.assertEqual([], reader.rest())

    @after_each_end
    def test_a_will_that_was_published_is_not_published_again(self):
        self.absent("w")
        self.client("dying", will=mqtt.Will("w", b"gone", 1)).drop()
        self.again()
        self.assertEqual([b"gone"], self.payloads(self.back("away"), 1))
        self.settle(self.clients[-1])
        self.again()
        self.assertEqual([], self.back("away").rest())


class Graceful(RestartCase):
    def test_clients_are_told_and_find_everything_again(self):
        five, three = self.client("five"), self.client("three", version=V311)
        for client in (five, three):
            client.subscribe("a", options=1)
        self.server.end()
        self.assertEqual([SERVER_SHUTTING_DOWN], [packet.reason for packet in five.finish()])
        self.assertEqual([], three.finish())
        self.server.stop()
        self.server.start()
        self.client().publish("a", b"x", 1)
        for client in (self.back("five"), self.back("three", version=V311)):
            self.assertEqual([b"x"], self.payloads(client, 1))


class Files(RestartCase):
    def refuse(self, path, *texts):
        self.expect_failure(self.run_mqrig("broker", "-p", 0, "--state", path), INPUT, "--state", str(path), *texts)

    def test_two_brokers_do_not_share_a_file(self):
        self.client("me").disconnect()
        self.refuse(self.state)
        self.back("me")

    def test_a_damaged_file_is_refused_and_left_as_it_was(self):
        self.absent("a")
        self.client().publish("a", bytes(100_000), 1)
        self.kill = False
        self.end()
        whole = self.state.read_bytes()
        for data in (whole[:len(whole) // 2], whole[:16] + bytes(84) + whole[100:], b"no database" * 1000):
            self.state.write_bytes(data)
            self.refuse(self.state)
            self.assertEqual(data, self.state.read_bytes())
        self.state.write_bytes(whole)
        self.server.start()
        self.assertEqual(bytes(100_000), self.back("away").message().payload)

    def test_a_database_of_somebody_else_is_refused(self):
        path = self.dir / "other.db"
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("create table t (x)")
        data = path.read_bytes()
        self.refuse(path)
        self.assertEqual(data, path.read_bytes())


if __name__ == "__main__":
    harness.main()
