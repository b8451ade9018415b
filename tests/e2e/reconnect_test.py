"""Connections that break: what is resent, what is asked again, how often, and what is said about it."""

import signal
import threading
import time

import harness
import mqtt

KEPT = ("-c", "-i", "me")
FAST = ("--reconnect-delay", "0.05", "--reconnect-max-delay", "0.2")


class BrokerKilled(harness.MqttTest):
    """kill -9 in the middle. The broker keeps only what it saved before: the observer's session.

    The observer takes QoS 0: what the broker acknowledges has then left it for the observer's socket, where no kill
    can reach it, and with nothing to read from the observer the broker's socket ends with FIN and not with RST.
    """

    def publish_through_a_crash(self, qos, version, lines, *args):
        server = self.mosquitto(persistence=True,
                             config="max_inflight_messages 100\nmax_queued_messages 0\nqueue_qos0_messages true")
        seen = self.observer(server, "in", clean=False, qos=0)
        server.save()
        process = self.start("pub", "-p", server.port, "-V", version, "-q", qos, "-t", "in", "-l", *FAST, *args)
        feeder = threading.Thread(
            target=self._feed, args=(process, b"\n".join(lines) + b"\n"), daemon=True)
        feeder.start()
        seen.wait(len(lines) // 10)
        server.kill()
        self.assertTrue(process.running(), "the lines were through before the broker was killed")
        seen.thread.join(harness.DEADLINE)
        server.start()
        seen.open()
        self.assertEqual(0, process.wait(120), process.err.text())
        feeder.join()
        found = seen.wait_for(lambda messages: {m.payload for m in messages} >= set(lines), 60, "every line")
        return found

    def lines(self, count):
        return [b"line %d" % i for i in range(count)]

    def test_every_line_at_qos_1_arrives(self):
        for version in ("311", "5"):
            self.publish_through_a_crash(1, version, self.lines(60000))

    def test_every_line_at_qos_2_arrives(self):
        for version in ("311", "5"):
            self.publish_through_a_crash(2, version, self.lines(40000))

    def test_every_line_in_mqtt_3_1_arrives(self):
        self.publish_through_a_crash(1, "31", self.lines(30000))

    def test_a_small_window_loses_nothing_either(self):
        self.publish_through_a_crash(2, "5", self.lines(20000), "--max-inflight", "1")

    def test_sub_subscribes_again_and_says_so(self):
        server = self.mosquitto()  # whose port stays the same
        for version in ("31", "311", "5"):
            reader = self.start("sub", "-p", server.port, "-V", version, "-t", "a", "-t", "b", "-q", 1, *FAST)
            server.log.wait_text(r"New client connected from 127.0.0.1:\d+ as \S+ ")
            self.wait_until_it_hears(server, reader, b"before")
            server.kill()
            reader.err.wait_text("(?i)connection")
            server.start()
            self.wait_until_it_hears(server, reader, b"after")
            reader.signal(signal.SIGTERM)
            self.assertEqual(0, reader.wait())
            self.assertRegex(reader.err.text(), "(?i)connect")

    def wait_until_it_hears(self, server, reader, word):
        """Publishes until the reader, which subscribes at its own time, prints it."""
        def heard():
            self.expect_ok(self.pub(server.port, "-q", 1, "-t", "a", "-m", word.decode()))
            return word in reader.out.bytes()
        harness.wait_until(heard, f"{word} is printed")


class Dialogues(harness.MqttTest):
    def test_an_unacknowledged_message_is_sent_again_as_a_duplicate_in_the_same_session(self):
        def first(peer):
            peer.accept()
            sent = peer.expect("PUBLISH")
            self.assertEqual((1, False), (sent.qos, sent.dup))
            self.mid = sent.mid

        def second(peer):
            self.assertFalse(peer.accept(session_present=True).clean, "the session must be resumed, not started anew")
            again = peer.expect("PUBLISH")
            self.assertEqual((1, True, self.mid, b"x"), (again.qos, again.dup, again.mid, again.payload))
            peer.send(mqtt.ack("PUBACK", again.mid))
            peer.expect("DISCONNECT")

        for version in ("311", "5"):  # 3.1 can't say that it has kept a session
            scripted = self.peer(first, second)
            result = self.pub(scripted.port, "-V", version, *KEPT, "-q", 1, "-t", "a", "-m", "x", *FAST)
            scripted.finish()
            self.expect_ok(result)

    def test_a_lost_session_makes_the_message_a_new_one(self):
        """After PUBREC and a restart without memory, PUBREL would be answered and the message be gone."""
        def first(peer):
            peer.accept()
            peer.send(mqtt.ack("PUBREC", peer.expect("PUBLISH").mid))
            peer.expect("PUBREL")

        def second(peer):
            peer.accept(session_present=False)
            again = peer.expect("PUBLISH")
            self.assertEqual((2, False, b"x"), (again.qos, again.dup, again.payload))
            peer.send(mqtt.ack("PUBREC", again.mid))
            peer.send(mqtt.ack("PUBCOMP", peer.expect("PUBREL").mid))
            peer.expect("DISCONNECT")

        scripted = self.peer(first, second)
        result = self.pub(scripted.port, *KEPT, "-q", 2, "-t", "a", "-m", "x", *FAST)
        scripted.finish()
        self.expect_ok(result)

    def test_a_kept_session_goes_on_at_pubrel(self):
        def first(peer):
            peer.accept()
            sent = peer.expect("PUBLISH")
            self.mid = sent.mid
            peer.send(mqtt.ack("PUBREC", sent.mid))
            peer.expect("PUBREL")

        def second(peer):
            peer.accept(session_present=True)
            self.assertEqual(self.mid, peer.expect("PUBREL").mid)
            peer.send(mqtt.ack("PUBCOMP", self.mid))
            peer.expect("DISCONNECT")

        scripted = self.peer(first, second)
        result = self.pub(scripted.port, *KEPT, "-q", 2, "-t", "a", "-m", "x", *FAST)
        scripted.finish()
        self.expect_ok(result)

    def test_attempts_back_off(self):
        """The waits grow: eight attempts at a broker that hangs up take longer and longer, up to the limit."""
        def first(peer):
            peer.accept()
            peer.grant()

        scripted = self.peer(first)
        reader = self.start("sub", "-p", scripted.port, "-t", "a", "--reconnect-delay", "0.02", "--reconnect-max-delay", "0.6")
        scripted.wait_connections(9)
        waits = [b - a for a, b in zip(scripted.times, scripted.times[1:])]
        self.assertLess(sum(waits[1:4]), sum(waits[5:8]) / 2, waits)
        self.assertLess(max(waits), 2.0, waits)
        reader.signal(signal.SIGTERM)
        self.assertEqual(0, reader.wait(), "waiting for the next attempt must not hold up the end")

    def test_no_reconnect_ends_with_the_connection(self):
        def hang_up(peer):
            peer.accept()
            peer.grant()
        scripted = self.peer(hang_up)
        result = self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "--no-reconnect")
        self.expect_failure(result, 8, "(?i)connection|broker")
        self.assertEqual(1, scripted.connections)

    def test_several_brokers_are_tried_in_order(self):
        server = self.broker()
        seen = self.observer(server)
        closed = harness.free_port()
        result = self.run_mqrig("pub", "-h", f"127.0.0.1:{closed}", "-h", f"127.0.0.1:{server.port}", "-t", "a", "-m", "x")
        self.expect_ok(result)
        self.assertEqual(b"x", seen.wait(1)[0].payload)

    def test_the_next_broker_takes_over(self):
        def hang_up(peer):
            peer.accept()
            peer.grant()
        scripted = self.peer(hang_up)
        server = self.broker()
        reader = self.start("sub", "-h", f"127.0.0.1:{scripted.port}", "-h", f"127.0.0.1:{server.port}", "-t", "a", "-C", 1, *FAST)
        scripted.finish()
        scripted.stop()
        self.expect_ok(self.pub(server.port, "-r", "-t", "a", "-m", "here"))
        self.assertEqual(0, reader.wait())
        self.assertEqual(b"here\n", reader.out.bytes())

    def test_an_acknowledgement_that_never_comes_is_given_up(self):
        """Some brokers never answer a publish to $SYS."""
        def swallow(peer):
            peer.accept()
            peer.expect_closed()

        scripted = self.peer(swallow, swallow, swallow, swallow)
        begin = time.monotonic()
        result = self.pub(scripted.port, "-q", 1, "-t", "$SYS/x", "-m", "x", "--ack-timeout", "0.3", *FAST)
        self.assertNotEqual(0, result.code, str(result))
        self.assertLess(time.monotonic() - begin, 15)


class NoEndlessRetry(harness.MqttTest):
    """A refusal that will not change ends the run after one attempt, with its own exit code."""

    REFUSALS = (
        ("5", 0x86, 5), ("5", 0x87, 5), ("5", 0x8A, 5), ("5", 0x85, None), ("5", 0x84, None), ("5", 0x8C, None),
        ("311", 1, None), ("311", 2, None), ("311", 4, 5), ("311", 5, 5), ("31", 1, None), ("31", 4, 5), ("31", 5, 5),
    )

    def test_at_the_first_connect(self):
        for command in (("pub", "-m", "x"), ("sub",)):
            for version, code, expected in self.REFUSALS:
                with self.subTest(command=command[0], version=version, code=code):
                    scripted = self.peer(lambda peer, c=code: self.refuse(peer, c))
                    result = self.run_mqrig(*command, "-p", scripted.port, "-V", version, "-t", "a", "-u", "joe", "-P", "w")
                    scripted.finish()
                    self.assertEqual(1, scripted.connections, str(result))
                    if expected:
                        self.expect_failure(result, expected)
                    else:
                        self.assertIn(result.code, (1, 3, 5, 8, 9), str(result))
                        self.assertTrue(result.err.strip())

    def test_at_a_reconnect(self):
        def hang_up(peer):
            peer.accept()
            peer.grant()

        scripted = self.peer(hang_up, lambda peer: self.refuse(peer, 0x86))
        result = self.run_mqrig("sub", "-p", scripted.port, "-V", "5", "-t", "a", *FAST)
        scripted.finish()
        self.assertEqual(2, scripted.connections)
        self.expect_code(result, 5)

    @staticmethod
    def refuse(peer, code):
        found = peer.expect("CONNECT")
        peer.send(mqtt.connack(found.level, code))
        peer.expect_closed()

    def test_a_wrong_password_at_a_real_broker(self):
        server = self.broker(anonymous=False, users={"joe": "right"})
        for version in ("31", "311", "5", "auto"):
            begin = time.monotonic()
            result = self.pub(server.port, "-V", version, "-u", "joe", "-P", "wrong", "-t", "a", "-m", "x")
            self.expect_failure(result, 5, "(?i)authori[sz]ed|password|credentials")
            self.assertNotIn("wrong", result.err.replace("wrong password", ""), "the password is shown")
            self.assertLess(time.monotonic() - begin, 5)
            result = self.pub(server.port, "-V", version, "-u", "joe", "-P", "right", "-t", "a", "-m", "x")
            self.expect_ok(result)

    def test_a_take_over_of_the_client_id_ends_the_first(self):
        def take_over(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.disconnect(peer.version, 0x8E))
            peer.expect_closed()
        scripted = self.peer(take_over)
        result = self.run_mqrig("sub", "-p", scripted.port, "-V", "5", "-i", "twin", "-t", "a", *FAST)
        scripted.finish()
        self.expect_failure(result, 8, "(?i)client id|identifier|taken over")
        self.assertEqual(1, scripted.connections)

    def test_a_take_over_without_a_word_is_no_ping_pong(self):
        """3.1.1 has no word for it, and mosquitto 2.0 does not say it in 5.0: the waits grow on both sides."""
        server = self.mosquitto()
        for version, logged in (("311", "p2"), ("5", "p5")):
            twins = [self.start("sub", "-p", server.port, "-V", version, "-i", "twin", "-t", "a", "--reconnect-delay", "0.1",
                                "--reconnect-max-delay", "1000") for _ in range(2)]
            begin = time.monotonic()
            server.log.wait_for(lambda data, p=logged: data.count(b"as twin (" + p.encode()) >= 8, "eight connections")
            self.assertGreater(time.monotonic() - begin, 0.7, "no longer waits after several takings")
            for twin in twins:
                twin.signal(signal.SIGTERM)
                self.assertEqual(0, twin.wait(), twin.err.text())


class Versions(harness.MqttTest):
    """-V auto: 5.0 first, 3.1.1 where that is refused, in any of the ways in which brokers do it."""

    def old_broker(self, refuse):
        def first(peer):
            self.assertEqual(mqtt.V5, peer.expect("CONNECT").level)
            refuse(peer)

        def second(peer):
            self.assertEqual(mqtt.V311, peer.accept().level)
            self.assertEqual(b"x", peer.expect("PUBLISH").payload)
            peer.expect("DISCONNECT")

        scripted = self.peer(first, second)
        result = self.pub(scripted.port, "-t", "a", "-m", "x")
        scripted.finish()
        self.expect_ok(result)

    def test_connack_1_in_its_two_byte_form(self):
        self.old_broker(lambda peer: (peer.send(b"\x20\x02\x00\x01"), peer.expect_closed()))

    def test_connack_84(self):
        self.old_broker(lambda peer: (peer.send(mqtt.connack(mqtt.V5, 0x84)), peer.expect_closed()))

    def test_connack_84_without_properties(self):
        self.old_broker(lambda peer: (peer.send(b"\x20\x02\x00\x84"), peer.expect_closed()))

    def test_a_plain_close(self):
        self.old_broker(lambda peer: None)

    def test_a_version_asked_for_is_not_exchanged(self):
        def refuse(peer):
            peer.expect("CONNECT")
            peer.send(b"\x20\x02\x00\x01")
            peer.expect_closed()
        scripted = self.peer(refuse)
        result = self.pub(scripted.port, "-V", "5", "-t", "a", "-m", "x")
        scripted.finish()
        self.assertEqual(1, scripted.connections)
        self.assertIn(result.code, (3, 8, 9), str(result))
        self.assertRegex(result.err, "(?i)version")


if __name__ == "__main__":
    harness.main()
