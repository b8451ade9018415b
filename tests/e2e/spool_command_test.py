"""mqrig spool: what it says of a spool, what it changes in one, and files that are none or damaged."""

import json
import os
import pty
import resource
import select
import sqlite3
import subprocess

import harness

FAILED, USAGE, INPUT, VERIFICATION = 1, 2, 10, 11

PLAIN = {"topic": "a/b", "payload": "hello", "qos": 1, "ts": "2026-11-22T06:30:00.123Z"}
BINARY = {"topic": "a/c", "payload": "AP8=", "enc": "base64", "qos": 2, "retain": True, "ts": "2026-11-22T06:30:01Z"}
RICH = {"topic": "d", "payload": "{}", "ts": "2026-11-22T06:30:02Z", "expires": "2036-11-22T07:30:02Z",
        "batch": {"format": "json-array", "count": 100, "linger": 200},
        "props": {"content_type": "application/json", "response_topic": "r", "correlation_data": "AAE=", "expiry": 3600, "format": 1,
                  "user": [["k", "v"], ["k", "w"]]}}
REFUSED = {"topic": "e", "payload": "no", "ts": "2026-11-22T06:30:03Z", "refused": {"ts": "2026-11-22T06:31:00.456Z", "reason": "Not authorized (0x87)\n"}}


class Spool(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.file = self.dir / "spool"

    def spool(self, action, *args, file=None, **options):
        return self.run_mqrig("spool", action, file or self.file, *args, **options)

    def fill(self, queue="q", *records, file=None):
        data = "".join(json.dumps(record) + "\n" for record in records or (PLAIN, BINARY, RICH, REFUSED)).encode()
        result = self.spool("import", queue, input=data, file=file)
        self.expect_ok(result)
        self.assertEqual(b"", result.out)

    def out(self, action, *args, **options):
        result = self.spool(action, *args, **options)
        self.expect_ok(result)
        return result.out

    def queues(self):
        return {queue.pop("queue"): queue for queue in self.json_lines(self.out("ls", "--json"))}

    def count(self, queue="q"):
        found = self.queues()[queue]
        return found["messages"], found["refused"]


class Listed(Spool):
    def test_queues_with_their_totals_and_times(self):
        self.fill("first")
        self.fill("second", PLAIN)
        self.expect_ok(self.spool("import", "third", input=b""))
        queues = self.queues()
        self.assertEqual(["first", "second"], list(queues))
        self.assertEqual({"messages": 1, "bytes": 8, "oldest": "2026-11-22T06:30:00.123Z", "newest": "2026-11-22T06:30:00.123Z",
                          "refused": 0}, queues["second"])
        self.assertEqual((3, 1), self.count("first"))
        self.assertEqual("2026-11-22T06:30:02.000Z", queues["first"]["newest"])

    def test_a_table_for_people(self):
        self.fill("a\tqueue", PLAIN)
        head, row = self.out("ls").decode().splitlines()
        self.assertEqual(["QUEUE", "MESSAGES", "BYTES", "OLDEST", "NEWEST", "REFUSED"], head.split())
        self.assertRegex(row, r"^a\\tqueue +1 +8  2026-11-22T06:30:00.123Z  2026-11-22T06:30:00.123Z +0$")

    def test_a_queue_that_is_empty_again(self):
        self.fill("q", PLAIN)
        self.out("purge", "q", "--yes")
        self.assertEqual({"messages": 0, "bytes": 0, "oldest": None, "newest": None, "refused": 0}, self.queues()["q"])
        self.assertIn(" - ", self.out("ls").decode())


class Shown(Spool):
    def setUp(self):
        super().setUp()
        self.fill()
        self.fill("other", {"topic": "x", "payload": "y"})

    def test_in_the_formats_of_sub(self):
        self.assertEqual(b"hello\n\x00\xff\n{}\ny\n", self.out("show"))
        self.assertEqual(b"a/b hello\na/c \x00\xff\n", self.out("show", "q", "-v", "--limit", "2"))
        self.assertEqual(b"a/c 00ff 2", self.out("show", "q", "-F", "%t %x %q", "-N", "--limit", "2")[-10:])
        record = self.json_lines(self.out("show", "q", "--json", "--json-payload"))[2]
        self.assertEqual(({}, "json", RICH["props"]), (record["payload"], record["enc"], record["props"]))

    def test_refused_ones_with_the_reason(self):
        self.assertRegex(self.out("show", "--refused", "-v").decode(), r"^# refused \S+Z: Not authorized \(0x87\)\\n\ne no\n$")
        (record,) = self.json_lines(self.out("show", "q", "--refused", "--json"))
        self.assertEqual(REFUSED["refused"]["reason"], record["refused"]["reason"])
        self.assertEqual(b"e", self.out("show", "--refused", "-F", "%t", "-N"))

    def test_a_payload_that_does_not_fit_the_format_is_said_once(self):
        result = self.spool("show", "-F", "%J")
        self.expect_ok(result)
        self.assertEqual(1, result.err.count("not JSON"), result)

    def test_a_reader_that_goes_away_is_no_fault(self):
        self.fill("many", *[PLAIN] * 20_000)
        child = subprocess.Popen([harness.BINARY, "spool", "show", self.file], stdout=subprocess.PIPE, env=self.environment())
        self.addCleanup(child.kill)
        child.stdout.close()
        self.assertEqual(0, child.wait(harness.DEADLINE))


class Copied(Spool):
    def test_an_export_keeps_everything(self):
        self.fill()
        self.fill("other", PLAIN)
        exported = self.out("export")
        records = self.json_lines(exported)
        self.assertEqual(["q"] * 4 + ["other"], [record["queue"] for record in records])
        for before, after in zip((PLAIN, BINARY, RICH, REFUSED), records):
            for key in set(before) - {"ts", "expires"}:
                self.assertEqual(before[key], after[key], after)
        self.assertEqual("2026-11-22T06:30:00.123000Z", records[0]["ts"])
        self.assertEqual("2036-11-22T07:30:02.000Z", records[2]["expires"])

        copy = self.dir / "copy"
        self.expect_ok(self.run_mqrig("spool", "import", copy, input=exported))
        again = self.json_lines(self.out("export", file=copy))
        self.assertEqual(records, again)
        self.assertEqual(1, len(self.json_lines(self.out("export", "other"))))

    def test_what_is_exported_can_be_published(self):
        self.fill("q", PLAIN, BINARY)
        broker = self.broker()
        observer = self.observer(broker)
        self.expect_ok(self.pub(broker.port, "--ndjson", input=self.out("export")))
        self.assertEqual([("a/b", b"hello", 1), ("a/c", b"\x00\xff", 2)],
                         [(m.topic, m.payload, m.qos) for m in observer.wait(2)])

    def test_a_message_without_times_has_just_come(self):
        self.fill("q", {"topic": "t", "payload": "x", "props": {"expiry": 60}})
        (record,) = self.json_lines(self.out("export"))
        self.assertGreater(record["expires"], record["ts"])

    def test_one_wrong_line_and_nothing_is_imported(self):
        self.fill("q", PLAIN)
        good = json.dumps(PLAIN).encode() + b"\n"
        many = good * 60_000  # more than one commit
        for line, text in ((b"nonsense", "not a JSON object"), (b'{"payload":"x"}', "“topic” is missing"),
                           (b'{"topic":"a","payload":"x","ts":"yesterday"}', "“ts” must be a time"),
                           (b'{"topic":"a","payload":"x","ts":"2026-02-30T00:00:00Z"}', "“ts” must be a time"),
                           (b'{"topic":"a","payload":"x","batch":{"format":"tar"}}', "“format” of “batch”"),
                           (b'{"topic":"a","payload":"x","refused":"so"}', "“refused” must be an object")):
            with self.subTest(line=line):
                result = self.spool("import", "q", input=(many if line == b"nonsense" else good) + b"\n" + line)
                number = 60_002 if line == b"nonsense" else 3
                self.expect_failure(result, INPUT, f"line {number}: .*{text}.*nothing was imported")
                self.assertEqual((1, 0), self.count())
        self.expect_failure(self.spool("import", input=good), INPUT, "line 1: it names no queue")

    def test_a_full_disk_and_nothing_is_imported(self):
        self.fill("q", PLAIN)

        def little_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        result = self.spool("import", "q", input=(json.dumps(PLAIN).encode() + b"\n") * 60_000,
                            preexec_fn=little_room)
        self.expect_failure(result, FAILED, "no space left", "nothing was imported")
        self.assertEqual((1, 0), self.count())


    def test_an_import_that_is_killed_has_imported_nothing(self):
        self.fill("q", PLAIN)
        child = subprocess.Popen([harness.BINARY, "spool", "import", self.file, "new"], stdin=subprocess.PIPE, env=self.environment())
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        # More than memory is to hold, and the pipe holds little of it.
        child.stdin.write((json.dumps({"topic": "t", "payload": "x" * 10_000}).encode() + b"\n") * 4_000)
        child.stdin.flush()
        self.assertGreater((self.dir / "spool-wal").stat().st_size, 1_000_000)
        child.kill()
        child.wait()
        child.stdin.close()
        self.assertEqual({"q"}, set(self.queues()))
        self.assertEqual((1, 0), self.count())


class Damaged(Spool):
    def test_what_can_be_read_is_exported_and_the_rest_counted(self):
        self.fill("q", *[PLAIN] * 9)
        self.fill("other", PLAIN)
        with sqlite3.connect(self.file) as database:
            database.execute("UPDATE message SET topic_name = 'a/#' WHERE id IN (1, 5)")
        database.close()
        for action, count in (("export", 8), ("show", 8)):
            result = self.spool(action)
            self.assertEqual(VERIFICATION, result.code, result)
            self.assertRegex(result.err, "left out 2 messages of queue 'q'.*verify")
            self.assertEqual(count, len(result.out.splitlines()))
        self.assertEqual("other", self.json_lines(self.spool("export").out)[-1]["queue"])
        listed = self.spool("ls", "--json")
        self.assertEqual((VERIFICATION, 2), (listed.code, len(listed.out.splitlines())), listed)

    def test_a_damaged_log_is_left_as_it_is(self):
        bridge = self.start("bridge", "--from", "mqtt://127.0.0.1:1", "--to", "mqtt://127.0.0.1:1", "-t", "t", "--spool", self.file)
        harness.wait_until(bridge.err.text, "word that no broker is there")
        bridge.stop()
        log = self.dir / "spool-wal"
        damaged = bytearray(log.read_bytes())
        damaged[20] ^= 1
        log.write_bytes(damaged)
        for action in ("ls", "export", "verify", "requeue"):
            self.expect_failure(self.spool(action), INPUT, "spool-wal, is damaged at its beginning")
            self.assertEqual(damaged, log.read_bytes())
        self.expect_ok(self.spool("verify", "--repair"))
        self.expect_ok(self.spool("verify"))


class Changed(Spool):
    def test_requeued_messages_wait_at_the_end(self):
        self.fill("q", REFUSED, PLAIN)
        result = self.spool("requeue")
        self.expect_ok(result)
        self.assertIn("1 message back", result.err)
        self.assertEqual(b"hello\nno\n", self.out("show"))
        self.assertEqual((2, 0), self.count())

    def test_purge_needs_a_yes_and_removes_what_was_named(self):
        self.fill()
        self.expect_failure(self.spool("purge", "q"), USAGE, "--yes")
        self.assertIn("removed 1 message", self.spool("purge", "q", "--refused", "--yes").err)
        self.assertEqual((3, 0), self.count())
        self.fill("q", {"topic": "new", "payload": "x"})
        self.assertIn("removed 3 messages", self.spool("purge", "q", "--older-than", "1h", "--yes").err)
        self.assertEqual(b"x\n", self.out("show"))
        self.out("purge", "q", "--yes")
        self.assertEqual((0, 0), self.count())

    def test_on_a_terminal_it_asks(self):
        self.fill()
        for answer, code, left in ((b"n\n", FAILED, 3), (b"\n", FAILED, 3), (b"y\n", 0, 0)):
            master, slave = pty.openpty()
            self.addCleanup(os.close, master)
            child = subprocess.Popen([harness.BINARY, "spool", "purge", self.file, "q"], stdin=slave, stderr=slave,
                                     env=self.environment())
            os.close(slave)
            self.addCleanup(child.wait)
            self.addCleanup(child.kill)
            shown = b""
            while b"[y/N]" not in shown:
                self.assertTrue(select.select([master], [], [], harness.DEADLINE)[0], shown)
                shown += os.read(master, 4096)
            self.assertIn(b"Remove the 3 messages of queue 'q'", shown)
            os.write(master, answer)
            self.assertEqual(code, child.wait(harness.DEADLINE))
            self.assertEqual(left, self.count()[0])

    def test_wrong_totals_are_found_and_put_right(self):
        self.fill()
        self.expect_ok(self.spool("verify"))
        with sqlite3.connect(self.file) as database:
            database.execute("UPDATE queue SET messages = 7")
        database.close()
        self.expect_failure(self.spool("verify"), VERIFICATION, "error")
        self.expect_ok(self.spool("verify", "--repair"))
        self.expect_ok(self.spool("verify"))
        self.assertEqual((3, 1), self.count())


class WithoutItsLog(Spool):
    def test_verify_goes_on_without_it_when_asked_to(self):
        """A bridge that was killed leaves a log; the brokers it looks for are not there."""
        bridge = self.start("bridge", "--from", "mqtt://127.0.0.1:1", "--to", "mqtt://127.0.0.1:1", "-t", "t", "--spool", self.file)
        log = self.dir / "spool-wal"
        harness.wait_until(bridge.err.text, "word that no broker is there")
        bridge.stop()
        log.unlink()
        for action in ("ls", "verify"):
            self.expect_failure(self.spool(action), INPUT, "spool-wal, is missing")
        self.expect_ok(self.spool("verify", "--repair"))
        self.expect_ok(self.spool("verify"))


class NoSpool(Spool):
    def test_files_that_are_none(self):
        self.expect_failure(self.spool("ls"), INPUT, str(self.file))
        self.assertFalse(self.file.exists())
        self.file.write_text("no database at all, but long enough to look like one: " + "x" * 1000)
        self.expect_failure(self.spool("ls"), INPUT, str(self.file))
        self.expect_failure(self.spool("ls", file=self.dir), INPUT, str(self.dir))
        other = self.dir / "other"
        with sqlite3.connect(other) as database:
            database.execute("CREATE TABLE x (y)")
        database.close()
        before = other.read_bytes()
        self.expect_failure(self.spool("import", "q", file=other), INPUT, "SQLite")
        self.assertEqual(before, other.read_bytes())

    def test_unknown_queues_and_wrong_usage(self):
        self.fill()
        self.expect_failure(self.spool("show", "none"), INPUT, "no queue 'none'", "its only queue is 'q'")
        for args, text in (((), "no action"), (("ls",), "FILE is missing"), (("purge", self.file), "QUEUE is missing"),
                           (("ls", self.file, "q"), "one word too many"), (("ls", self.file, "--limit", "1"), "--limit is not for ls"),
                           (("export", self.file, "--json"), "not for export"), (("list", self.file), "action"),
                           (("show", self.file, "-F", "%y"), "--format"),
                           (("purge", self.file, "q", "--refused", "--older-than", "1h"), "exclude each other")):
            with self.subTest(args=args):
                self.expect_failure(self.run_mqrig("spool", *args), USAGE, text)


if __name__ == "__main__":
    harness.main()
