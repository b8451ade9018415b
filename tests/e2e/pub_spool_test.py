"""mqrig pub --spool: killed at any moment, with the broker away or killed too, it goes on where it was and loses nothing."""

import collections
import os
import random
import resource
import signal
import time

import harness
import mqtt
import peer

FAILED, USAGE, REFUSED, INPUT, INTERRUPTED = 1, 2, 6, 10, 130
SEED = int(os.environ.get("MQRIG_TEST_SEED", "1"))
LINES = 20_000
MOST_KILLS = 10


def lines(count, start=0):
    return b"".join(b"%06d %s\n" % (number, b"x" * 57) for number in range(start, start + count))


def numbers(data):
    return [int(line[:6]) for line in data.splitlines()]


class Spooled(harness.MqttTest):
    """A broker with its state on disk, behind a socket that stays where it is, and a session in it that gets everything."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.spool, self.socket = self.dir / "spool", self.dir / "socket"
        self.server = harness.Broker(self.dir / "broker", "--listen", f"unix://{self.socket}", "--state", self.dir / "state",
                                     "--max-queued-messages", 1_000_000, "--max-queued-bytes", "1G")
        self.addCleanup(self.server.stop)

    def start_broker(self):
        self.server.start()
        self.expect_ok(self.sink("-E"))

    def sink(self, *args):
        return self.run_mqrig("sub", "--unix", self.socket, "-i", "sink", "-c", "-x", "1h", "-q", "2", "-t", "#", *args)

    def arrived(self):
        """The numbers of the lines that came, in their order."""
        result = self.sink("--idle-timeout", "500ms")
        self.expect_ok(result)
        return numbers(result.out)

    def expect_arrived(self, expected):
        """These numbers, in this order; a failure tells the difference and not all of them."""
        found = self.arrived()
        if found == list(expected):
            return
        counts = collections.Counter(found)
        lost = [number for number in expected if not counts[number]]
        doubled = [number for number, count in counts.items() if count > 1]
        self.fail(f"seed {SEED}: {len(found)} came; {len(lost)} lost: {lost[:10]}, {len(doubled)} twice: {doubled[:10]}; "
                  f"the first: {found[:10]}")

    def args(self, *more):
        return ("pub", "--unix", self.socket, "-t", "lines", "--spool", self.spool, "--reconnect-delay", "50ms",
                "--reconnect-max-delay", "100ms", *self.version, *more)

    def publish(self, *more, **options):
        return self.run_mqrig(*self.args(*more), **options)

    def publish_file(self, path, *more, **options):
        with open(path, "rb") as stdin:
            process = self.start(*self.args(*more), stdin=stdin, **options)
        return harness.Result(process, process.wait())

    def file(self, data, name="lines"):
        path = self.dir / name
        path.write_bytes(data)
        return path

    def waiting(self):
        """How many messages the spool says it holds, and how many it keeps as refused."""
        result = self.run_mqrig("spool", "ls", "--json", self.spool)
        self.expect_ok(result)
        (queue,) = self.json_lines(result.out)
        return queue["messages"], queue["refused"]


class Delivered(Spooled):
    def test_all_lines_arrive_in_order_and_nothing_is_left(self):
        self.start_broker()
        for qos in (0, 1, 2):
            for source in ("file", "pipe"):
                with self.subTest(qos=qos, source=source):
                    data = lines(3000)
                    if source == "file":
                        result = self.publish_file(self.file(data), "-l", "-q", qos)
                    else:
                        result = self.publish("-l", "-q", qos, input=data)
                    self.expect_ok(result)
                    self.expect_arrived(range(3000))
                    self.assertEqual((0, 0), self.waiting())

    def test_json_lines_null_records_and_one_message(self):
        self.start_broker()
        self.expect_ok(self.publish("--ndjson", input=b'{"topic":"a","payload":"000000","qos":2}\n\n{"payload":"000001","qos":1}\n'))
        self.expect_ok(self.publish("-0", "-q", "1", input=b"000002\0000003"))
        self.expect_ok(self.publish("-m", "000004", "--repeat", "2", "-q", "2"))
        self.expect_arrived([0, 1, 2, 3, 4, 4])

    def test_the_session_ends_when_all_is_delivered(self):
        for version, number in ((mqtt.V5, "5"), (mqtt.V311, "311")):
            with self.subTest(version=number):
                if not self.server.process:
                    self.start_broker()
                self.expect_ok(self.publish("-l", "-q", "2", "-V", number, "-i", "mine", input=lines(10)))
                client = peer.Observer(self.server.port, client_id="mine", version=version, clean=False)
                self.addCleanup(client.stop)
                client.stop()
                self.expect_ok(self.sub(self.server.port, "-i", "mine", "-t", "x", "-E"))  # a clean start ends that one
                self.expect_arrived(range(10))

    def test_a_session_of_somebody_else_is_ended_first(self):
        """What it holds of identifiers would make ours count as repetitions."""
        self.start_broker()
        self.expect_ok(self.sub(self.server.port, "-i", "mine", "-c", "-x", "1h", "-t", "lines", "-q", "2", "-E"))
        for number in ("5", "311"):
            with self.subTest(version=number):
                self.expect_ok(self.publish("-l", "-q", "2", "-V", number, "-i", "mine", input=lines(10)))
                self.expect_arrived(range(10))

    def test_what_the_broker_refuses_is_kept_with_the_reason(self):
        self.server = harness.Broker.with_access(self.dir / "broker", "--listen", f"unix://{self.socket}",
                                                 acl="topic readwrite other\ntopic read #\n")
        self.addCleanup(self.server.stop)
        self.server.start()
        result = self.publish("-l", "-q", "1", input=lines(3))
        self.expect_failure(result, REFUSED, "message 2 of the spool was not taken: Not authorized", "--refused")
        self.assertEqual((0, 3), self.waiting())
        shown = self.run_mqrig("spool", "show", self.spool, "--refused")
        self.assertRegex(shown.out.decode(), r"# refused \S+Z: Not authorized\n000000 x")


class Killed(Spooled):
    """kill -9 of the publisher at random moments, until a run comes to its end."""

    def kill_until_done(self, qos, between=lambda: None):
        path = self.file(lines(LINES))
        for kill in range(MOST_KILLS + 1):
            more = ("--resume",) if kill else ()
            with open(path, "rb") as stdin:
                process = self.start(*self.args("-l", "-q", qos, *more), stdin=stdin)
            if kill < MOST_KILLS:
                # No wait for something: the moment is random.
                time.sleep(self.random.uniform(0.0, 0.25))
                if kill == 0 and not self.spool.exists():
                    harness.wait_until(self.spool.exists, "the spool is there")
                process.child.kill()
                between()
            code = process.wait()
            if code == 0:
                break
            self.assertEqual(-signal.SIGKILL, code, f"seed {SEED}: {process.err.text()}")
        self.assertEqual(0, code, f"seed {SEED}: {process.err.text()}")
        self.assertEqual((0, 0), self.waiting())

    def restart_broker(self):
        if self.random.random() < 0.5:
            self.server.kill()
            self.server.start()

    def test_at_qos_1_no_line_is_lost(self):
        self.start_broker()
        self.kill_until_done(1)
        first_times = list(dict.fromkeys(self.arrived()))
        self.assertEqual(list(range(LINES)), first_times)

    def test_at_qos_2_each_line_comes_once_and_in_order(self):
        self.start_broker()
        self.kill_until_done(2)
        self.expect_arrived(range(LINES))

    def test_the_same_when_the_broker_is_killed_too(self):
        self.start_broker()
        self.kill_until_done(2, self.restart_broker)
        self.expect_arrived(range(LINES))


class KilledInVersion311(Killed):
    version = ("-V", "311")
    # One of them is enough: the others differ in what the broker does.
    test_at_qos_1_no_line_is_lost = None
    test_at_qos_2_each_line_comes_once_and_in_order = None


class Away(Spooled):
    """No broker at the start."""

    def start_without_broker(self, *more):
        process = self.start(*self.args("-l", "-q", "2", *more))
        process.err.wait_text("trying again in")
        return process

    def test_input_is_read_meanwhile_and_delivered_then(self):
        process = self.start_without_broker()
        process.write(lines(1000))
        process.err.wait_text("(?s)trying again.*trying again")
        process.write(lines(1000, 1000))
        self.start_broker()
        process.err.wait_text("connected to")
        process.write(lines(10, 2000))
        process.close_input()
        self.assertEqual(0, process.wait(), process.err.text())
        self.expect_arrived(range(2010))

    def interrupt_with_lines_waiting(self):
        process = self.start_without_broker()
        process.write(lines(20))
        process.close_input()
        process.err.wait_text("(?s)trying again.*trying again")
        process.signal(signal.SIGINT)
        self.assertEqual(INTERRUPTED, process.wait(), process.err.text())
        return process.err.text()

    def test_an_interrupted_run_says_what_waits_and_the_next_one_needs_resume(self):
        said = self.interrupt_with_lines_waiting()
        self.assertIn(f"interrupted; 20 messages wait in '{self.spool}', --resume sends them", said)
        self.assertEqual((20, 0), self.waiting())
        self.expect_failure(self.publish("-l", input=b"more\n"), INPUT, "20 messages wait in the spool", "--resume",
                            "mqrig spool purge")
        self.start_broker()
        self.expect_ok(self.publish("-l", "-q", "1", "--resume", input=lines(5, 20)))
        self.expect_arrived(range(25))

    def test_dev_null_sends_what_waits_and_no_more(self):
        self.interrupt_with_lines_waiting()
        self.start_broker()
        self.expect_ok(self.publish_file("/dev/null", "-l", "--resume"))
        self.expect_arrived(range(20))

    def test_another_client_cannot_go_on(self):
        self.start_broker()
        process = self.start(*self.args("-l", "-q", "1", "-i", "mine", "--rate", "1/s"))
        process.write(lines(20))
        harness.wait_until(lambda: self.spool.exists(), "the spool is there")
        self.server.kill()
        process.err.wait_text("connection lost")
        process.child.kill()
        process.wait()
        self.expect_failure(self.publish("-l", "--resume", "-i", "other"), INPUT, "'mine'", "--id")

    def test_without_room_no_more_is_read(self):
        limit, total = 200_000, 8_000_000
        process = self.start_without_broker("--spool-limit", limit)
        os.set_blocking(process.child.stdin.fileno(), False)
        data, written = lines(total // 65), 0

        def full():
            nonlocal written
            try:
                while written < len(data):
                    written += os.write(process.child.stdin.fileno(), data[written:written + 65_536])
            except BlockingIOError:
                return written > limit
            return True
        harness.wait_until(full, "the pipe is full")
        process.signal(signal.SIGINT)
        self.assertEqual(INTERRUPTED, process.wait(), process.err.text())
        self.assertLess(written, limit + 1_000_000)


class Refused(Spooled):
    def test_a_spool_in_use_is_refused(self):
        process = self.start(*self.args("-l"))
        process.err.wait_text("trying again")
        self.expect_failure(self.publish("-l", "--resume"), INPUT, "in use by another process")
        for action in ("ls", "show", "export", "requeue", "verify"):
            self.expect_failure(self.run_mqrig("spool", action, self.spool), INPUT, "in use by another process")

    def test_only_the_same_file_can_be_gone_on_with(self):
        self.start_broker()
        path = self.file(lines(100))
        self.expect_ok(self.publish_file(path, "-l", "-q", "1"))
        self.expect_failure(self.publish_file(self.file(lines(200), "other"), "-l", "--resume"), INPUT, "another file")
        self.expect_failure(self.publish_file(path, "-0", "--resume"), INPUT, "read lines from standard input")
        path.write_bytes(lines(50))
        self.expect_failure(self.publish_file(path, "-l", "--resume"), INPUT, "shorter")

    def test_a_file_that_has_grown_is_read_from_where_it_was(self):
        self.start_broker()
        path = self.file(lines(100))
        self.expect_ok(self.publish_file(path, "-l", "-q", "1"))
        self.expect_ok(self.publish_file(path, "-l", "-q", "1", "--resume"))
        with path.open("ab") as file:
            file.write(lines(100, 100))
        self.expect_ok(self.publish_file(path, "-l", "-q", "1", "--resume"))
        self.expect_arrived(range(200))

    def test_an_invalid_line_ends_the_run_and_is_read_again(self):
        self.start_broker()
        path = self.file(b'{"payload":"000000"}\nnonsense\n{"payload":"000002"}\n')
        self.expect_failure(self.publish_file(path, "--ndjson", "-q", "1"), INPUT, "line 2: not a JSON object")
        self.expect_failure(self.publish_file(path, "--ndjson", "-q", "1", "--resume"), INPUT, "line 2: not a JSON object")
        self.expect_ok(self.publish_file(path, "--ndjson", "-q", "1", "--resume", "--skip-invalid"))
        self.expect_arrived([0, 2])

    def test_a_full_disk_ends_the_run_and_loses_nothing(self):
        def little_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        path = self.file(lines(LINES))
        result = self.publish_file(path, "-l", "-q", "2", preexec_fn=little_room)
        self.expect_failure(result, FAILED, "cannot write the spool", "no space left")
        self.start_broker()
        self.expect_ok(self.publish_file(path, "-l", "-q", "2", *(("--resume",) if self.spool.exists() else ())))
        self.expect_arrived(range(LINES))

    def test_wrong_usage(self):
        for args, text in ((("--resume", "-l"), "--resume"), (("--spool-limit", "1M", "-l"), "--spool-limit"),
                           (("--spool", self.spool, "--topic-alias", "1", "-l"), "topic alias"),
                           (("--spool", self.spool, "--clean-start", "-l"), "--clean-start")):
            with self.subTest(args=args):
                self.expect_failure(self.run_mqrig("pub", "-t", "a", *args), USAGE, text)
        self.assertFalse(self.spool.exists())
        self.expect_failure(self.run_mqrig("pub", "-t", "a", "-l", "--spool", self.dir / "none" / "spool"), INPUT, "none")


if __name__ == "__main__":
    harness.main()
