"""mqrig sub --spool: a durable inbox."""

import os
import random
import resource
import signal

import harness
from harness import wait_until

SEED = int(os.environ.get("MQRIG_TEST_SEED", "20"))


class Inbox(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker(config="max_queued_messages 0")
        self.spool = self.dir / "inbox.spool"
        self.log = self.dir / "log"
        self.log.touch()

    def publish_lines(self, lines, qos=2, topic="a"):
        self.expect_ok(self.pub(self.server.port, "-q", qos, "-t", topic, "-l", input="".join(f"{line}\n" for line in lines).encode()))

    def start_inbox(self, *args, qos=2, until="SUBACK", **options):
        """Waits for the subscription, or less: a run that finds enough in the file, or at the broker, may end before that."""
        reader = self.start("sub", "-p", self.server.port, "-d", "-i", "me", "-q", qos, "-t", "a", "--spool", self.spool, *args, **options)
        reader.err.wait_text(until)
        return reader

    def finish(self, reader, code=0):
        self.assertEqual(code, reader.wait(), reader.err.text())
        return reader.out.bytes()

    def lines(self):
        return self.log.read_text().splitlines()

    def kill(self, reader):
        """kill -9, and the end of the command that waits for the gate, which fails."""
        reader.child.kill()
        gate = os.open(self.dir / "gate", os.O_WRONLY)
        os.close(gate)
        reader.stop()

    def appended(self, script=""):
        """A command that appends the payload to the log."""
        return f"sh -c '{script}cat >> \"$0\"; echo >> \"$0\"' {self.log}"


class Storing(Inbox):
    def test_messages_are_on_the_disk_before_they_are_acknowledged_and_leave_it_when_they_were_printed(self):
        for qos, acknowledgement in ((0, None), (1, "PUBACK"), (2, "PUBREC")):
            reader = self.start_inbox("-v", "-C", 3, qos=qos)
            self.publish_lines(["one", "two", "three"])
            self.assertEqual(b"a one\na two\na three\n", self.finish(reader))
            if acknowledgement:
                self.assertIn(f"sent {acknowledgement}", reader.err.text())
        result = self.sub(self.server.port, "-i", "me", "-t", "a", "--spool", self.spool, "--idle-timeout", "0.3")
        self.assertEqual(b"", result.out, "nothing is left")
        self.assertEqual(0o600, self.spool.stat().st_mode & 0o777)

    def test_what_is_left_comes_first_and_in_order(self):
        os.mkfifo(self.dir / "gate")
        reader = self.start_inbox("--exec", self.appended(f"read x < {self.dir}/gate || exit 1; "))
        self.publish_lines(range(50))
        reader.err.wait_for(lambda err: err.count(b"sent PUBCOMP") == 50, "50 messages acknowledged while none was handled")
        self.kill(reader)
        self.publish_lines(range(50, 60))
        reader = self.start_inbox("--exec", self.appended(), "-C", 60, until="sent CONNECT")
        self.finish(reader)
        self.assertEqual([str(i) for i in range(60)], self.lines())

    def test_a_count_leaves_the_rest_in_the_file(self):
        self.start_inbox().stop()
        self.publish_lines(range(10))
        for first in (0, 4):
            self.assertEqual("".join(f"{i}\n" for i in range(first, first + 4)).encode(), self.finish(self.start_inbox("-C", 4, until="sent CONNECT")))
        self.assertEqual(b"8\n9\n", self.finish(self.start_inbox("-C", 2, until="sent CONNECT")))

    def test_properties_and_the_time_of_arrival_are_kept(self):
        os.mkfifo(self.dir / "gate")
        reader = self.start_inbox("--exec", f"sh -c 'read x < {self.dir}/gate'")
        self.expect_ok(self.pub(self.server.port, "-q", 2, "-t", "a", "-m", "x", "--content-type", "t/x", "-D", "publish", "user-property", "k", "v"))
        reader.err.wait_text("sent PUBCOMP")
        self.kill(reader)
        found = self.json_lines(self.finish(self.start_inbox("-j", "-C", 1, until="sent CONNECT")))[0]
        self.assertEqual(("a", 2, "x", "t/x", [["k", "v"]]),
                         (found["topic"], found["qos"], found["payload"], found["props"]["content_type"], found["props"]["user"]))

    def test_a_reader_that_stalls_holds_up_neither_the_broker_nor_the_memory(self):
        reader = self.start_inbox(reading=False)
        self.publish_lines((f"{i} " + "x" * 1000 for i in range(20_000)), qos=1)
        reader.err.wait_for(lambda err: err.count(b"sent PUBACK") + err.count(b"sent PUBREC") == 20_000, "all of them stored", timeout=60)
        self.assertLess(reader.resident_kib(), 60_000 if not harness.SANITIZED else 400_000)
        reader.out.reading.set()
        reader.out.wait_lines(20_000)
        reader.signal(signal.SIGTERM)
        self.assertEqual([str(i) for i in range(20_000)], [line.split()[0].decode() for line in self.finish(reader).splitlines()])

    def test_a_command_that_fails_for_good_leaves_its_message_as_refused(self):
        reader = self.start_inbox("--exec", "false", "--exec-retries", 0)
        self.publish_lines(["x"])
        reader.err.wait_text("the command ended with exit code 1; the message is kept as refused")
        reader.signal(signal.SIGTERM)
        self.finish(reader)
        self.assertEqual(b"", self.sub(self.server.port, "-i", "me", "-t", "a", "--spool", self.spool, "--idle-timeout", "0.3").out)
        self.assertIn(b"the command ended with exit code 1", b"".join(p.read_bytes() for p in self.dir.glob("inbox.spool*")))

    def test_the_end_of_the_run_leaves_the_message_where_it_is(self):
        reader = self.start_inbox("--exec", "false", "--exec-retries", 0, "--exec-failed", "stop")
        self.publish_lines(["x"])
        self.finish(reader, 1)
        self.assertEqual(b"x\n", self.finish(self.start_inbox("-C", 1, until="sent CONNECT")))


class Killing(Inbox):
    def test_kills_at_any_moment_lose_nothing_and_repeat_only_what_was_in_hand(self):
        chance = random.Random(SEED)
        total, kills = 300, 8
        self.start_inbox().stop()
        publisher = self.start("pub", "-p", self.server.port, "-q", 2, "-t", "a", "-l", "--rate", "150/s")
        publisher.write("".join(f"{i}\n" for i in range(total)).encode())
        publisher.close_input()
        for kill in range(kills):
            goal = chance.randrange(total * kill // kills, total * (kill + 1) // kills)
            reader = self.start_inbox("--exec", self.appended())
            wait_until(lambda: len(set(self.lines())) >= goal, f"{goal} messages (seed {SEED})", timeout=60)
            reader.stop()  # kill -9
        self.assertEqual(0, publisher.wait(60), publisher.err.text())
        reader = self.start_inbox("--exec", self.appended())
        wait_until(lambda: len(set(self.lines())) == total, f"all messages (seed {SEED}), but {len(set(self.lines()))}", timeout=60)
        reader.signal(signal.SIGTERM)
        self.finish(reader)
        found = [int(line) for line in self.lines() if line]
        self.assertLessEqual(len(found) - total, kills, f"one in hand at each kill (seed {SEED})")
        first = sorted(set(found), key=found.index)
        self.assertEqual(list(range(total)), first, f"in order (seed {SEED})")


class Trouble(Inbox):
    def test_a_full_disk_holds_up_acknowledgements_and_loses_nothing(self):
        reader = self.start_inbox("-C", 8, "-k", 1, qos=1)
        self.publish_lines(range(4))
        reader.out.wait_lines(4)
        reader.err.wait_for(lambda err: err.count(b"sent PUBACK") == 4, "4 acknowledgements")
        limit = resource.prlimit(reader.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(reader.pid, resource.RLIMIT_FSIZE, (1, limit[1]))
        self.publish_lines(range(4, 8))
        reader.err.wait_text("could not write the spool .* nothing is acknowledged")
        pings = reader.err.text().count("sent PINGREQ")
        reader.err.wait_for(lambda err: err.count(b"sent PINGREQ") >= pings + 2, "two pings, after which the broker would have gone")
        self.assertNotIn("connection lost", reader.err.text())
        self.assertEqual(4, reader.err.text().count("sent PUBACK"))
        self.assertEqual(4, reader.out.bytes().count(b"\n"))
        resource.prlimit(reader.pid, resource.RLIMIT_FSIZE, limit)
        reader.err.wait_text("can be written again")
        self.assertEqual(b"".join(b"%d\n" % i for i in range(8)), self.finish(reader))

    def test_commands_ignore_no_signal_that_we_ignore(self):
        reader = self.start_inbox("--exec", "grep ^SigIgn: /proc/self/status", "-C", 1)
        self.publish_lines(["x"])
        ignored = int(self.finish(reader).split()[1], 16)
        self.assertFalse([s for s in (signal.SIGPIPE, signal.SIGXFSZ) if ignored & 1 << s - 1])

    def test_a_file_belongs_to_one_process(self):
        self.start_inbox()
        result = self.sub(self.server.port, "-i", "other", "-t", "a", "--spool", self.spool)
        self.expect_failure(result, 10, "inbox.spool", "use")

    def test_a_file_that_is_something_else_is_left_as_it_is(self):
        self.spool.write_text("This is a letter.\n" * 100)
        result = self.sub(self.server.port, "-i", "me", "-t", "a", "--spool", self.spool)
        self.expect_failure(result, 10, "inbox.spool")
        self.assertEqual("This is a letter.\n" * 100, self.spool.read_text())

    def test_a_folder_that_is_missing(self):
        result = self.sub(self.server.port, "-i", "me", "-t", "a", "--spool", self.dir / "no" / "spool")
        self.expect_failure(result, 10, "no/spool")

    def test_a_session_that_the_broker_forgets_is_refused(self):
        for args, text in (((), "--id"), (("-I", "x"), "--id"), (("-i", "x", "--clean-start"), "--clean-start"),
                           (("-i", "x", "-x", "0"), "expiry"), (("-i", "x", "--embedded"), "--embedded"),
                           (("-i", "x", "--remove-retained"), "--remove-retained"), (("-i", "x", "--ack-after", "write"), "--ack-after"),
                           (("-i", "x", "--exec", "true", "--exec-failed", "nack"), "nack")):
            result = self.sub(self.server.port, "-t", "a", "--spool", self.spool, *args)
            self.expect_failure(result, 2, text)
        self.assertFalse(self.spool.exists())


if __name__ == "__main__":
    harness.main()
