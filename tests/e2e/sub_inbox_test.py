"""mqrig sub --spool: its limits, and acknowledgement after the command."""

import os
import signal

import harness
import pub_spool_case
from harness import wait_until
from sub_spool_test import Inbox


class Gated(Inbox):
    """The first command waits until its gate is opened; the others do not."""

    def setUp(self):
        super().setUp()
        self.gate = self.dir / "gate"
        os.mkfifo(self.gate)

    def start_gated(self, *args, **options):
        script = f"echo started >> {self.dir}/started; read x < {self.gate} || exit 1; "
        return self.start_inbox("--exec", self.appended(script), *args, **options)

    def wait_started(self):
        wait_until((self.dir / "started").exists, "the first command runs")

    def open_gate(self):
        gate = os.open(self.gate, os.O_WRONLY)  # the first has it open, too
        self.gate.unlink()
        self.gate.write_text("through\n")
        os.write(gate, b"through\n")
        os.close(gate)

    def end(self, reader):
        reader.signal(signal.SIGTERM)
        self.finish(reader)


class Limits(Gated):
    def test_the_oldest_that_no_command_has_begun_with_give_way(self):
        reader = self.start_gated("--spool-limit-messages", 3, "--spool-limit-policy", "drop-oldest", "-C", 4)
        self.publish_lines(range(1))
        self.wait_started()
        self.publish_lines(range(1, 10))
        reader.err.wait_for(lambda err: err.count(b"sent PUBCOMP") == 10, "all of them taken")
        reader.err.wait_text("messages dropped by the limits of the spool")
        self.open_gate()
        self.finish(reader)
        self.assertEqual(["0", "7", "8", "9"], self.lines())
        self.assertIn(": 6 because it was full, 0 because they were too old", reader.err.text())

    def test_those_that_no_reader_takes_give_way_on_the_disk(self):
        reader = self.start_inbox("--spool-limit", "20000", "--spool-limit-policy", "drop-oldest", reading=False)
        self.publish_lines((f"{i:06d} " + "x" * 1000 for i in range(2000)), qos=1)
        reader.err.wait_for(lambda err: err.count(b"sent PUBREC") == 2000 or err.count(b"sent PUBACK") == 2000, "all of them taken")
        reader.out.reading.set()
        reader.out.wait_for(lambda out: b"\n001999 " in out, "the last line")
        self.end(reader)
        found = [int(line[:6]) for line in reader.out.bytes().splitlines()]
        self.assertEqual(sorted(set(found)), found)
        self.assertGreater(2000, len(found))
        self.assertIn(f": {2000 - len(found)} because it was full", reader.err.text())

    def test_new_ones_are_rejected_and_the_broker_is_told(self):
        reader = self.start_gated("--spool-limit-messages", 3, "--spool-limit-policy", "reject", "-C", 4)
        self.publish_lines(range(1))
        self.wait_started()
        self.publish_lines(range(1, 10))
        reader.err.wait_for(lambda err: err.count(b"Quota exceeded") == 6, "6 rejected")
        self.open_gate()
        self.finish(reader)
        self.assertEqual(["0", "1", "2", "3"], self.lines())
        self.assertIn(": 6 because it was full", reader.err.text())

    def test_a_full_inbox_blocks_the_broker_and_the_connection_lives(self):
        reader = self.start_gated("--spool-limit-messages", 3, "-k", 1, "-C", 20, qos=1)
        self.publish_lines(range(10), qos=1)
        reader.err.wait_for(lambda err: err.count(b"sent PUBACK") >= 3, "three of them taken")
        self.publish_lines(range(10, 20), qos=1)
        pings = reader.err.text().count("sent PINGREQ")
        reader.err.wait_for(lambda err: err.count(b"sent PINGREQ") >= pings + 2, "two pings")
        self.assertLess(reader.err.text().count("sent PUBACK"), 20)
        self.open_gate()
        self.finish(reader)
        self.assertEqual([str(i) for i in range(20)], self.lines())
        self.assertNotIn("dropped", reader.err.text())

    def test_what_waits_too_long_is_dropped(self):
        reader = self.start_gated("--spool-limit-age", "300ms")
        self.publish_lines(range(1))
        self.wait_started()
        self.publish_lines(range(1, 5))
        reader.err.wait_text("0 because it was full, [1-4] because they were too old")
        self.open_gate()
        wait_until(lambda: "0" in self.lines(), "the first is handled")
        self.end(reader)
        self.assertEqual("0", self.lines()[0])
        self.assertGreater(5, len(self.lines()))

    def test_what_would_change_nothing_is_refused(self):
        for args, text in ((("--spool-limit", "1M"), "--spool-limit is for a run with --spool"),
                           (("--spool", self.spool, "-i", "me", "--spool-limit-policy", "reject"), "needs a limit"),
                           (("--spool", self.spool, "-i", "me", "--exec", "true", "--ack-after", "write"), "--ack-after write")):
            self.expect_failure(self.sub(self.server.port, "-t", "a", *args), 2, text)
        self.assertFalse(self.spool.exists())


class AcknowledgedAfterExec(Gated):
    def test_messages_stay_with_the_broker_until_their_command_has_succeeded(self):
        reader = self.start_gated("--ack-after", "exec")
        self.publish_lines(["x"])
        self.wait_started()
        self.kill(reader)
        self.assertNotIn("sent PUBREC", reader.err.text())
        reader = self.start_inbox("--exec", self.appended(), "--ack-after", "exec", "-C", 1)
        self.finish(reader)
        self.assertEqual(["x"], self.lines())
        self.assertIn("sent PUBREC", reader.err.text())

    def kill(self, reader):
        reader.child.kill()
        os.close(os.open(self.gate, os.O_WRONLY))
        reader.stop()

    def test_those_whose_command_fails_for_good_are_kept_as_refused(self):
        reader = self.start_inbox("--exec", "false", "--exec-retries", 0, "--ack-after", "exec")
        self.publish_lines(["x", "y"])
        reader.err.wait_for(lambda err: err.count(b"sent PUBCOMP") == 2, "both acknowledged")
        self.end(reader)
        shown = self.run_mqrig("spool", "show", self.spool, "--refused")
        self.assertEqual(2, shown.out.count(b"ended with exit code 1"), str(shown))

    def test_messages_of_qos_0_are_in_the_file_meanwhile(self):
        reader = self.start_gated("--ack-after", "exec")
        self.publish_lines(["x", "y"], qos=0)
        self.wait_started()
        self.kill(reader)
        reader = self.start_inbox("--exec", self.appended(), "--ack-after", "exec", "-C", 2, until="sent CONNECT")
        self.finish(reader)
        self.assertEqual(["x", "y"], self.lines())


class TwoCrashes(pub_spool_case.Spooled):
    def test_at_qos_2_no_command_that_has_succeeded_runs_again(self):
        """The acknowledgement gets lost: the broker stands still, and both are killed."""
        self.server.start()
        gate, log = self.dir / "gate", self.dir / "log"
        os.mkfifo(gate)
        args = ("sub", "--unix", self.socket, "-d", "-i", "me", "-q", 2, "-t", "lines", "--spool", self.spool, "--ack-after", "exec", "--exec")
        reader = self.start(*args, f"sh -c 'read x < {gate}; cat >> {log}'")
        reader.err.wait_text("SUBACK")
        self.expect_ok(self.run_mqrig("pub", "--unix", self.socket, "-q", 2, "-t", "lines", "-m", "x"))
        opened = os.open(gate, os.O_WRONLY)
        self.server.process.signal(signal.SIGSTOP)
        os.write(opened, b"go\n")
        os.close(opened)
        reader.err.wait_text("sent PUBREC")
        reader.stop()
        self.server.kill()
        self.server.start()
        reader = self.start(*args, f"sh -c 'cat >> {log}'")
        reader.err.wait_text("sent PUBCOMP")
        self.assertRegex(reader.err.text(), r"received PUBLISH.*\bdup\b|received PUBLISH.*DUP")
        reader.signal(signal.SIGTERM)
        self.assertEqual(0, reader.wait(), reader.err.text())
        self.assertEqual("x", log.read_text())


if __name__ == "__main__":
    harness.main()
