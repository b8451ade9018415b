"""mqrig broker under clients that behave badly: its memory stays bounded, and a client that behaves is served throughout."""

import contextlib
import os
import random
import socket
import threading
import time

import harness
import mqtt
import raw_client
from mqtt import V5
from peer import Closed

SEED = int(os.environ.get("MQRIG_TEST_SEED", "1"))
SERVER_BUSY, TAKEN_OVER = 0x89, 0x8E
PROMPT = 5  # s, in which an answer comes, also on a machine that does much else
MIB = 1024  # KiB


class LoadCase(harness.MqttTest):
    def serve(self, *args):
        self.server = harness.Broker(self.dir, *args)
        self.addCleanup(self.server.stop)
        self.server.start()
        self.good = self.client("good", keep_alive=10)
        self.good.subscribe("good", options=2)
        self.before = self.server.process.resident_kib()

    def raw(self):
        client = raw_client.RawClient(self.server.port)
        self.addCleanup(client.close)
        return client

    def client(self, *args, **options):
        client = self.raw()
        answer = client.connect(*args, **options)
        self.assertEqual(0, answer.reason, answer)
        return client

    def well(self):
        """The client that behaves gets its messages and answers, and promptly; the broker has not grown by more than it may."""
        began = time.monotonic()
        for qos in (0, 1, 2):
            self.good.publish("good", b"%d" % qos, qos)
            self.assertEqual(b"%d" % qos, self.good.message().payload)
        self.assertLess(time.monotonic() - began, PROMPT)

    def bounded(self, mebibytes):
        grown = self.server.process.resident_kib() - self.before
        if not harness.SANITIZED:  # whose memory is another matter
            self.assertLess(grown, mebibytes * MIB)

    @staticmethod
    def closed(client, timeout=20):
        """The packets that came before the broker closed."""
        return client.expect_closed(timeout)


class Handshakes(LoadCase):
    def test_who_says_connect_by_the_byte_is_cut_off_in_time(self):
        self.serve("--connect-timeout", "1s")
        slow = [self.raw() for _ in range(300)]
        data = mqtt.connect("slow" * 1000)
        began = time.monotonic()
        for number in range(20):
            for client in slow:
                client.send(data[number:number + 1])
            self.well()
        for client in slow:
            self.assertEqual([], self.closed(client))
        self.assertLess(time.monotonic() - began, PROMPT + 2)
        self.well()
        self.bounded(8)

    def test_a_flood_of_connections_at_the_limit_is_refused(self):
        self.serve("--max-connections", "50")
        held = [self.client(f"c{number}") for number in range(49)]
        for number in range(2000):
            with contextlib.closing(raw_client.RawClient(self.server.port)) as extra:
                self.assertEqual(SERVER_BUSY, extra.connect(f"extra{number}").reason)
                self.assertEqual([], self.closed(extra))
        self.well()
        self.bounded(8)
        held[0].disconnect()
        self.client("new")
        self.assertTrue(held[1].ping())

    def test_a_flood_of_connections_that_say_nothing_leaves_room_for_those_who_do(self):
        self.serve("--connect-timeout", "1s")
        silent = [self.raw() for _ in range(500)]
        self.client("new")
        self.well()
        for client in silent:
            self.assertEqual([], self.closed(client))
        self.bounded(8)

    def test_half_open_peers_are_noticed(self):
        """[MQTT-3.1.2-22]"""
        self.serve()
        self.good.subscribe("will", options=1)
        gone = [self.client(f"gone{number}", keep_alive=1, will=mqtt.Will("will", b"%d" % number, 1)) for number in range(100)]
        wills = {message.payload for message in self.good.messages(100)}
        self.assertEqual({b"%d" % number for number in range(100)}, wills)
        for client in gone:
            self.closed(client)
        self.well()

    def test_a_storm_of_take_overs_leaves_one(self):
        """[MQTT-3.1.4-3]"""
        self.serve()
        clients, lock = [], threading.Lock()

        def storm():
            for _ in range(125):
                client = raw_client.RawClient(self.server.port)
                with lock:
                    clients.append(client)
                with contextlib.suppress(Closed, OSError):  # taken over before it was told that it is there
                    client.connect("contested", clean=False, session_expiry_interval=100)
        threads = [threading.Thread(target=storm) for _ in range(4)]
        for thread in threads:
            thread.start()
        self.well()
        for thread in threads:
            thread.join()
        alive = [client for client in clients if self.answers(client)]
        self.assertEqual((500, 1), (len(clients), len(alive)))
        told = [packet.reason for client in clients for packet in client.seen if packet.name == "DISCONNECT"]
        self.assertEqual({TAKEN_OVER}, set(told))
        for client in clients:
            client.close()
        self.well()
        self.bounded(8)

    @staticmethod
    def answers(client):
        try:
            return client.ping()
        except (Closed, OSError):
            return False


class Floods(LoadCase):
    def never_reads(self, qos, name="deaf"):
        deaf = self.client(name, session_expiry_interval=100)
        deaf.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.subscribe("flood/#", options=qos)
        return deaf

    def publish(self, qos, count, size):
        """At full speed, and everything acknowledged."""
        publisher = self.client(receive_maximum=1000)
        payload = bytes(size)
        for start in range(0, count, 100):
            publisher.send(*[mqtt.publish(V5, "flood/a", payload, qos, start + n + 1 if qos else None) for n in range(100)])
            for _ in range(100 if qos else 0):
                publisher.expect("PUBACK")
            if start % 1000 == 0:
                self.well()
        publisher.ping()

    def test_who_never_reads_qos_0_costs_no_memory(self):
        self.serve()
        deaf = self.never_reads(0)
        self.publish(0, 10_000, 10_000)
        self.well()
        self.bounded(32)
        deaf.close()
        self.well()

    def test_who_never_reads_qos_1_costs_what_may_be_queued(self):
        for rule in ("oldest", "newest", "disconnect"):
            self.serve("--max-queued-bytes", "4M", "--when-full", rule)
            deaf = self.never_reads(1)
            self.publish(1, 5_000, 10_000)
            self.well()
            self.bounded(32)
            deaf.close()

    def test_a_huge_set_of_retained_messages_and_who_does_not_take_it(self):
        self.serve()
        publisher = self.client()
        names = [f"flood/{number % 97}/{number}" for number in range(30_000)]
        for start in range(0, len(names), 1000):
            publisher.send(*[mqtt.publish(V5, name, b"x" * 100, retain=True) for name in names[start:start + 1000]])
            publisher.ping()
        self.before = self.server.process.resident_kib()
        deaf = [self.never_reads(1, f"deaf{number}") for number in range(20)]
        self.well()
        reader = self.client()
        reader.subscribe("flood/#", options=1)
        found = {message.topic for message in reader.messages(len(names))}
        self.assertEqual(set(names), found)
        self.well()
        self.bounded(64)
        for client in deaf:
            client.close()

    def test_deep_topics_with_all_their_wildcards(self):
        self.serve()
        flood = self.client("flood", receive_maximum=65535)
        levels = 12
        filters = ["/".join("+a"[number >> level & 1] for level in range(levels)) for number in range(1 << levels)]
        for start in range(0, len(filters), 256):
            flood.subscribe(*filters[start:start + 256])
        deep = "/".join("a" * levels)
        for _ in range(10):
            flood.publish(deep, b"x", 1)
            self.well()
        self.expect_copies(flood, deep, 10)
        longest = "/".join("d" * 200)
        flood.subscribe("/".join("+" * 199) + "/#")
        flood.publish(longest, b"x", 1)
        self.bounded(32)
        self.well()

    def test_every_client_subscribes_to_everything(self):
        self.serve()
        everyone = [self.client(f"all{number}") for number in range(200)]
        for client in everyone:
            client.subscribe("#", "+/#", "flood/+", options=0)
        self.publish(0, 300, 100)
        for client in everyone:
            self.expect_copies(client, "flood/a", 300)
        self.bounded(64)

    def expect_copies(self, client, topic, count):
        """So many messages, each once for all its subscriptions, or once for each: as often as the others [MQTT-3.3.4-2]."""
        client.rest()
        found = [packet for packet in client.seen if packet.name == "PUBLISH" and packet.topic == topic]
        self.assertTrue(found and len(found) % count == 0, len(found))

    def test_bytes_that_make_no_sense_end_their_connection_only(self):
        self.serve("--connect-timeout", "1s")
        dice = random.Random(SEED)
        sound = [mqtt.subscribe(V5, 1, [("a/+", 1)]), mqtt.publish(V5, "a", b"x" * 50, 1, 7), mqtt.unsubscribe(V5, 2, ["a"]),
                 mqtt.ack("PUBREL", 9), mqtt.disconnect(V5), mqtt.packet("PINGREQ")]
        for number in range(600):
            client = self.raw()
            packets = [mqtt.connect(f"fuzz{number % 20}", keep_alive=1), *dice.choices(sound, k=3)]
            data = bytearray(dice.randbytes(200) if number % 3 == 0 else b"".join(packets))
            for _ in range(dice.randrange(1, 6)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            with contextlib.suppress(OSError):
                client.send(data)
                client.sock.shutdown(socket.SHUT_WR)
            self.drain(client)
            if number % 50 == 0:
                self.well()
        self.well()
        self.bounded(16)

    @staticmethod
    def drain(client):
        """Reads what the broker says, sense or not, until it closes."""
        client.sock.settimeout(20)
        with contextlib.suppress(ConnectionError):
            while client.sock.recv(1 << 16):
                pass
        client.close()


if __name__ == "__main__":
    harness.main()
