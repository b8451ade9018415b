"""mqrig pub: what is promised about delivery, and said when it cannot be kept."""

import os
import signal
import socket
import struct
import threading

import harness
import mqtt

REFUSED, DISCONNECTED, INPUT = 6, 8, 10
FAST = ("--reconnect-delay", "0.05", "--reconnect-max-delay", "0.2")


def reset(connection):
    """Ends the connection by RST, as a crashing broker's host does."""
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class AtTheEnd(harness.MqttTest):
    def test_a_broker_that_reads_nothing_for_seconds_still_gets_all_of_it(self):
        # More than the sockets hold, so that DISCONNECT waits behind it.
        payload = os.urandom(1 << 20) * 24
        path = self.dir / "large"
        path.write_bytes(payload)
        self.never = threading.Event()

        def dialogue(peer):
            peer.accept()
            self.never.wait(2.5)  # longer than the end of a connection is waited for
            self.assertEqual(payload, peer.expect("PUBLISH").payload)
            peer.expect("DISCONNECT")
        scripted = self.peer(dialogue)
        result = self.pub(scripted.port, "-t", "a", "-f", path)
        scripted.finish()
        self.expect_ok(result)

    def test_a_reset_at_the_end_is_a_failure_at_qos_0(self):
        def dialogue(peer):
            peer.accept()
            peer.expect("PUBLISH")
            reset(peer)
        result = self.pub(self.peer(dialogue).port, "-t", "a", "-m", "x", "--no-reconnect")
        self.expect_failure(result, DISCONNECTED, "may be lost")

    def test_a_reset_after_the_last_acknowledgement_is_none(self):
        def dialogue(peer):
            peer.accept()
            peer.send(mqtt.ack("PUBACK", peer.expect("PUBLISH").mid))
            peer.expect("DISCONNECT")
            reset(peer)
        self.expect_ok(self.pub(self.peer(dialogue).port, "-q", 1, "-t", "a", "-m", "x"))

    def test_a_signal_tells_which_line_was_not_acknowledged(self):
        def dialogue(peer):
            peer.accept()
            peer.send(mqtt.ack("PUBACK", peer.expect("PUBLISH").mid))
            peer.expect("PUBLISH")
            peer.expect_closed()
        scripted = self.peer(dialogue)
        process = self.start("pub", "-p", scripted.port, "-q", 1, "-t", "a", "-l", "-d")
        process.write(b"one\ntwo\n")
        process.err.wait_text("received PUBACK(.|\n)*sent PUBLISH|sent PUBLISH(.|\n)*sent PUBLISH(.|\n)*received PUBACK")
        process.signal(signal.SIGTERM)
        self.assertEqual(143, process.wait())
        self.assertRegex(process.err.text(), "1 message not acknowledged, the first is line 2")


class OnTheWay(harness.MqttTest):
    def test_no_more_than_max_inflight_at_once(self):
        for qos, window in ((1, 3), (2, 2)):
            def dialogue(peer, w=window, q=qos):
                peer.accept()
                for _ in range(5):
                    sent = [peer.expect("PUBLISH").mid for _ in range(w)]
                    with self.assertRaises(TimeoutError):
                        peer.read(0.1)
                    for mid in sent:
                        peer.send(mqtt.ack("PUBREC" if q == 2 else "PUBACK", mid))
                    if q == 2:
                        for mid in sent:
                            peer.expect("PUBREL")
                        peer.send(*(mqtt.ack("PUBCOMP", mid) for mid in sent))
                peer.expect("DISCONNECT")
            scripted = self.peer(dialogue)
            lines = b"".join(b"%d\n" % i for i in range(5 * window))
            result = self.pub(scripted.port, "-q", qos, "-M", window, "-t", "a", "-l", input=lines)
            scripted.finish()
            self.expect_ok(result)

    def test_large_messages_are_bounded_by_their_bytes(self):
        # A broker that takes everything and acknowledges nothing must not make us keep everything.
        self.release = threading.Event()

        def dialogue(peer):
            peer.accept()
            self.taken = []
            while True:
                try:
                    self.taken.append(peer.read(1).mid)
                except TimeoutError:
                    break
            self.release.wait(harness.DEADLINE)
            peer.send(*(mqtt.ack("PUBACK", mid) for mid in self.taken))
            for found in peer.until_closed():
                if found.name == "PUBLISH":
                    peer.send(mqtt.ack("PUBACK", found.mid))
        scripted = self.peer(dialogue)
        process = self.start("pub", "-p", scripted.port, "-q", 1, "-t", "a", "-l")
        lines = (b"x" * 1_000_000 + b"\n") * 100
        feeder = threading.Thread(target=self._feed, args=(process, lines), daemon=True)
        feeder.start()
        harness.wait_until(lambda: len(getattr(self, "taken", ())) >= 15, "the window is full")
        if not harness.SANITIZED:
            self.assertLess(process.resident_kib(), 60_000)
        self.release.set()
        self.assertEqual(0, process.wait(60), process.err.text())
        scripted.finish()
        feeder.join()

    def test_a_connection_lost_at_qos_0_is_told_and_decides_the_exit_code(self):
        def first(peer):
            peer.accept()
            peer.expect("PUBLISH")

        def second(peer):
            peer.accept()
            self.assertEqual(b"two", peer.expect("PUBLISH").payload)
            peer.expect("DISCONNECT")
        scripted = self.peer(first, second)
        process = self.start("pub", "-p", scripted.port, "-t", "a", "-l", *FAST)
        process.write(b"one\n")
        process.err.wait_text("connected again")
        process.write(b"two\n")
        process.close_input()
        self.assertEqual(DISCONNECTED, process.wait(), process.err.text())
        scripted.finish()
        self.assertRegex(process.err.text(), "may be lost, up to line 1")

    def test_a_broker_that_falls_silent_is_connected_again_and_gets_everything(self):
        def first(peer):
            peer.accept()
            peer.expect("PUBLISH")
            peer.expect("PINGREQ")  # and no answer
            peer.expect_closed()

        def second(peer):
            peer.accept()
            peer.send(mqtt.ack("PUBACK", peer.expect("PUBLISH").mid))
            peer.expect("DISCONNECT")
        for version in ("311", "5"):
            scripted = self.peer(first, second)
            result = self.pub(scripted.port, "-V", version, "-k", 1, "-q", 1, "-t", "a", "-m", "x", *FAST)
            scripted.finish()
            self.expect_ok(result)

    def test_a_topic_alias_stands_for_the_topic_from_the_second_message_on(self):
        def dialogue(peer):
            peer.accept(topic_alias_maximum=5)
            found = [peer.expect("PUBLISH") for _ in range(3)]
            self.assertEqual(["long/topic", "", ""], [p.topic for p in found])
            self.assertEqual([3, 3, 3], [p.props["topic-alias"] for p in found])
            peer.expect("DISCONNECT")
        scripted = self.peer(dialogue)
        result = self.pub(scripted.port, "-t", "long/topic", "--topic-alias", 3, "-l", input=b"1\n2\n3\n")
        scripted.finish()
        self.expect_ok(result)

    def test_properties_that_an_older_version_cannot_carry_are_warned_of(self):
        server = self.broker()
        line = b'{"topic":"a","payload":"x","props":{"content_type":"t"}}\n'
        result = self.pub(server.port, "-V", "311", "--ndjson", input=line * 3)
        self.expect_ok(result)
        self.assertEqual(1, len(result.err.splitlines()), str(result))
        self.assertRegex(result.err, "3.1.1.*properties")

    def test_a_broker_that_takes_nothing_is_not_quoted_for_each_line(self):
        server = self.broker(acl="topic read #\n")
        result = self.pub(server.port, "-V", "5", "-q", 1, "-t", "a", "-l", input=b"x\n" * 500)
        self.expect_failure(result, REFUSED, r"\bline 1\b", "500 messages")
        self.assertLess(len(result.err.splitlines()), 30)


class StandardStreams(harness.MqttTest):
    def test_a_directory_or_nothing_for_standard_input(self):
        server = self.broker()
        directory = os.open(self.dir, os.O_RDONLY)
        self.addCleanup(os.close, directory)
        for flag in ("-l", "-s", "-0", "--ndjson"):
            process = self.start("pub", "-p", server.port, "-t", "a", flag, stdin=directory)
            self.assertEqual(INPUT, process.wait())
            self.assertRegex(process.err.text(), "standard input.*directory")
        for flag in ("-l", "-s"):
            process = self.start("pub", "-p", server.port, "-t", "a", flag, preexec_fn=lambda: os.close(0))
            self.assertEqual(INPUT, process.wait())
            self.assertRegex(process.err.text(), "standard input")

    def test_a_message_for_a_closed_stderr_is_no_message_for_the_broker(self):
        def dialogue(peer):
            peer.accept()
            self.packets = [p.name for p in peer.until_closed()]
        scripted = self.peer(dialogue)
        process = self.start("pub", "-p", scripted.port, "-d", "-t", "a", "-m", "x",
                             preexec_fn=lambda: (os.close(0), os.close(1), os.close(2)))
        self.assertEqual(0, process.wait())
        scripted.finish()
        self.assertEqual(["PUBLISH", "DISCONNECT"], self.packets)


if __name__ == "__main__":
    harness.main()
