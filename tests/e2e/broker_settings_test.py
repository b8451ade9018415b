"""mqrig broker: no option is taken and then ignored. Limits, faults, state, $SYS, configuration."""

import signal
import time

import harness
import mqtt
import peer
import raw_client
from broker_case import CONNECT, OK, USAGE, BrokerCase

SERVER_BUSY, QUOTA_EXCEEDED, TOPIC_NAME_INVALID = 0x89, 0x97, 0x90
PACKET_TOO_LARGE = 0x95


class Limits(BrokerCase):
    def test_limits_are_announced_to_clients(self):
        broker = self.serve("-p", 0, "--max-packet-size", "1k", "--receive-maximum", 7, "--max-topic-aliases", 3,
                            "--max-keep-alive", "30s", "--max-session-expiry", "1m")
        props = self.client(broker.port, keep_alive=60, session_expiry_interval=3600).connack.props
        for name, value in {"maximum-packet-size": 1024, "receive-maximum": 7, "topic-alias-maximum": 3,
                            "server-keep-alive": 30, "session-expiry-interval": 60}.items():
            self.assertEqual(value, props.get(name), name)

    def test_a_packet_above_the_limit_ends_the_connection(self):
        broker = self.serve("-p", 0, "--max-packet-size", 100)
        client = self.client(broker.port)
        client.publish("a", bytes(80), 1)
        client.send_publish("a", bytes(100))
        self.assertEqual(PACKET_TOO_LARGE, client.expect("DISCONNECT").reason)

    def test_connections_are_limited(self):
        broker = self.serve("-p", 0, "--max-connections", 2)
        first = self.client(broker.port)
        self.client(broker.port)
        third = raw_client.RawClient(broker.port)
        self.addCleanup(third.close)
        with self.assertRaises((peer.Closed, OSError, AssertionError)):
            self.assertEqual(0, third.connect().reason)
        third.close()
        first.disconnect()
        harness.wait_until(lambda: self.connects(broker), "there is room again")

    @staticmethod
    def connects(broker):
        client = raw_client.RawClient(broker.port)
        try:
            return client.connect().reason == 0
        except (peer.Closed, OSError, AssertionError):
            return False
        finally:
            client.close()

    def test_who_says_nothing_is_dropped_in_time(self):
        broker = self.serve("-p", 0, "--connect-timeout", "200ms")
        silent = raw_client.RawClient(broker.port)
        self.addCleanup(silent.close)
        silent.send(mqtt.connect("half")[:5])
        silent.expect_closed()
        self.refuse("--connect-timeout", 0, code=USAGE, texts=("above zero",))

    def test_subscriptions_and_levels_are_limited(self):
        broker = self.serve("-p", 0, "--max-subscriptions", 2, "--max-topic-levels", 3)
        client = self.client(broker.port)
        self.assertEqual([0, 0, QUOTA_EXCEEDED], list(client.subscribe("a", "b", "c").codes))
        self.assertGreaterEqual(client.subscribe("a/b/c/d").codes[0], 0x80)
        self.assertEqual(TOPIC_NAME_INVALID, client.publish("a/b/c/d", b"", 1).reason)

    def test_retained_messages_are_limited(self):
        broker = self.serve("-p", 0, "--max-retained-messages", 2, "--max-retained-bytes", "10k", "--sys-interval", 0)
        client = self.client(broker.port)
        reasons = [client.publish(topic, b"x", 1, retain=True).reason for topic in "abc"]
        self.assertEqual(QUOTA_EXCEEDED, reasons[2], reasons)
        self.assertEqual(QUOTA_EXCEEDED, client.publish("a", bytes(20_000), 1, retain=True).reason)

    def queued(self, *args):
        """What a client finds that was away while 1, 2 and 3 were published, when two may wait."""
        broker = self.serve("-p", 0, "--max-queued-messages", 2, *args)
        absent = self.client(broker.port, "absent", session_expiry_interval=100)
        absent.subscribe("a", options=1)
        absent.disconnect()
        publisher = self.client(broker.port)
        for number in b"123":
            publisher.publish("a", bytes([number]), 1)
        absent = self.client(broker.port, "absent", clean=False, session_expiry_interval=100)
        return b"".join(message.payload for message in absent.messages(2))

    def test_a_full_queue_drops_the_oldest_or_the_newest_message(self):
        self.assertEqual(b"23", self.queued())
        self.assertEqual(b"23", self.queued("--when-full", "oldest"))
        self.assertEqual(b"12", self.queued("--when-full", "newest"))

    def test_a_full_queue_may_end_the_connection(self):
        broker = self.serve("-p", 0, "--max-queued-messages", 2, "--max-inflight", 1, "--when-full", "disconnect")
        slow = self.client(broker.port)
        slow.subscribe("a", options=1)
        publisher = self.client(broker.port)
        for number in b"1234":
            publisher.publish("a", bytes([number]), 1)
        self.assertEqual(b"1", slow.expect("PUBLISH").payload)
        self.assertEqual(QUOTA_EXCEEDED, slow.expect("DISCONNECT").reason)

    def test_no_more_is_in_flight_than_the_limit(self):
        broker = self.serve("-p", 0, "--max-inflight", 2)
        slow = self.client(broker.port)
        slow.subscribe("a", options=1)
        publisher = self.client(broker.port)
        for number in b"123":
            publisher.publish("a", bytes([number]), 1)
        self.assertEqual([b"1", b"2"], [found.payload for found in slow.rest()])


class Faults(BrokerCase):
    def test_connections_are_refused_on_purpose(self):
        broker = self.serve("-p", 0, "--chaos", "refuse=100%")
        self.assertEqual(SERVER_BUSY, self.client(broker.port).connack.reason)
        self.expect_code(self.pub(broker.port, "-V", "311", "-t", "a", "-m", "b"), CONNECT)

    def test_a_drawn_seed_is_named_and_a_given_one_not(self):
        broker = self.serve("-p", 0, "--chaos", "delay=1ms")
        broker.err.wait_text(r"faults are made on purpose; --seed \d+ makes the same ones again")
        broker = self.serve("-p", 0, "--chaos", "delay=1ms", "--seed", 7)
        self.end(broker)
        self.assertEqual("", broker.err.text())

    def lost(self, seed):
        broker = self.serve("-p", 0, "--chaos", "drop-publish=50%", "--seed", seed)
        client = self.client(broker.port)
        client.subscribe("a")
        for number in range(100):
            client.send_publish("a", bytes([number]))
        return [found.payload[0] for found in client.rest()]

    def test_the_same_seed_makes_the_same_faults(self):
        first = self.lost(1)
        self.assertTrue(20 < len(first) < 80, first)
        self.assertEqual(first, self.lost(1))
        self.assertNotEqual(first, self.lost(2))

    def test_answers_are_delayed(self):
        broker = self.serve("-p", 0, "--chaos", "delay=300ms")
        started = time.monotonic()
        self.client(broker.port).ping()
        self.assertGreater(time.monotonic() - started, 0.5)

    def test_clients_change_faults_only_where_that_is_allowed(self):
        for allowed in (True, False):
            broker = self.serve("-p", 0, *(["--chaos-control", "--seed", 1] if allowed else []))
            client = self.client(broker.port)
            client.publish("$CONTROL/mqrig/chaos", b"refuse=100%", 1)
            self.assertEqual(SERVER_BUSY if allowed else 0, self.client(broker.port).connack.reason)
            client.publish("$CONTROL/mqrig/chaos", b"", 1)
            self.assertEqual(0, self.client(broker.port).connack.reason)

    def test_a_list_that_makes_no_sense_is_explained(self):
        self.refuse("--chaos", "drop-pubak=1%", code=USAGE,
                    texts=("--chaos: there is no fault 'drop-pubak': the faults are delay, .*drop-puback",))
        self.refuse("--chaos", "refuse=5", code=USAGE, texts=("if percent are meant, write 5%",))
        self.refuse("--seed", 5, code=USAGE, texts=("--seed needs --chaos",))


class State(BrokerCase):
    def test_what_was_kept_is_there_after_a_stop_and_after_a_kill(self):
        state = self.dir / "state.db"
        broker = self.serve("-p", 0, "--state", state)
        client = self.client(broker.port, "logger", session_expiry_interval=1000)
        client.subscribe("a", options=1)
        client.disconnect()
        self.client(broker.port).publish("a", b"queued", 1, retain=True)
        for kill in (False, True):
            broker.stop() if kill else self.end(broker)
            broker = self.serve("-p", 0, "--state", state)
        client = self.client(broker.port, "logger", clean=False, session_expiry_interval=1000)
        self.assertTrue(client.connack.session_present)
        self.assertEqual(b"queued", client.message().payload)
        reader = self.client(broker.port)
        reader.subscribe("a")
        self.assertEqual(b"queued", reader.message().payload)

    def test_without_a_file_nothing_outlives_the_broker(self):
        broker = self.serve("-p", 0)
        self.client(broker.port).publish("a", b"x", 1, retain=True)
        self.end(broker)
        broker = self.serve("-p", 0)
        reader = self.client(broker.port)
        reader.subscribe("a")
        self.assertEqual([], reader.rest())

    def test_two_brokers_do_not_share_a_file(self):
        state = self.dir / "state.db"
        self.serve("-p", 0, "--state", state)
        self.refuse("-p", 0, "--state", state, code=10, texts=("--state", str(state)))


class Sys(BrokerCase):
    def test_the_state_is_published_below_sys_or_not(self):
        for args, there in ((), True), (("--sys-interval", "0"), False):
            broker = self.serve("-p", 0, *args)
            client = self.client(broker.port)
            client.subscribe("$SYS/#")
            client.subscribe("end")
            client.publish("end", b"", 1, retain=True)
            topics = []
            while not topics or topics[-1] != "end":
                topics.append(client.expect("PUBLISH").topic)
            self.assertEqual(there, "$SYS/broker/version" in topics, topics)


class Configuration(BrokerCase):
    def test_the_brokers_own_table_holds_for_it_and_what_clients_are_told_does_not(self):
        config = self.write("config.toml", "port = 1\npassword-file = '/nonexistent'\nverbose = true\n"
                                           "[broker]\nport = 0\nreceive-maximum = 9\nmax-topic-aliases = 4\n")
        broker = self.serve("--config", config)
        props = self.client(broker.port).connack.props
        self.assertEqual((9, 4), (props["receive-maximum"], props["topic-alias-maximum"]))
        self.end(broker)
        self.assertEqual("", broker.err.text())

    def test_variables_set_the_brokers_options_and_flags_win(self):
        variables = {"MQRIG_BROKER_PORT": "1", "MQRIG_BROKER_LISTEN": f"unix://{self.dir}/s", "MQRIG_PORT": "x"}
        broker = self.serve("-p", 0, lines=2, env=variables)
        self.assertTrue(broker.urls[1].endswith("/s"))
        broker = self.serve("--listen", "mqtt://127.0.0.1:0", env=variables)
        self.assertEqual(1, len(broker.urls))
        self.end(broker)
        self.refuse(code=USAGE, texts=("MQRIG_BROKER_PORT: invalid value",), env={"MQRIG_BROKER_PORT": "x"})


if __name__ == "__main__":
    harness.main()
