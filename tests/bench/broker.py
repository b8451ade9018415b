#!/usr/bin/env python3
"""Brokers side by side under the same load: `mqrig broker` and mosquitto, one core each.

    python3 tests/bench/broker.py BUILD_DIRECTORY [--quick] [--only TEXT]

The broker has one core and the load client another, where there are two. Both brokers run in turn, several times; the best
of each counts. CPU is the user and system time of the broker alone, between the first message and the last. Every message
is accounted for: what was lost, repeated or out of order is said below its row.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

CORES = sorted(os.sched_getaffinity(0))
BROKER_CORE, LOAD_CORE = CORES[0], CORES[-1]

# messages: of all publishers together, for mqrig and for mosquitto. The unit of CPU is a million of them, or of `deliveries`.
Row = collections.namedtuple("Row", "name goal messages peer_messages load deliveries state", defaults=(1, False))

ROWS = (
    Row("QoS 0, 1 to 1", 0.20, 4_000_000, 300_000, {"credit": 10_000}),
    Row("QoS 0, 1 to 1, 1 KiB", None, 1_000_000, 150_000, {"credit": 1_000, "size": 1024}),
    Row("QoS 0, 1 to 1, 3.1.1", 0.20, 4_000_000, 300_000, {"credit": 10_000, "version": 4}),
    Row("QoS 0, 100 to 1", 0.20, 4_000_000, 300_000, {"credit": 100, "publishers": 100}),
    Row("QoS 0, 100 times 1 to 1", None, 2_000_000, 200_000, {"credit": 100, "publishers": 100, "pairs": True}),
    Row("QoS 0, 1 to 100, a delivery", 0.10, 100_000, 10_000, {"credit": 1_000, "subscribers": 100}, 100),
    Row("QoS 1, 20 in flight", 3, 200_000, 60_000, {"qos": 1, "window": 20}),
    Row("QoS 1, 100 in flight", 1, 500_000, 60_000, {"qos": 1, "window": 100}),
    Row("QoS 1, 1000 in flight", 0.30, 2_000_000, 60_000, {"qos": 1, "window": 1000}),
    Row("QoS 1, 1000 in flight, 3.1.1", 0.30, 2_000_000, 60_000, {"qos": 1, "window": 1000, "version": 4}),
    Row("QoS 1, 1 to 100, a delivery", None, 20_000, 1_000, {"qos": 1, "window": 100, "subscribers": 100}, 100),
    Row("QoS 2, 20 in flight", 4, 150_000, 40_000, {"qos": 2, "window": 20}),
    Row("QoS 2, 100 in flight", 1.5, 300_000, 40_000, {"qos": 2, "window": 100}),
    Row("QoS 2, 1000 in flight", 0.60, 1_000_000, 40_000, {"qos": 2, "window": 1000}),
    Row("QoS 1, 1000 in flight, durable", None, 500_000, 0, {"qos": 1, "window": 1000, "durable": True}, 1, True),
    Row("QoS 2, 1000 in flight, durable", None, 200_000, 0, {"qos": 2, "window": 1000, "durable": True}, 1, True),
)

Used = collections.namedtuple("Used", "cpu rate rss notes")  # s per million, messages/s, KiB, what went wrong


def option(name, value):
    return [f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)])


class Broker:
    """One of the two, started on its core. `with` ends it."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def private_bytes(self):
        """What the process alone has written to: its user-space memory, without shared libraries and files."""
        rollup = pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return 1024 * int(re.search(r"Private_Dirty:\s+(\d+)", rollup)[1])

    def cpu(self):
        """User and system time in seconds, of all threads."""
        return time.clock_gettime((~self.pid << 3) | 2)  # the kernel's number for a process's clock

    def rss(self):
        return self.process.resident_kib()


class Mqrig(Broker):
    def __init__(self, binary, directory, state=False):
        args = ["taskset", "-c", BROKER_CORE, binary, "broker", "-p", "0"]
        if state:
            args += ["--state", tempfile.mkdtemp(dir=directory) + "/state.db"]
        self.process = harness.Process([str(a) for a in args])
        self.pid = self.process.pid
        self.port = int(self.process.out.wait_lines(1)[0].rpartition(":")[2])

    @staticmethod
    def known(binary):
        return subprocess.run([binary, "broker", "--help"], capture_output=True).returncode == 0

    def stop(self):
        self.process.stop()


class Mosquitto(Broker):
    """Nothing is written to disk, and no limit is in the way of the load."""

    def __init__(self, directory):
        config = "max_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\n"
        self.server = harness.Mosquitto(directory / "mosquitto", config).start()
        self.process, self.pid, self.port = self.server.process, self.server.process.pid, self.server.port
        os.sched_setaffinity(self.pid, {BROKER_CORE})

    def stop(self):
        self.server.stop()


class Bench:
    def __init__(self, build, quick, only, directory):
        self.build, self.quick, self.only, self.directory = build, quick, only, directory
        self.mqrig = build / "apps/mqrig/mqrig"
        self.rounds = 1 if quick else 3
        self.contestants = []
        if Mqrig.known(self.mqrig):
            self.contestants.append("mqrig")
        else:
            print(f"{self.mqrig} has no broker: its figures are left out")
        if harness.MOSQUITTO:
            self.contestants.append("mosquitto")
        else:
            print("mosquitto is not installed: its figures are left out")
        if len(CORES) < 2:
            print("there is one core: broker and load share it")

    def start(self, name, state=False):
        return Mqrig(self.mqrig, self.directory, state) if name == "mqrig" else Mosquitto(self.directory)

    def program(self, name, broker, options):
        words = [word for item in options.items() for word in option(*item)]
        return ["taskset", "-c", str(LOAD_CORE), self.build / "tests/bench" / name, "--port", str(broker.port),
                "--pid", str(broker.pid), *words]

    # Messages

    def load(self, name, row):
        messages = row.messages if name == "mqrig" else row.peer_messages
        if self.quick:
            messages = max(messages // 20, 1000)
        options = dict(row.load, messages=messages // row.load.get("publishers", 1))
        with self.start(name, row.state) as broker:
            done = subprocess.run(self.program("load", broker, options), capture_output=True, text=True)
            if not done.stdout:
                raise SystemExit(f"{row.name}, {name}: {done.stderr}\n{broker.process.err.text()}")
            found = json.loads(done.stdout)
            rss = broker.rss()
        notes = ", ".join(f"{found[key]:,} {key.replace('_', ' ')}" for key in
                          ("lost", "duplicated", "reordered", "foreign", "refused", "strange", "lost_connections") if found[key])
        return Used(found["broker_cpu"] / (messages * row.deliveries) * 1e6, found["rate"], rss, notes)

    def best(self, row):
        """Both in turn, again and again; the round with the least CPU of each that lost nothing, if there is one."""
        names = [name for name in self.contestants if name == "mqrig" or row.peer_messages]
        rounds = [{name: self.load(name, row) for name in names} for _ in range(self.rounds)]
        return {name: min((used[name] for used in rounds), key=lambda one: (one.notes != "", one.cpu)) for name in names}

    def messages(self):
        rows = [row for row in ROWS if self.only in row.name]
        if not rows:
            return
        print(f"\nMessages of 16 bytes, MQTT 5.0; CPU of the broker per million\n{'':32}{'mqrig':>9}{'mosquitto':>11}{'ratio':>8}{'goal':>7}"
              f"{'mqrig':>12}{'mosquitto':>11}{'mqrig':>9}{'mosquitto':>11}\n"
              f"{'':32}{'CPU s/1M':>9}{'CPU s/1M':>11}{'':>15}{'arrived/s':>12}{'arrived/s':>11}{'KiB':>9}{'KiB':>11}")
        for row in rows:
            used = self.best(row)
            if used:
                self.print_row(row, used)

    @staticmethod
    def print_row(row, used):
        ours, peer = used.get("mqrig"), used.get("mosquitto")
        ratio = f"{ours.cpu / peer.cpu:.3f}" if ours and peer else ""
        goal = f"{row.goal:.2f}" if row.goal else ""
        def cell(one, form, width):
            return f"{form(one) if one else '':>{width}}"
        print(f"{row.name:32}{cell(ours, lambda one: f'{one.cpu:.3f}', 9)}{cell(peer, lambda one: f'{one.cpu:.3f}', 11)}{ratio:>8}{goal:>7}"
              f"{cell(ours, lambda one: f'{one.rate:,.0f}', 12)}{cell(peer, lambda one: f'{one.rate:,.0f}', 11)}"
              f"{cell(ours, lambda one: one.rss, 9)}{cell(peer, lambda one: one.rss, 11)}", flush=True)
        for name, one in used.items():
            if one.notes:
                print(f"    {name}: {one.notes}", flush=True)

    # Connections

    def hold(self, name, count, seconds):
        """Opens connections, waits, watches the pings of some seconds."""
        with self.start(name) as broker:
            before = broker.private_bytes()
            child = subprocess.Popen(self.program("connections", broker, {"count": count, "keep-alive": 60}),
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            line = child.stdout.readline()
            if not line:
                raise SystemExit(f"{name}: {count} connections could not be opened\n{broker.process.err.text()}")
            opened = json.loads(line)
            memory = (broker.private_bytes() - before) / max(opened["opened"], 1)
            start, cpu = time.monotonic(), broker.cpu()
            time.sleep(seconds)
            share = (broker.cpu() - cpu) / (time.monotonic() - start)
            child.stdin.close()
            held = json.loads(child.stdout.readline())
            child.wait()
            child.stdout.close()
        if opened["refused"] or held["closed"] or held["pings"] - held["answers"] > 1:
            print(f"    {name}: {opened['refused']} refused, {held['closed']} closed, {held['answers']} of {held['pings']} pings answered")
        return {"memory of an idle one, bytes": (memory, "1024"), "10,000 at keep alive 60 s, % of a core": (share * 1e6 / count, "2"),
                "opened/s": (opened["opened"] / opened["seconds"], ""),
                "CPU to open one, µs": (opened["broker_cpu"] / count * 1e6, "")}

    def connections(self):
        if self.only not in "connections" or not self.contestants:
            return
        count, seconds = (1_000, 3) if self.quick else (10_000, 20)
        found = {name: self.hold(name, count, seconds) for name in self.contestants}
        print(f"\n{count:,} connections, watched for {seconds} s\n{'':40}{'mqrig':>10}{'mosquitto':>11}{'goal':>7}")
        for what, (_, goal) in next(iter(found.values())).items():
            values = {name: f"{figures[what][0]:,.2f}" if figures[what][0] < 100 else f"{figures[what][0]:,.0f}" for name, figures in found.items()}
            print(f"{what:40}{values.get('mqrig', ''):>10}{values.get('mosquitto', ''):>11}{goal:>7}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="a build directory, optimised and without sanitizers")
    parser.add_argument("--quick", action="store_true", help="once, and little: to see that it works")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name holds TEXT, such as 'QoS 1'; 'connections'")
    args = parser.parse_args()
    # Durable state belongs on a disk, which a temporary directory may not be.
    with tempfile.TemporaryDirectory(prefix="broker-bench-", dir=args.build) as directory:
        bench = Bench(args.build.resolve(), args.quick, args.only, pathlib.Path(directory).resolve())
        bench.messages()
        bench.connections()


if __name__ == "__main__":
    main()
