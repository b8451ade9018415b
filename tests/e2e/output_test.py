"""What reaches stdout and stderr: readers that stall or leave, full disks, colour, and how soon a line is there."""

import os
import subprocess
import threading

import harness
import mqtt


LINES, SIZE = 6000, 4000


def payload(number):
    return (b"%d " % number).ljust(SIZE, b".")


class Flood:
    """The dialogue of a broker with more messages than all buffers hold. It answers in order, as a real one does:
    what it owes for a ping lies behind the messages before it."""

    def __init__(self, qos):
        self.qos, self.pings, self.owed, self.acknowledged = qos, 0, 0, 0
        self.changed = threading.Condition()

    def __call__(self, peer):
        peer.accept()
        peer.grant()
        reader = threading.Thread(target=self.read, args=(peer,), daemon=True)
        reader.start()
        for number in range(LINES):
            self.pay(peer)
            peer.send(mqtt.publish(peer.version, "a", payload(number), self.qos, number % 60000 + 1))
        while reader.is_alive():
            self.pay(peer)
            reader.join(0.02)

    def pay(self, peer):
        with self.changed:
            count, self.owed = self.owed, 0
        if count:
            peer.send(mqtt.packet("PINGRESP") * count)

    def read(self, peer):
        for found in peer.until_closed():
            with self.changed:
                self.pings += found.name == "PINGREQ"
                self.owed += found.name == "PINGREQ"
                self.acknowledged += found.name == "PUBACK"
                self.changed.notify_all()

    def wait_pings(self, count):
        with self.changed:
            return self.changed.wait_for(lambda: self.pings >= count, harness.DEADLINE)


class SlowReaders(harness.MqttTest):
    def stall(self, qos):
        flood = Flood(qos)
        scripted = self.peer(flood)
        process = self.start("sub", "-p", scripted.port, "-V", "5", "-t", "a", "-q", qos, "-k", 1, "-C", LINES, reading=False)
        # After two pings the reader has stalled for longer than a broker waits for a sign of life.
        self.assertTrue(flood.wait_pings(2), f"no pings; stderr: {process.err.text()}")
        self.assertEqual(1, scripted.connections)
        self.assertEqual(0, scripted.done, "everything was taken although nobody reads")
        # Not acknowledged before it is written, and the pipe holds 64 KiB.
        self.assertLessEqual(flood.acknowledged, 65536 // SIZE + 1)
        if not harness.SANITIZED:
            self.assertLess(process.resident_kib(), 20000)
        process.out.reading.set()
        self.assertEqual(0, process.wait(60), process.err.text())
        scripted.finish()
        self.assertEqual(1, scripted.connections)
        self.assertTrue(process.out.bytes() == b"".join(payload(i) + b"\n" for i in range(LINES)))

    def test_a_stalled_reader_keeps_the_connection_at_qos_0(self):
        self.stall(0)

    def test_a_stalled_reader_keeps_the_connection_at_qos_1(self):
        self.stall(1)

    def test_a_stalled_reader_at_mosquitto(self):
        server = self.mosquitto(config="max_queued_messages 0\nmax_inflight_messages 0", verbose=True)
        lines = [payload(i) for i in range(LINES)]
        process = self.start("sub", "-p", server.port, "-i", "slow", "-t", "a", "-q", 1, "-k", 2, "-C", LINES, reading=False)
        server.log.wait_text("Sending SUBACK to slow")
        self.expect_ok(self.pub(server.port, "-q", 1, "-t", "a", "-l", input=b"\n".join(lines)))
        server.log.wait_text(r"(?s)(Received PINGREQ from slow.*){3}")
        process.out.reading.set()
        self.assertEqual(0, process.wait(60), process.err.text())
        self.assertTrue(process.out.bytes() == b"".join(line + b"\n" for line in lines))
        self.assertNotIn("exceeded timeout", server.log.text())
        self.assertEqual(1, server.log.text().count("as slow ("))


class Ends(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker()

    def flood(self, stop):
        """Publishes until told to stop, so that a subscriber always has something to write."""
        while not stop.is_set():
            subprocess.run([harness.BINARY, "pub", "-p", str(self.server.port), "-t", "a", "-l"], input=b"line\n" * 1000,
                           env=self.environment(), check=False, capture_output=True)

    def flooded(self):
        stop = threading.Event()
        thread = threading.Thread(target=self.flood, args=(stop,), daemon=True)
        thread.start()
        self.addCleanup(thread.join, harness.DEADLINE)
        self.addCleanup(stop.set)

    def test_a_reader_that_leaves_is_a_quiet_end(self):
        self.flooded()
        for args in ((), ("-v",), ("-j",)):
            process = self.start("sub", "-p", self.server.port, "-t", "a", *args)
            process.out.wait_lines(1)
            process.out.reading.clear()
            # The collecting thread may sit in read(): closing its descriptor under it is what leaves the pipe without reader.
            read_end = process.child.stdout.fileno()
            hole = os.open("/dev/null", os.O_RDONLY)
            os.dup2(hole, read_end)
            os.close(hole)
            self.assertEqual(0, process.child.wait(harness.DEADLINE), process.err.text())
            self.assertEqual("", process.err.text())

    def test_a_reader_like_head(self):
        self.flooded()
        script = f'"{harness.BINARY}" sub -p {self.server.port} -t a | head -n 2; exit "${{PIPESTATUS[0]}}"'
        found = subprocess.run(["bash", "-c", script], capture_output=True, timeout=60, env=self.environment(), check=False)
        self.assertEqual((0, b"line\nline\n", b""), (found.returncode, found.stdout, found.stderr))

    def test_a_full_disk_is_an_error(self):
        self.flooded()
        for args in ((), ("-v",), ("-j",), ("-F", "%p")):
            with open("/dev/full", "wb") as full:
                process = self.start("sub", "-p", self.server.port, "-t", "a", "-C", "3", *args, stdout=full)
                self.assertEqual(1, process.wait(), process.err.text())
                self.assertRegex(process.err.text(), "(?i)no space left")
                self.assertEqual(1, process.err.text().count("error"))

    def test_a_closed_stdout_is_an_error(self):
        self.flooded()
        script = f'exec "{harness.BINARY}" sub -p {self.server.port} -t a -C 3 >&-'
        found = subprocess.run(["bash", "-c", script], capture_output=True, timeout=60, env=self.environment(), check=False)
        self.assertNotEqual(0, found.returncode)
        self.assertTrue(found.stderr)

    def test_help_into_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            process = self.start("sub", "--help", stdout=full)
            self.assertEqual(1, process.wait())


class Lines(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker()

    def test_the_first_line_is_there_while_the_pipe_stays_open(self):
        reader = self.start_sub(self.server.port, "-t", "a")
        for number in range(3):
            self.expect_ok(self.pub(self.server.port, "-t", "a", "-m", f"{number}"))
            reader.out.wait_lines(number + 1)

    def test_quiet_says_nothing_of_a_lost_connection(self):
        def hang_up(peer):
            peer.accept()
            peer.grant()

        def serve(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.publish(peer.version, "a", b"x"))
            peer.expect_closed()
        for args, silent in ((("--quiet",), True), ((), False)):
            scripted = self.peer(hang_up, serve)
            result = self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "-C", 1, "--reconnect-delay", "0.05", *args)
            scripted.finish()
            self.expect_ok(result)
            self.assertEqual(silent, not result.err, str(result))

    def test_the_trace_masks_secrets_and_shows_direction_and_size(self):
        server = self.broker(anonymous=False, users={"joe": "s3cret"})
        result = self.pub(server.port, "-d", "-u", "joe", "-P", "s3cret", "-q", 1, "-t", "a", "-m", "x")
        self.expect_ok(result)
        self.assertNotIn("s3cret", result.err)
        for name in ("CONNECT", "CONNACK", "PUBLISH", "PUBACK", "DISCONNECT"):
            self.assertRegex(result.err, rf"(?m)^.*\b{name}\b.*\d+")

    def test_the_password_is_wiped_from_the_process_list(self):
        scripted = self.peer(lambda peer: (peer.accept(), peer.grant(), peer.expect_closed()))
        for args in (("-u", "joe", "-P", "s3cret", "-p", scripted.port, "-t", "a"),):
            reader = self.start("sub", *args, "-d")
            reader.err.wait_text("SUBACK")
            with open(f"/proc/{reader.pid}/cmdline", "rb") as file:
                self.assertNotIn(b"s3cret", file.read())

    def test_colour_goes_to_a_terminal_only(self):
        for args, env, coloured in (((), {}, False), (("--color=always",), {}, True), (("--color=always",), {"NO_COLOR": "1"}, True),
                                    (("--color=never",), {}, False), (("--color=auto",), {}, False)):
            result = self.run_mqrig("pub", "-p", harness.free_port(), "-t", "a", "-m", "x", *args, env=env)
            self.assertEqual(coloured, "\x1b[" in result.err, str(result))

    def test_colour_on_a_terminal_unless_told_otherwise(self):
        for env, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            ours, theirs = os.openpty()
            child = subprocess.Popen([harness.BINARY, "pub", "-p", str(harness.free_port()), "-t", "a", "-m", "x"],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
                                     env=self.environment(**env))
            os.close(theirs)
            child.wait(harness.DEADLINE)
            with open(ours, "rb", buffering=0) as terminal:
                shown = terminal.read(4096)
            self.assertEqual(coloured, b"\x1b[" in shown, shown)

    def test_control_characters_of_a_broker_do_not_reach_the_terminal_by_way_of_an_error(self):
        def dialogue(peer):
            peer.expect("CONNECT")
            peer.send(mqtt.connack(mqtt.V5, 0x87, props={"reason-string": "\u001b[31mred\u0007"}))
            peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.pub(scripted.port, "-V", "5", "-t", "a", "-m", "x")
        self.assertNotIn("\x1b", result.err)
        self.assertNotIn("\x07", result.err)
        self.assertIn("red", result.err)


if __name__ == "__main__":
    harness.main()
