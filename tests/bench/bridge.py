#!/usr/bin/env python3
"""Bridges side by side under the same load between the same kinds of broker: `mqrig bridge` and the one inside mosquitto.

    python3 tests/bench/bridge.py BUILD_DIRECTORY [--quick] [--only TEXT] [--backlog N]

A load client publishes at broker A and keeps an exact account of what arrives at broker B. CPU is the user and system time
between the first message and the last of the process that bridges, per million messages that arrived. mosquitto's bridge is
a part of broker A, whose own work is in the figure: beside it stands a mosquitto that has a subscriber instead. All run in
turn, several times; the best of each counts. Messages have 64 bytes. Rows that need `mqrig bridge` are left out where there
is none.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
from bridge_rig import join  # noqa: E402
from raw_client import RawClient  # noqa: E402
from sink import Sink  # noqa: E402

SIZE = 64
TOPIC = "bench/topic"
PATIENCE = 120  # s, for a bridge that moves on
MIB = 1024  # KiB

# qos, messages in flight; goal: CPU s/1M. messages: through mqrig's bridge, and through mosquitto's.
Row = collections.namedtuple("Row", "name goal qos window messages peer_messages spool", defaults=(False,))

ROWS = (
    Row("QoS 0", 0.4, 0, 1000, 2_000_000, 200_000),
    Row("QoS 1, 20 in flight", 0.8, 1, 20, 300_000, 100_000),
    Row("QoS 1, 1000 in flight", 0.8, 1, 1000, 1_000_000, 100_000),
    Row("QoS 2, 20 in flight", 1.5, 2, 20, 200_000, 50_000),
    Row("QoS 2, 1000 in flight", 1.5, 2, 1000, 500_000, 50_000),
    Row("QoS 1, 1000 in flight, spool", None, 1, 1000, 1_000_000, 0, True),
    Row("QoS 2, 1000 in flight, spool", None, 2, 1000, 500_000, 0, True),
    Row("QoS 1, 20000 in flight, spool", None, 1, 20_000, 2_000_000, 0, True),
    Row("QoS 2, 20000 in flight, spool", None, 2, 20_000, 1_000_000, 0, True),
)

# bridge, the kind of the brokers
CONTESTANTS = (("mqrig", "mqrig"), ("mqrig", "mosquitto"), ("mosquitto", "mqrig"), ("mosquitto", "mosquitto"))

Used = collections.namedtuple("Used", "cpu rate rss notes")


def cpu_time(pid):
    """User and system time in seconds, of all threads."""
    return time.clock_gettime((~pid << 3) | 2)  # the kernel's number for a process's clock


def our_broker(binary, window):
    """Nothing that waits for a bridge is dropped."""
    return harness.Process([str(word) for word in (
        binary, "broker", "-p", "0", "--max-inflight", window, "--receive-maximum", window, "--max-queued-messages", 100_000_000,
        "--max-queued-bytes", "4G", "--max-queued-bytes-in-all", "4G", "--max-output-bytes", "64M")])


class Bridge:
    """`mqrig bridge run` between two ports."""

    def __init__(self, binary, directory, ports, window, spool=None, reconnect="1s"):
        file = directory / "bridge.toml"
        sides = "".join(f'[link.{side}]\nurl = "mqtt://127.0.0.1:{port}"\nprotocol-version = "5"\nid = "bench-bridge"\n'
                        f'reconnect-max-delay = "{reconnect}"\n' for side, port in zip(("local", "remote"), ports))
        head = f'spool = "{spool}"\n' if spool else ""
        file.write_text(f'{head}[[link]]\nname = "bench"\nwindow = {window}\n{sides}[[link.rule]]\ntopics = ["bench/#"]\n'
                        'direction = "out"\n')
        self.process = harness.Process([str(binary), "bridge", "run", str(file)])
        self.pid = self.process.pid

    def stop(self):
        """In order: the spool is closed."""
        self.process.signal(15)
        self.process.wait(PATIENCE)
        self.process.stop()


class Bench:
    def __init__(self, args, directory):
        self.build, self.quick, self.only, self.directory = args.build, args.quick, args.only, directory
        self.backlog_size, self.version = args.backlog, args.mosquitto_version
        self.binary = self.build / "apps/mqrig/mqrig"
        self.rounds = 1 if self.quick else 3
        ours = subprocess.run([self.binary, "bridge", "--help"], capture_output=True).returncode == 0
        if not ours:
            print(f"{self.binary} has no bridge: its figures are left out")
        if not harness.MOSQUITTO:
            print("mosquitto is not installed: its figures are left out")
        self.ours = ours
        self.contestants = [(bridge, brokers) for bridge, brokers in CONTESTANTS
                            if (ours or bridge != "mqrig") and (harness.MOSQUITTO or "mosquitto" not in (bridge, brokers))]

    def folder(self):
        return pathlib.Path(tempfile.mkdtemp(dir=self.directory))

    def broker(self, stack, kind, window, more=""):
        """Ends with the stack. Has `port` and `pid`."""
        if kind == "mqrig":
            process = our_broker(self.binary, window)
            stack.callback(process.stop)
            process.port = int(process.out.wait_lines(1)[0].rpartition(":")[2])
            return process
        config = f"max_inflight_messages {window if window < 65_536 else 0}\nmax_queued_messages 0\nset_tcp_nodelay true\n{more}"
        broker = harness.Mosquitto(self.folder(), config)
        stack.callback(broker.stop)
        broker.start()
        broker.pid = broker.process.pid
        return broker

    def rig(self, stack, bridge, brokers, window, spool=False):
        """The ports of A and B, and the process that bridges."""
        far = self.broker(stack, brokers, window)
        if bridge == "none":
            return far.port, far.port, far.pid
        if bridge == "mosquitto":
            near = self.broker(stack, "mosquitto", window, (
                f"connection far\naddress 127.0.0.1:{far.port}\nbridge_protocol_version {self.version}\ncleansession false\n"
                "remote_clientid bridge\nnotifications false\nrestart_timeout 1\ntopic bench/# out 2\n"))
            pid = near.pid
        else:
            near = self.broker(stack, brokers, window)
            directory = self.folder()
            process = Bridge(self.binary, directory, (near.port, far.port), min(window, 65_535), directory / "spool" if spool else None)
            stack.callback(process.process.stop)
            pid = process.pid
        join(near.port, far.port, "bench/joined")
        return near.port, far.port, pid

    # Messages

    def load(self, row, bridge, brokers):
        messages = row.messages if bridge == "mqrig" else row.peer_messages
        if self.quick:
            messages = max(messages // 20, 1000)
        with contextlib.ExitStack() as stack:
            near, far, pid = self.rig(stack, bridge, brokers, row.window, row.spool)
            words = [self.build / "tests/bench/load", "--port", near, "--subscriber-port", far, "--pid", pid, "--messages", messages,
                     "--qos", row.qos, "--window", row.window, "--size", SIZE, "--topic", TOPIC, "--credit", 0 if row.qos else 1000]
            done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
            if not done.stdout:
                raise SystemExit(f"{row.name}, {bridge} between {brokers}: {done.stderr}")
            found = json.loads(done.stdout)
            rss = int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])
        notes = ", ".join(f"{found[key]:,} {key.replace('_', ' ')}" for key in
                          ("lost", "duplicated", "reordered", "foreign", "refused", "strange", "lost_connections") if found[key])
        arrived = messages - found["lost"]
        return Used(found["broker_cpu"] / max(arrived, 1) * 1e6, found["rate"], rss, notes and f"of {messages:,}: {notes}")

    def best(self, row):
        """All in turn, again and again; the round with the least CPU of each that lost nothing, if there is one."""
        runs = [one for one in self.contestants if row.peer_messages or one[0] == "mqrig" and (one[1] == "mqrig" or row.window <= 1000)]
        if harness.MOSQUITTO and row.peer_messages:
            runs.append(("none", "mosquitto"))
        rounds = [{run: self.load(row, *run) for run in runs} for _ in range(self.rounds)]
        return {run: min((used[run] for used in rounds), key=lambda one: (one.notes != "", one.cpu)) for run in runs}

    def messages(self):
        rows = [row for row in ROWS if self.only in row.name]
        if not rows:
            return
        print(f"\nThrough a bridge, messages of {SIZE} bytes\n{'':32}{'bridge':>11}{'brokers':>11}{'goal':>7}{'CPU s/1M':>10}{'arrived/s':>12}"
              f"{'KiB':>9}")
        for row in rows:
            for (bridge, brokers), used in self.best(row).items():
                goal = row.goal if row.goal and bridge == "mqrig" else ""
                print(f"{row.name:32}{bridge:>11}{brokers:>11}{goal:>7}{used.cpu:>10.3f}{used.rate:>12,.0f}{used.rss:>9}", flush=True)
                if used.notes:
                    print(f"    {used.notes}", flush=True)

    def plain_sqlite(self):
        """What SQLite does by itself with the same messages, on this disk."""
        program = self.build / "tests/bench/spool_bench"
        if self.ours and program.exists() and self.only in "spool":
            print("\nspool_bench", flush=True)
            subprocess.run([program], check=True, cwd=self.directory)

    # Latency at a low rate

    def latency(self):
        if not self.ours or self.only not in "latency":
            return
        count = 50 if self.quick else 500
        print(f"\nLatency at QoS 1 of one message at a time, median of {count}, ms")
        medians = {}
        for name, bridge, spool in (("no bridge", "none", False), ("bridge", "mqrig", False), ("bridge with spool", "mqrig", True)):
            with contextlib.ExitStack() as stack:
                near, far, _ = self.rig(stack, bridge, "mqrig", 1000, spool)
                medians[name] = self.one_at_a_time(near, far, count)
            print(f"{name:32}{medians[name] * 1e3:>10.3f}", flush=True)
        added = medians["bridge with spool"] - medians["bridge"]
        sync = self.fdatasync(count)
        print(f"{'added by the spool':32}{added * 1e3:>10.3f}\n{'one fdatasync':32}{sync * 1e3:>10.3f}\n{'ratio, goal about 1':32}{added / sync:>10.2f}", flush=True)

    @staticmethod
    def one_at_a_time(near, far, count):
        times = []
        with contextlib.closing(RawClient(near)) as writer, contextlib.closing(RawClient(far)) as reader:
            for client, name in ((writer, "writer"), (reader, "reader")):
                client.connect(name)
            reader.subscribe(TOPIC, options=1)
            for _ in range(count):
                began = time.perf_counter()
                writer.send_publish(TOPIC, bytes(SIZE), 1)
                reader.message()
                times.append(time.perf_counter() - began)
                writer.answer("PUBACK")
        return statistics.median(times)

    def fdatasync(self, count):
        """Of a page in a file that does not grow, as a log that is used again."""
        times = []
        with open(self.directory / "fdatasync", "wb", buffering=0) as file:
            file.write(bytes(4096 * count))
            os.fsync(file.fileno())
            for number in range(count):
                os.pwrite(file.fileno(), os.urandom(4096), 4096 * number)
                began = time.perf_counter()
                os.fdatasync(file.fileno())
                times.append(time.perf_counter() - began)
        return statistics.median(times)

    # A backlog

    def backlog(self):
        """The target is away while the spool fills; then it is there."""
        if not self.ours or self.only not in "backlog":
            return
        count = min(self.backlog_size, 200_000) if self.quick else self.backlog_size
        directory = self.folder()
        spool = directory / "spool"
        print(f"\nA backlog of {count:,} messages of QoS 1")
        with contextlib.ExitStack() as stack:
            near = self.broker(stack, "mqrig", 20_000)
            self.fill(near, directory, spool, count)
            self.drain(near, directory, spool, count)

    def fill(self, near, directory, spool, count):
        bridge = Bridge(self.binary, directory, (near.port, harness.free_port()), 20_000, spool)
        try:
            self.until_subscribed(near)
            memory, began = Memory(bridge.pid), time.monotonic()
            source = subprocess.Popen([str(word) for word in (
                self.binary, "bench", "pub", "-h", "127.0.0.1", "-p", near.port, "-c", 1, "--count", count, "-q", 1, "--size", SIZE,
                "--inflight", 20_000, "--topics", TOPIC, "--quiet")], stdout=subprocess.DEVNULL)
            while source.poll() is None:
                memory.look()
                time.sleep(0.1)
            memory.until_idle()
            took = time.monotonic() - began
        finally:
            bridge.stop()
        size = sum(path.stat().st_size for path in directory.glob("spool*"))
        print(f"{'filled':32}{count / took:>12,.0f}/s{memory.highest / MIB:>10.1f} MiB at most, {size / count:.0f} bytes of disk each", flush=True)

    def drain(self, near, directory, spool, count):
        with Sink(self.build, "--receive-maximum", 1000) as sink:
            began = time.monotonic()
            bridge = Bridge(self.binary, directory, (near.port, sink.port), 1000, spool)
            try:
                memory, marks, started = Memory(bridge.pid), [], None
                while (counts := sink.counts())["received"] < count:
                    if started is None and counts["received"]:
                        started = time.monotonic() - began
                    while counts["received"] * 10 >= count * (len(marks) + 1):
                        marks.append(time.monotonic())
                    memory.look()
                    if memory.idle() > PATIENCE:
                        break
                    time.sleep(0.005)
                marks.append(time.monotonic())
                repeated = sink.counts()["received"] - count
            finally:
                bridge.stop()
        rates = [count / 10 / (later - earlier) for earlier, later in zip(marks, marks[1:])]
        print(f"{'first message after the start':32}{started or 0:>12.3f} s (goal 1)\n"
              f"{'drained':32}{count / (marks[-1] - began):>12,.0f}/s{memory.highest / MIB:>10.1f} MiB at most (goal 64), {repeated:,} too many\n"
              f"{'rate of each tenth from the 2nd':32}" + " ".join(f"{rate:,.0f}" for rate in rates), flush=True)

    @staticmethod
    def until_subscribed(near):
        """$SYS of the broker tells in time; a message that nobody wants is answered with 0x10."""
        with contextlib.closing(RawClient(near.port)) as client:
            client.connect("until-subscribed")
            harness.wait_until(lambda: client.publish("bench/joined", b"x", 1).reason == 0, "the bridge has subscribed")


class Memory:
    """The highest resident size of a process, in KiB, and since when it uses no CPU."""

    def __init__(self, pid):
        self.pid, self.highest, self.cpu, self.busy = pid, 0, 0, time.monotonic()

    def look(self):
        self.highest = max(self.highest, int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1]))
        cpu = cpu_time(self.pid)
        if cpu - self.cpu > 0.01:
            self.cpu, self.busy = cpu, time.monotonic()

    def idle(self):
        return time.monotonic() - self.busy

    def until_idle(self):
        while self.idle() < 1:
            self.look()
            time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="a build directory, optimised and without sanitizers")
    parser.add_argument("--quick", action="store_true", help="once, and little: to see that it works")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name holds TEXT, such as 'QoS 1'; 'latency'; 'backlog'; 'spool'")
    parser.add_argument("--backlog", type=int, default=1_000_000, metavar="N", help="messages in the spool before it drains")
    parser.add_argument("--mosquitto-version", choices=("mqttv50", "mqttv311"), default="mqttv311", help="what its bridge speaks")
    args = parser.parse_args()
    args.build = args.build.resolve()
    # A spool belongs on a disk, which a temporary directory may not be.
    with tempfile.TemporaryDirectory(prefix="bridge-bench-", dir=args.build) as directory:
        bench = Bench(args, pathlib.Path(directory).resolve())
        bench.messages()
        bench.plain_sqlite()
        bench.latency()
        bench.backlog()


if __name__ == "__main__":
    main()
