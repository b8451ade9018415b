"""The twelve faults of the reference clients, one test each: ours has none of them."""

import json
import os
import signal
import threading
import time

import harness
import mqtt

FAST = ("--reconnect-delay", "0.05", "--reconnect-max-delay", "0.2")


class ReferenceFaults(harness.MqttTest):
    def test_01_the_end_of_input_throws_nothing_away(self):
        """Lines not yet sent and acknowledged at the end of input are sent, then DISCONNECT, and no will fires."""
        server = self.broker(config="max_queued_messages 0\nmax_inflight_messages 20")
        seen = self.observer(server)
        lines = [b"%d" % i for i in range(60000)]
        result = self.pub(server.port, "-q", 1, "-t", "a", "-l", "--will-topic", "will", input=b"\n".join(lines), timeout=90)
        self.expect_ok(result)
        found = seen.wait(len(lines), 60)
        self.assertTrue(lines == [m.payload for m in found if m.topic == "a"])
        self.expect_ok(self.pub(server.port, "-t", "end", "-n"))
        self.assertEqual("end", seen.wait(len(lines) + 1)[-1].topic)

    def test_02_two_hundred_thousand_lines_are_not_three_thousand(self):
        """Far more lines than packet identifiers."""
        count = 200000

        def dialogue(peer):
            peer.accept(receive_maximum=65535)
            self.arrived = 0
            for found in peer.until_closed():
                if found.name == "PUBLISH":
                    self.assertEqual(b"%d" % self.arrived, found.payload)
                    self.arrived += 1
                    acks.append(mqtt.ack("PUBACK", found.mid))
                    if len(acks) == 500 or self.arrived == count:
                        peer.send(*acks)
                        acks.clear()
        acks = []
        scripted = self.peer(dialogue)
        result = self.pub(scripted.port, "-V", "5", "-q", 1, "-t", "a", "-l",
                          input=b"".join(b"%d\n" % i for i in range(count)), timeout=120)
        scripted.finish(60)
        self.expect_ok(result)
        self.assertEqual(count, self.arrived)

    def test_03_standard_input_is_not_read_without_bound(self):
        """The broker takes nothing: so does pub, soon. And a NUL in a line is a byte like others."""
        release = threading.Event()

        def stall(peer):
            peer.accept()
            release.wait(60)
            self.payloads = [p.payload for p in peer.until_closed() if p.name == "PUBLISH"]

        scripted = self.peer(stall)
        process = self.start("pub", "-p", scripted.port, "-t", "a", "-l")
        os.set_blocking(process.child.stdin.fileno(), False)
        line, sent, idle = b"n\0l " + b"x" * 995 + b"\n", 0, threading.Event()
        limit = 64 << 20
        waited = 0
        while waited < 10 and sent < limit:
            try:
                sent += os.write(process.child.stdin.fileno(), line[sent % len(line):] + line * 60)
                waited = 0
            except BlockingIOError:
                idle.wait(0.05)
                waited += 1
        self.assertLess(sent, limit, "all of it was taken")
        if not harness.SANITIZED:
            self.assertLess(process.resident_kib(), 20000)
        release.set()
        os.set_blocking(process.child.stdin.fileno(), True)
        process.close_input()
        self.assertEqual(0, process.wait(60), process.err.text())
        scripted.finish(60)
        whole, rest = divmod(sent, len(line))
        self.assertTrue(self.payloads[:whole] == [line[:-1]] * whole)
        self.assertEqual(whole + (1 if rest else 0), len(self.payloads))

    def test_04_a_broker_away_for_good_is_told_and_is_no_success(self):
        server = self.broker()
        seen = self.observer(server)
        process = self.start("pub", "-p", server.port, "-q", 1, "-t", "a", "-l", *FAST)
        process.write(b"first\n")
        seen.wait(1)
        server.kill()
        process.write(b"second\n" * 100)
        process.close_input()
        process.err.wait_text(r"(?is)(refused.*){2}")
        self.assertTrue(process.running())
        process.signal(signal.SIGTERM)
        self.assertEqual(143, process.wait())

    def test_05_refusals_and_full_disks_are_no_success_and_help_is_one(self):
        def deny(peer):
            peer.accept()
            peer.send(mqtt.ack("PUBACK", peer.expect("PUBLISH").mid, 0x87))
            peer.expect_closed()
        scripted = self.peer(deny)
        self.expect_failure(self.pub(scripted.port, "-V", "5", "-q", 1, "-t", "a", "-m", "x"), 6, "(?i)authori[sz]ed")

        scripted = self.peer(lambda peer: (peer.accept(), peer.grant([0x80]), peer.expect_closed()))
        self.expect_failure(self.run_mqrig("sub", "-p", scripted.port, "-V", "311", "-t", "a"), 6)

        server = self.broker()
        self.expect_ok(self.pub(server.port, "-r", "-t", "a", "-m", "x"))
        with open("/dev/full", "wb") as full:
            process = self.start("sub", "-p", server.port, "-t", "a", "-C", 1, stdout=full)
            self.assertEqual(1, process.wait())
        self.expect_ok(self.run_mqrig("pub", "--help"))
        self.expect_failure(self.pub(harness.free_port(), "-t", "a", "-m", "x"), 3, "(?i)refused")

    def test_06_json_holds_every_payload_and_leaves_numbers_alone(self):
        server = self.broker()
        payloads = [b"a\0b", b"\xff\xfe", b"", b"1.0", b"12345678901234567890", b'{"n":1.0,"m":12345678901234567890}', b"no json {"]
        for flag in (("-j",), ("-j", "--json-payload"), ("-F", "%j"), ("-F", "%J")):
            reader = self.start_sub(server.port, "-t", "a", "-C", len(payloads), *flag)
            for payload in payloads:
                self.expect_ok(self.pub(server.port, "-t", "a", "-s", input=payload))
            self.assertEqual(0, reader.wait())
            lines = reader.out.bytes().decode("utf-8").splitlines()
            self.assertEqual(len(payloads), len(lines), lines)
            for line in lines:
                json.loads(line)
            if flag == ("-j",):
                self.assertEqual("a\0b", json.loads(lines[0])["payload"])
                self.assertEqual(("base64", "//4="), (json.loads(lines[1])["enc"], json.loads(lines[1])["payload"]))
            if flag[-1] in ("--json-payload", "%J"):
                self.assertRegex(lines[3], r":1\.0\b")
                self.assertRegex(lines[4], r":12345678901234567890\b")
                self.assertIn('"n":1.0', lines[5])

    def test_07_the_trace_is_not_among_the_messages(self):
        server = self.broker()
        self.expect_ok(self.pub(server.port, "-r", "-t", "a", "-m", "x"))
        result = self.run_mqrig("sub", "-p", server.port, "-t", "a", "-d", "-C", 1)
        self.assertEqual(b"x\n", result.out)
        self.assertIn("PUBLISH", result.err)

    def test_08_a_stalled_reader_costs_neither_connection_nor_messages(self):
        server = self.mosquitto(config="max_queued_messages 0\nmax_inflight_messages 0", verbose=True)
        process = self.start("sub", "-p", server.port, "-i", "slow", "-t", "a", "-q", 1, "-k", 1, "-C", 20000, reading=False)
        server.log.wait_text("Sending SUBACK to slow")
        lines = [b"%d " % i + b"x" * 200 for i in range(20000)]
        self.expect_ok(self.pub(server.port, "-q", 1, "-t", "a", "-l", input=b"\n".join(lines), timeout=60))
        server.log.wait_text("(?s)(Received PINGREQ from slow.*){3}")
        process.out.reading.set()
        self.assertEqual(0, process.wait(60), process.err.text())
        self.assertTrue(process.out.bytes() == b"\n".join(lines) + b"\n")

    def test_09_interrupts_send_a_plain_disconnect(self):
        server = self.broker()
        seen = self.observer(server)
        for number in (signal.SIGINT, signal.SIGTERM):
            reader = self.start_sub(server.port, "-t", "a", "--will-topic", "will")
            reader.signal(number)
            self.assertEqual(0, reader.wait())
            writer = self.start("pub", "-p", server.port, "-t", "b", "-l", "--will-topic", "will")
            writer.write(b"x\n")
            seen.wait_for(lambda messages: messages and messages[-1].topic == "b")
            writer.signal(number)
            self.assertIn(writer.wait(), (130, 143))
            self.expect_ok(self.pub(server.port, "-t", "end", "-n"))
            found = seen.wait_for(lambda messages: messages[-1].topic == "end")
            self.assertNotIn("will", [m.topic for m in found])

    def test_10_the_time_zone_is_not_looked_up_for_each_message(self):
        """Without TZ the C library looks at /etc/localtime each time it is asked: about a microsecond a message."""
        count = 300000

        def flood(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.publish(peer.version, "a", b"x") * count)
            peer.expect_closed()

        def cpu(form):
            scripted = self.peer(flood)
            before = os.times()
            process = self.start("sub", "-p", scripted.port, "-t", "a", "-C", count, "-F", form, env={"TZ": None})
            self.assertEqual(0, process.wait(60))
            after = os.times()
            scripted.finish()
            self.assertEqual(count, process.out.bytes().count(b"\n"))
            return after.children_user + after.children_system - before.children_user - before.children_system

        plain = cpu("%p")
        for form in ("%I %p", "@H:@M:@S %p", "%j"):
            spent = cpu(form) - plain
            if not harness.SANITIZED:
                self.assertLess(spent / count * 1e6, 0.9, f"microseconds for each message with {form}")

    def test_11_a_peer_that_does_not_close_after_disconnect_costs_no_cpu(self):
        release = threading.Event()

        def keep_open(peer):
            peer.accept()
            peer.expect("PUBLISH")
            peer.expect("DISCONNECT")
            release.wait(harness.DEADLINE)

        scripted = self.peer(keep_open)
        before, begin = os.times(), time.monotonic()
        result = self.pub(scripted.port, "-t", "a", "-m", "x")
        after = os.times()
        release.set()
        self.expect_ok(result)
        self.assertLess(time.monotonic() - begin, 8)
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        self.assertLess(spent, 2.0 if harness.SANITIZED else 0.5)

    def test_12_the_command_line_takes_what_people_type(self):
        server = self.broker()
        self.expect_ok(self.pub(server.port, "--topic=x", "-mx"))
        self.expect_ok(self.pub(server.port, "-tx", "-mx"))
        self.expect_failure(self.pub(server.port, "-t", "x", "-m", "x", "-q", "abc"), 2, "abc")
        self.expect_failure(self.run_mqrig("pub", "-p", f"{server.port}x", "-t", "x", "-m", "x"), 2, f"{server.port}x")
        seen = self.observer(server)
        self.expect_ok(self.run_mqrig("pub", "-L", f"mqtt://127.0.0.1:{server.port}/p%40th", "-m", "x"))
        self.assertEqual("p@th", seen.wait(1)[0].topic)
        # Nobody listens there, but the address must be understood.
        self.expect_failure(self.run_mqrig("pub", "-L", f"mqtt://[::1]:{harness.free_port()}/a", "-m", "x"), 3)


if __name__ == "__main__":
    harness.main()
