"""mqrig sub --exec: a command for each message."""

import os
import pathlib
import signal
import time

import harness
from harness import wait_until

QUICK = ("--exec-retry-delay", "10ms")

# Arguments of sh: the folder, the topic, whatever else.
GATED = 'echo "start $1" >> "$0/log"; read line < "$0/$1" && echo "end $1 $line" >> "$0/log"'


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


class Commands(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker()
        self.log = self.dir / "log"
        self.log.touch()

    def lines(self):
        return self.log.read_text(encoding="utf-8").splitlines()

    def wait_lines(self, count):
        wait_until(lambda: len(self.lines()) >= count, f"{count} lines in the log")
        return self.lines()

    def publish(self, topic, payload="x", *args, qos=1, **options):
        self.expect_ok(self.pub(self.server.port, "-q", qos, "-t", topic, "-m", payload, *args, **options))

    def publish_lines(self, topic, lines, qos=1):
        self.expect_ok(self.pub(self.server.port, "-q", qos, "-t", topic, "-l", input="".join(f"{line}\n" for line in lines).encode()))

    def sh(self, script, *words):
        """A command line that runs a script: $0 is the folder of this test, $1 the topic."""
        quoted = script.replace("'", "'\\''")
        return f"sh -c '{quoted}' {self.dir} {{topic}} {' '.join(words)}"

    def run_commands(self, command, *args, qos=1, **options):
        return self.start_sub(self.server.port, "-q", qos, "-t", "#", "--exec", command, *QUICK, *args, **options)

    def finish(self, reader, code=0):
        self.assertEqual(code, reader.wait(), reader.err.text())
        return reader.out.bytes()


class Handing(Commands):
    def test_a_command_gets_payload_and_topic_and_prints_where_we_do(self):
        reader = self.run_commands("sh -c 'echo \"$1 $2 $MQRIG_MESSAGE_QOS\"; cat' - {topic} {2}", "-C", 1)
        self.publish("a/b/c", "some words")
        self.assertEqual(b"a/b/c b 1\nsome words", self.finish(reader))

    def test_what_a_topic_says_stays_one_word_and_nothing_of_it_is_run(self):
        topics = ["a b", "a';touch x;'", "a$(touch x)", "`touch x`", "a;touch x", "a|touch x", '"; touch x; "', "{1}", "*",
                  "~", "-n", "a\\b"]
        if not harness.OTHER:  # mosquitto takes no control characters
            topics.append("a\ntouch x")
        reader = self.run_commands("printf '[%s]' {topic} {qos}", "-C", len(topics), cwd=self.dir)
        for topic in topics:
            self.publish(topic)
        self.assertEqual("".join(f"[{t}][1]" for t in topics), self.finish(reader).decode())
        self.assertFalse((self.dir / "x").exists())

    def test_properties_are_in_the_environment_and_passwords_are_not(self):
        script = 'env | grep -e MESSAGE -e PASS -e SECRET -e ^MQRIG_URL | grep -v TOPIC | sort'
        reader = self.start("sub", "-q", 1, "-t", "a", "-C", 1, "--exec", f"sh -c '{script}'", "-d",
                            env={"MQRIG_URL": f"mqtt://u:pass@127.0.0.1:{self.server.port}", "MQRIG_PASSWORD_ENV": "SECRET", "SECRET": "s",
                                 "MQRIG_MESSAGE_EXPIRY": "old"})
        reader.err.wait_text("SUBACK")
        self.publish("a", "x", "--content-type", "text/x", "--correlation-data", "id", "-D", "publish", "user-property", "my key", "v 1",
                     "-D", "publish", "user-property", "PATH", "/evil")
        found = dict(line.split("=", 1) for line in self.finish(reader).decode().splitlines())
        self.assertEqual({
            "MQRIG_PASSWORD_ENV": "SECRET", "MQRIG_MESSAGE_ATTEMPT": "1", "MQRIG_MESSAGE_CONTENT_TYPE": "text/x",
            "MQRIG_MESSAGE_CORRELATION_DATA": "aWQ=", "MQRIG_MESSAGE_DUP": "0", "MQRIG_MESSAGE_QOS": "1", "MQRIG_MESSAGE_RETAIN": "0",
            "MQRIG_MESSAGE_USER_PROPERTY_MY_KEY": "v 1", "MQRIG_MESSAGE_USER_PROPERTY_PATH": "/evil"}, found)

    def test_large_payloads_whether_they_are_read_or_not(self):
        payload = self.dir / "payload"
        payload.write_bytes(os.urandom(1 << 20))
        for command, output in (("sha256sum", None), ("true", b""), ("head -c 3", payload.read_bytes()[:3])):
            reader = self.run_commands(command, "-C", 1)
            self.expect_ok(self.pub(self.server.port, "-q", 1, "-t", "a", "-f", payload))
            found = self.finish(reader)
            if output is None:
                self.assertEqual(64, len(found.split()[0]))
            else:
                self.assertEqual(output, found)

    def test_messages_are_printed_only_when_asked_for_each_before_its_command(self):
        reader = self.run_commands("echo done", "-C", 2, "-v")
        self.publish("a", "one")
        self.publish("b", "two")
        self.assertEqual(b"a one\ndone\nb two\ndone\n", self.finish(reader))

    def test_no_descriptor_of_ours_is_inherited(self):
        reader = self.run_commands("ls /proc/self/fd", "-C", 1)
        self.publish("a")
        self.assertEqual(b"0\n1\n2\n3\n", self.finish(reader))  # 3 is the folder that ls reads


class Order(Commands):
    def gate(self, topic):
        os.mkfifo(self.dir / topic)

    def open_gate(self, topic):
        (self.dir / topic).write_text("through\n")

    def test_one_job_keeps_the_order_of_all_messages(self):
        reader = self.run_commands(self.sh('cat >> "$0/log"; echo >> "$0/log"'), "-C", 60)
        for topic in ("a", "b", "c"):
            self.publish_lines(topic, (f"{topic}{i}" for i in range(20)))
        self.finish(reader)
        self.assertEqual([f"{t}{i}" for t in "abc" for i in range(20)], self.lines())

    def test_several_jobs_run_together_and_each_topic_keeps_its_order(self):
        for topic in "abcd":
            self.gate(topic)
        reader = self.run_commands(self.sh(GATED), "--exec-jobs", 3, "-C", 5)
        for topic in "aabcd":
            self.publish(topic)
        self.assertEqual({"start a", "start b", "start c"}, set(self.wait_lines(3)), "the second a waits for the first, d for a free job")
        self.open_gate("b")
        self.assertIn("start d", self.wait_lines(5))
        self.assertEqual(1, self.lines().count("start a"))
        self.open_gate("a")
        wait_until(lambda: self.lines().count("start a") == 2, "the second a starts")
        for topic in "acd":
            self.open_gate(topic)
        self.finish(reader)
        order = [line for line in self.lines() if " a" in line]
        self.assertEqual(["start a", "end a through"] * 2, order)

    def test_while_a_command_is_busy_memory_stays_small_and_the_connection_alive(self):
        self.gate("a")
        reader = self.run_commands(self.sh(GATED), "-k", 1, qos=0)
        self.publish("a")
        self.wait_lines(1)
        before = reader.resident_kib()
        self.expect_ok(self.pub(self.server.port, "-t", "b", "-l", input=(b"x" * 500 + b"\n") * 60_000))
        reader.err.wait_for(lambda err: err.count(b"PINGREQ") >= 3, "pings")
        self.assertLess(reader.resident_kib() - before, 16_000 if not harness.SANITIZED else 100_000)
        self.assertNotIn("connection lost", reader.err.text())
        reader.signal(signal.SIGTERM)
        self.open_gate("a")
        self.finish(reader)


class Failure(Commands):
    def test_a_command_that_fails_is_tried_again(self):
        reader = self.run_commands(self.sh('echo "$1 $MQRIG_MESSAGE_ATTEMPT" >> "$0/log"; cat; test $MQRIG_MESSAGE_ATTEMPT = 3'), "-C", 1)
        self.publish("a", "again ")
        self.assertEqual(b"again again again ", self.finish(reader))
        self.assertEqual(["a 1", "a 2", "a 3"], self.lines())

    def test_a_message_whose_command_never_succeeds_is_given_up_and_does_not_count(self):
        reader = self.run_commands(self.sh('echo "$1" >> "$0/log"; test $1 = good'), "-C", 1, "--exec-retries", 1)
        self.publish("bad")
        self.publish("good")
        self.finish(reader)
        self.assertEqual(["bad", "bad", "good"], self.lines())
        self.assertIn("message on 'bad': the command ended with exit code 1; the message is given up", reader.err.text())
        self.assertEqual(2, reader.err.text().count("sent PUBACK"), reader.err.text())

    def test_an_error_for_the_broker(self):
        reader = self.run_commands("test {topic} = good", "-C", 1, "--exec-retries", 0, "--exec-failed", "nack", "-V", "5")
        self.publish("bad")
        self.publish("good")
        self.finish(reader)
        self.assertRegex(reader.err.text(), "sent PUBACK.*(0x83|[Ii]mplementation)")

    def test_the_end_of_the_run_which_leaves_the_message_to_the_next(self):
        kept = ("-i", "worker", "-c")
        reader = self.run_commands("kill -9 $$", *kept)
        reader.stop()
        reader = self.run_commands("sh -c 'kill -9 $$'", "--exec-retries", 0, "--exec-failed", "stop", *kept)
        self.publish("a", "kept")
        self.finish(reader, 1)
        self.assertIn("error: message on 'a': the command was ended by signal 9", reader.err.text())
        self.assertNotIn("sent PUBACK", reader.err.text())
        # The message may come before SUBACK, and ends the run.
        again = self.start("sub", "-p", self.server.port, *self.version, "-t", "#", "-q", 1, "--exec", "cat", "-C", 1, *kept)
        self.assertEqual(b"kept", self.finish(again))

    def test_a_time_out_ends_the_whole_process_group(self):
        for trap in ("", "trap '' TERM; "):
            self.log.write_text("")
            script = trap + 'sh -c "' + trap + 'while :; do read x < $0/never; done" "$0" & echo $! >> "$0/log"; echo $$ >> "$0/log"; wait; wait'
            if not (self.dir / "never").exists():
                os.mkfifo(self.dir / "never")
            reader = self.run_commands(self.sh(script), "--exec-timeout", "0.3", "--exec-grace", "0.2", "--exec-retries", 0,
                                       "--exec-failed", "stop")
            self.publish("a")
            self.finish(reader, 1)
            self.assertIn("the command ran longer than 0.3 s", reader.err.text())
            self.assertEqual(2, len(self.lines()))
            for pid in self.lines():
                wait_until(lambda pid=pid: not alive(pid), "the process has ended")

    def test_what_a_command_leaves_in_its_group_ends_with_it(self):
        os.mkfifo(self.dir / "never")
        reader = self.run_commands(self.sh('sh -c "read x < $0/never" "$0" & echo $! > "$0/log"'), "-C", 1)
        self.publish("a")
        self.finish(reader)
        wait_until(lambda: not alive(self.lines()[0]), "the process has ended")

    def test_a_program_that_is_missing(self):
        for command, why in (("no-such-program {topic}", "No such file"), ("/etc/passwd", "Permission denied"), ("/etc", "Is a directory"),
                             ("{topic}", "choose"), ("sh -c 'echo {topic}'", "MQRIG_MESSAGE_TOPIC"), ("a 'b", "without its end"), ("", "empty")):
            result = self.sub(self.server.port, "-t", "a", "--exec", command)
            self.expect_failure(result, 2, "--exec", why)

    def test_a_program_that_vanishes(self):
        program = self.dir / "program"
        program.write_text("#!/bin/sh\ntrue\n")
        program.chmod(0o755)
        reader = self.run_commands(f"{program}")
        program.unlink()
        self.publish("a")
        self.finish(reader, 1)
        self.assertIn(f"cannot run '{program}': No such file or directory", reader.err.text())
        self.assertNotIn("sent PUBACK", reader.err.text())

    def test_options_that_go_nowhere(self):
        for args, text in (((("--exec-jobs", "2")), "needs --exec"), (("--ack-after", "exec"), "needs --exec"),
                           (("--ack-after", "commit"), "needs --spool"), (("--exec", "true", "--exec-failed", "keep"), "needs --spool"),
                           (("--exec", "true", "--exec-timeout", "0"), "leave it out")):
            self.expect_failure(self.sub(self.server.port, "-t", "a", *args), 2, text)


class Acknowledgement(Commands):
    def test_nothing_is_acknowledged_before_its_command_has_succeeded(self):
        os.mkfifo(self.dir / "a")
        for qos, acknowledgement in ((1, "sent PUBACK"), (2, "sent PUBREC")):
            self.log.write_text("")
            reader = self.run_commands(self.sh(GATED), "-C", 1, qos=qos)
            self.publish("a", qos=2)
            self.wait_lines(1)
            self.assertNotIn(acknowledgement, reader.err.text())
            (self.dir / "a").write_text("go\n")
            self.finish(reader)
            self.assertIn(acknowledgement, reader.err.text())

    def test_before_the_command_when_that_is_asked_for(self):
        os.mkfifo(self.dir / "a")
        reader = self.run_commands(self.sh(GATED), "-C", 1, "--ack-after", "write")
        self.publish("a")
        reader.err.wait_text("sent PUBACK")
        self.assertNotIn("end", self.log.read_text())
        (self.dir / "a").write_text("go\n")
        self.finish(reader)

    def test_after_a_kill_every_message_is_handled(self):
        kept = ("-i", "worker", "-c")
        command = self.sh('echo "$(cat)" >> "$0/log"')
        self.run_commands(command, *kept).stop()
        self.publish_lines("a", range(100))
        self.publish_lines("b", range(100, 200))
        for wanted in (30, 90):
            reader = self.run_commands(command, *kept)
            self.wait_lines(wanted)
            reader.stop()  # kill -9
        reader = self.run_commands(command, *kept)
        wait_until(lambda: len(set(self.lines())) == 200, "all messages are handled")
        reader.signal(signal.SIGTERM)
        self.finish(reader)
        found = self.lines()
        self.assertLessEqual(len(found) - 200, 4, "at each of two kills one that ran, and one that was just to be acknowledged")


class Signals(Commands):
    def test_a_command_that_runs_is_finished_and_no_other_begins(self):
        os.mkfifo(self.dir / "a")
        reader = self.run_commands(self.sh(GATED))
        self.publish("a")
        self.publish("a")
        self.wait_lines(1)
        reader.signal(signal.SIGTERM)
        (self.dir / "a").write_text("go\n")
        self.finish(reader)
        self.assertEqual(["start a", "end a go"], self.lines())
        self.assertEqual(1, reader.err.text().count("sent PUBACK"))
        self.assertIn("sent DISCONNECT", reader.err.text())

    def test_a_command_that_goes_on_is_ended_after_its_grace(self):
        os.mkfifo(self.dir / "a")
        for args, code in (((), 0), (("-C", "1"), 143)):
            self.log.write_text("")
            reader = self.run_commands(self.sh('echo $$ >> "$0/log"; read x < "$0/a"'), "--exec-grace", "0.3", *args)
            self.publish("a")
            self.wait_lines(1)
            reader.signal(signal.SIGTERM)
            self.finish(reader, code)
            self.assertFalse(alive(self.lines()[0]))
            self.assertNotIn("sent PUBACK", reader.err.text())

    def test_a_second_signal_ends_all_at_once(self):
        os.mkfifo(self.dir / "a")
        reader = self.run_commands(self.sh('echo $$ >> "$0/log"; read x < "$0/a"'), "--exec-grace", "60")
        self.publish("a")
        self.wait_lines(1)
        reader.signal(signal.SIGINT)
        begin = time.monotonic()
        reader.signal(signal.SIGTERM)
        self.finish(reader, reader.wait())
        self.assertIn(reader.wait(), (130, 143))
        self.assertLess(time.monotonic() - begin, 10)
        self.assertFalse(alive(self.lines()[0]))

    def test_a_time_out_of_the_run(self):
        reader = self.run_commands("sleep 1000", "-W", "0.5", "-C", 1, "--exec-grace", "0.2")
        self.publish("a")
        self.finish(reader, 7)
        self.assertIn("0 of 1 messages", reader.err.text())

    def test_an_idle_time_out_waits_for_the_command(self):
        os.mkfifo(self.dir / "a")
        reader = self.run_commands(self.sh(GATED), "--idle-timeout", "0.3")
        self.publish("a")
        self.wait_lines(1)
        (self.dir / "a").write_text("go\n")
        self.finish(reader)
        self.assertEqual(["start a", "end a go"], self.lines())


if __name__ == "__main__":
    harness.main()
