"""mqrig pub --spool: with the broker away, a full disk, another process, another file; and how a run goes on."""

import fcntl
import os
import resource
import signal

import harness
import mqtt
import peer
from pub_spool_case import LINES, Spooled, lines, numbers

FAILED, USAGE, REFUSED, INPUT, INTERRUPTED, TERMINATED = 1, 2, 6, 10, 130, 143


class Delivered(Spooled):
    def test_all_lines_arrive_in_order_and_nothing_is_left(self):
        self.start_broker()
        for qos in (1, 2):
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

    def test_lines_of_qos_0_go_the_same_way(self):
        self.server.start()
        observer = self.observer(self.server)
        self.expect_ok(self.publish("-l", input=lines(3000)))
        payloads = [message.payload for message in observer.wait(3000)]
        self.assertEqual(list(range(3000)), numbers(b"\n".join(payloads)))
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


class Away(Spooled):
    """No broker at the start."""

    def start_without_broker(self, *more):
        process = self.start(*self.args("-l", "-q", "2", *more))
        process.err.wait_text("trying again in")
        return process

    def test_input_is_read_meanwhile_and_delivered_then(self):
        self.start_broker()  # that knows the receiver when it comes back
        self.server.stop()
        process = self.start_without_broker()
        process.write(lines(1000))
        process.err.wait_text("(?s)trying again.*trying again")
        process.write(lines(1000, 1000))
        self.server.start()
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

    def test_a_single_message_is_not_sent_again(self):
        command = ("-q", "2", "-m", "000007", "--repeat", "3")
        process = self.start(*self.args(*command))
        process.err.wait_text("(?s)trying again.*trying again")
        process.child.kill()
        process.wait()
        self.start_broker()
        self.expect_ok(self.publish(*command, "--resume"))
        result = self.publish(*command, "--resume")
        self.expect_ok(result)
        self.assertIn("taken over before", result.err)
        self.expect_failure(self.publish("-m", "another", "--resume"), INPUT, "another message", "/dev/null")
        self.expect_ok(self.publish("-q", "2", "-m", "000007", "--repeat", "4", "--resume"))
        self.expect_ok(self.publish("-q", "2", "-m", "000008"))
        self.expect_arrived([7, 7, 7, 7, 8])

    def test_an_interrupted_run_keeps_all_lines_that_it_has_read_from_a_pipe(self):
        reading, writing = os.pipe()
        os.write(writing, lines(500) + b"000500 and no end")
        process = self.start(*self.args("-l", "-q", "1", "--spool-limit", "10000"), stdin=reading)
        os.close(reading)
        process.err.wait_text("(?s)trying again.*trying again")
        process.signal(signal.SIGTERM)
        self.assertEqual(TERMINATED, process.wait(), process.err.text())
        os.close(writing)
        self.assertIn("of line 501 only the beginning was there", process.err.text())
        self.start_broker()
        self.expect_ok(self.publish("-l", "--resume", input=b""))
        self.expect_arrived(range(500))

    def test_the_next_reader_of_the_pipe_begins_with_a_whole_line(self):
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 18)
        os.write(writing, lines(3000))
        process = self.start(*self.args("-l", "-q", "1", "--spool-limit", "10000"), stdin=reading)
        process.err.wait_text("(?s)trying again.*trying again")
        process.signal(signal.SIGTERM)
        self.assertEqual(TERMINATED, process.wait(), process.err.text())
        self.assertNotIn("only the beginning", process.err.text())
        os.close(writing)
        self.start_broker()
        process = self.start(*self.args("-l", "-q", "1", "--resume"), stdin=reading)
        os.close(reading)
        self.assertEqual(0, process.wait(), process.err.text())
        self.expect_arrived(range(3000))

    def test_another_client_cannot_go_on(self):
        self.start_broker()
        process = self.start(*self.args("-l", "-q", "1", "-i", "mine", "--rate", "1/s", "-d"))
        process.write(lines(20))
        process.err.wait_text("PUBACK")
        process.child.kill()
        process.wait()
        self.expect_failure(self.publish("-l", "--resume", "-i", "other"), INPUT, "'mine'", "--id")

    def test_what_was_on_its_way_can_be_purged(self):
        self.start_broker()
        process = self.start(*self.args("-l", "-q", "2", "-d"))
        process.err.wait_text("CONNACK")
        self.server.process.signal(signal.SIGSTOP)
        process.write(lines(20))
        process.err.wait_text("PUBLISH")
        process.child.kill()
        process.wait()
        self.server.process.signal(signal.SIGCONT)
        self.expect_ok(self.run_mqrig("spool", "import", self.spool, "pub",
                                      input=b'{"topic":"lines","qos":2,"payload":"000020","ts":"2036-01-01T00:00:00Z"}'))
        self.expect_ok(self.run_mqrig("spool", "purge", self.spool, "pub", "--older-than", "0s", "--yes"))
        self.expect_ok(self.publish("-l", "--resume"))
        self.assertIn(20, self.arrived())
        self.assertEqual((0, 0), self.waiting())

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
        path.write_bytes(lines(100, 500))
        self.expect_failure(self.publish_file(path, "-l", "--resume"), INPUT, "written anew")
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
