"""Runs the real binary against real brokers: `mqrig broker`, a private Mosquitto, a base test case.

MQRIG_TEST_BROKER=mosquitto runs the tests of clients against that one, the independent peer, and not against ours.

MQRIG_BINARY names the program. Nothing here waits on time alone: each wait is on a condition, with a deadline.
"""

import atexit
import concurrent.futures
import getpass
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

import peer
from process import DEADLINE, Process

BINARY = os.environ.get("MQRIG_BINARY", "mqrig")
SANITIZED = bool(os.environ.get("MQRIG_SANITIZE"))
MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
OTHER = os.environ.get("MQRIG_TEST_BROKER") == "mosquitto"
SANITIZER_REPORT = re.compile(rb"Sanitizer: |runtime error: |Sanitizer:DEADLYSIGNAL")


def free_port():
    """A loopback port that nobody listens on, and that the kernel gives to nobody else while this process lives:
    it is bound here, not listened on, so that a server which reuses addresses can have it."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    atexit.register(reserved.close)
    return reserved.getsockname()[1]


def environment(home, **extra):
    """That of a process which finds no settings of the user who runs the tests. None takes a variable out."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MQRIG_", "XDG_", "NO_COLOR"))}
    kept.update(HOME=str(home), LC_ALL="C.UTF-8", TERM="xterm", TZ="UTC",
                ASAN_OPTIONS="exitcode=99", UBSAN_OPTIONS="exitcode=99", TSAN_OPTIONS="exitcode=99")
    kept.update(extra)
    return {name: value for name, value in kept.items() if value is not None}


SECRETS = set()
TOKEN = re.compile(rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}")  # a JWT


def secret(text):
    """Remembers what no process may say: see leaks()."""
    SECRETS.add(text.encode() if isinstance(text, str) else text)
    return text


def leaks(process):
    """Secrets of this run in what a process wrote, to standard output too."""
    said = process.err.bytes() + (process.out.bytes() if process.out else b"")
    found = [one for one in SECRETS if one in said]
    return found + TOKEN.findall(said)


class Result:
    """How a finished run of mqrig went."""

    def __init__(self, process, code):
        self.code, self.args = code, str(process)
        self.out = process.out.bytes() if process.out else b""
        self.err = process.err.text()

    def __str__(self):
        return f"{self.args}\nexit {self.code}\nstdout: {self.out[:2000]!r}\nstderr: {self.err[:4000]}"


class Mosquitto:
    """A broker in a directory of its own, on a loopback port that stays the same across restarts."""

    def __init__(self, directory, config="", anonymous=True, users=None, acl=None, persistence=False, verbose=False):
        self.dir = pathlib.Path(directory)
        self.dir.mkdir(exist_ok=True)
        self.unix = self.dir / "socket"
        self.port = free_port()
        self.verbose, self.process = verbose, None
        lines = [
            "per_listener_settings false",
            f"user {getpass.getuser()}",
            f"allow_anonymous {'true' if anonymous else 'false'}",
            f"listener {self.port} 127.0.0.1",
            f"listener 0 {self.unix}",
        ]
        if users:
            lines.append(f"password_file {self._passwords(users)}")
        if acl:
            path = self.dir / "acl"
            path.write_text(acl)
            path.chmod(0o600)
            lines.append(f"acl_file {path}")
        if persistence:
            lines += ["persistence true", f"persistence_location {self.dir}/", "autosave_interval 3600"]
        (self.dir / "mosquitto.conf").write_text("\n".join(lines) + f"\n{config}\n")

    def _passwords(self, users):
        path = self.dir / "passwords"
        path.write_text("")
        path.chmod(0o600)
        for name, password in users.items():
            subprocess.run(["mosquitto_passwd", "-b", path, name, password], check=True, capture_output=True)
        return path

    def start(self):
        args = [MOSQUITTO, "-c", self.dir / "mosquitto.conf"] + (["-v"] if self.verbose else [])
        self.process = Process(args)
        self.log.wait_text(r"mosquitto version \S+ running")
        return self

    @property
    def log(self):
        return self.process.err

    def save(self):
        """Writes sessions and retained messages to disk: what a kill() leaves behind."""
        database = self.dir / "mosquitto.db"
        database.unlink(missing_ok=True)
        self.process.signal(signal.SIGUSR1)
        wait_until(database.exists, "the database is saved")

    def kill(self):
        self.process.child.kill()
        self.process.wait()

    def stop(self):
        # A signal that comes just after the start is lost on it: it says "running" before it sets its loop to run.
        while self.process and self.process.running():
            self.process.signal(signal.SIGTERM)
            try:
                self.process.child.wait(1)
            except subprocess.TimeoutExpired:
                pass
        if self.process:
            self.process.stop()

    def restart(self):
        self.stop()
        return self.start()


class Broker:
    """`mqrig broker` on a port of its choice, in a directory of its own. `args` are more options of it."""

    def __init__(self, directory, *args, **options):
        self.dir, self.args, self.options, self.process, self.port = pathlib.Path(directory), args, options, None, None
        self.killed = self.ending = False

    @classmethod
    def with_access(cls, directory, *args, users=None, acl=None, anonymous=True):
        """Knows these users and their passwords, and keeps to the text of an ACL file."""
        directory.mkdir(exist_ok=True)
        options = [] if anonymous else ["--no-allow-anonymous"]
        for name, password in (users or {}).items():
            if len(password) >= 8:
                secret(password)
            subprocess.run([BINARY, "passwd", "--iterations", "1000", directory / "passwords", name], input=password + "\n", text=True,
                           check=True, capture_output=True, env=environment(directory))
        if users:
            options += ["--password-file", directory / "passwords", *(["--allow-anonymous"] if anonymous else [])]
        if acl:
            (directory / "acl").write_text(acl)
            options += ["--acl-file", directory / "acl"]
        return cls(directory, *options, *args)

    def start(self):
        """After each start the port is another one: so nobody else can have taken it meanwhile."""
        self.dir.mkdir(exist_ok=True)
        self.killed = self.ending = False
        self.process = Process([BINARY, "broker", "-p", "0", *map(str, self.args)], env=environment(self.dir), **self.options)
        url = self.process.out.wait_lines(1)[0]
        self.port = int(re.fullmatch(r"mqtt://127\.0\.0\.1:(\d+)", url)[1])
        return self

    @property
    def log(self):
        return self.process.err

    def kill(self):
        """kill -9: nothing is saved that is not saved already."""
        self.killed = True
        self.process.stop()

    def end(self):
        """Asks it to end, once: it waits for its clients to close, and a second signal would end it at once."""
        if not self.ending and self.process.running():
            self.process.signal(signal.SIGTERM)
        self.ending = True

    def stop(self):
        """Ends it; says so if it does not end well, or did not before."""
        if self.killed or not self.process:
            return
        self.end()
        try:
            code = self.process.wait()
            if code or SANITIZER_REPORT.search(self.process.err.bytes()) or leaks(self.process):
                raise AssertionError(f"{self.process}: exit {code}\n{self.process.err.text()}")
        finally:
            self.process.stop()


class MqttTest(unittest.TestCase):
    """A test with a directory of its own, which starts brokers and mqrigs and leaves none of them behind."""

    maxDiff = None
    version = ()  # ("-V", "31") in a class that runs the tests of another one in that version

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="mqrig-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.brokers = 0
        self.peers = []
        self.last = None  # the result of the last run

    # Brokers and peers

    def broker(self, config="", **options):
        """Ours, or mosquitto with these lines of configuration. Options are what both know: anonymous, users, acl."""
        if OTHER:
            return self.mosquitto(config=config, **options)
        self.brokers += 1
        directory = self.dir / f"broker{self.brokers}"
        # Publishers at full speed are faster than an observer in Python: what waits for it is not dropped.
        room = ("--max-queued-messages", 1_000_000, "--max-output-bytes", "1G")
        broker = Broker.with_access(directory, "--listen", f"unix://{directory}/socket", *room, **options)
        broker.unix = directory / "socket"
        self.addCleanup(broker.stop)
        return broker.start()

    def mosquitto(self, **options):
        """For what only mosquitto does, or tells in its log."""
        if not MOSQUITTO:
            self.skipTest("mosquitto is not installed")
        self.brokers += 1
        broker = Mosquitto(self.dir / f"broker{self.brokers}", **options)
        self.addCleanup(broker.stop)
        return broker.start()

    def observer(self, broker, *filters, **options):
        observer = peer.Observer(broker.port, *filters, **options)
        self.addCleanup(observer.stop)
        return observer

    def peer(self, *dialogues):
        scripted = peer.ScriptedPeer(*dialogues)
        scripted.story = lambda: str(self.last)
        self.peers.append(scripted)
        self.addCleanup(scripted.stop)
        return scripted

    # mqrig

    def environment(self, **extra):
        return environment(self.dir, **extra)

    def start(self, *args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=None, **options):
        """Starts mqrig with these arguments; numbers and paths are turned into text."""
        for option, value in zip(args, args[1:]):
            if option in ("-P", "--pw", "--password", "--key-password", "--psk") and len(value) >= 8:
                secret(value)
        process = Process([BINARY, *[a if isinstance(a, (bytes, str)) else str(a) for a in args]],
                          stdin=stdin, stdout=stdout, env=self.environment(**(env or {})), **options)
        self.addCleanup(self._end, process)
        return process

    def _end(self, process):
        process.stop()
        if SANITIZER_REPORT.search(process.err.bytes()):
            self.fail(f"{process}\n{process.err.text()}")
        if found := leaks(process):
            self.fail(f"{process}\nsaid what is secret: {found}\n{process.err.text()}")

    def run_mqrig(self, *args, input=b"", timeout=DEADLINE, **options):
        """Runs mqrig to its end, with this on stdin."""
        process = self.start(*args, **options)
        feeder = threading.Thread(target=self._feed, args=(process, input), daemon=True)
        feeder.start()
        try:
            result = self.last = Result(process, process.wait(timeout))
        except AssertionError as error:
            raise AssertionError(f"{error}\n{[e for p in self.peers for e in p.errors]}") from None
        feeder.join(DEADLINE)
        return result

    @staticmethod
    def _feed(process, data):
        try:
            process.child.stdin.write(data)
            process.child.stdin.close()
        except (BrokenPipeError, ValueError):
            pass

    def pub(self, port, *args, **options):
        return self.run_mqrig("pub", "-p", port, *self.version, *args, **options)

    def sub(self, port, *args, **options):
        return self.run_mqrig("sub", "-p", port, *self.version, *args, **options)

    def start_sub(self, port, *args, **options):
        """Starts a subscriber and waits until its subscriptions are acknowledged."""
        process = self.start("sub", "-p", port, "-d", *self.version, *args, **options)
        process.err.wait_text("SUBACK")
        return process

    # What is expected

    def expect_code(self, result, *codes):
        self.assertIn(result.code, codes, str(result))

    def expect_ok(self, result):
        self.expect_code(result, 0)

    def expect_failure(self, result, code, *texts):
        """This exit code, nothing on stdout, and one complaint that holds each of the texts (regular expressions)."""
        self.assertEqual(code, result.code, str(result))
        self.assertEqual(b"", result.out, str(result))
        self.assertTrue(result.err.strip(), "no word on stderr\n" + str(result))
        for text in texts:
            self.assertRegex(result.err, text, str(result))

    def expect_one_error(self, result, code, *texts):
        """The same, and not a line more."""
        self.expect_failure(result, code, *texts)
        self.assertRegex(result.err, r"\Amqrig \w+: error: [^\n]+\n\Z", str(result))

    def concurrently(self, check, cases):
        """A subtest for each tuple of arguments, named by the first; for runs that mostly wait for other processes."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for case, future in [(case, pool.submit(check, *case)) for case in cases]:
                with self.subTest(case[0]):
                    future.result()

    def json_lines(self, data):
        return [json.loads(line) for line in data.decode("utf-8").splitlines()]


def wait_until(condition, what, timeout=DEADLINE):
    """For conditions that nothing announces, such as a number in /proc: looked at again and again."""
    pause, waited = threading.Event(), 0.0
    while not condition():
        if waited >= timeout:
            raise AssertionError(f"{what}: not so after {timeout} s")
        pause.wait(0.02)
        waited += 0.02


def main():
    unittest.main(verbosity=2)
