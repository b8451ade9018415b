"""What the tests of mqrig pub --spool share: a broker, numbered lines, and an account of those that arrived."""

import collections
import os
import random

import harness

SEED = int(os.environ.get("MQRIG_TEST_SEED", "1"))
LINES = 20_000


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
