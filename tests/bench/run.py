#!/usr/bin/env python3
"""Runs all benchmarks: the rooms by themselves, then whole processes, mqrig beside Mosquitto's clients.

    python3 tests/bench/run.py BUILD_DIRECTORY [--quick]

Both sides of a comparison run in turn, several times; the best of each counts. CPU is user and system time of
that one process. Messages have 16 bytes.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
from sink import Sink  # noqa: E402

Usage = collections.namedtuple("Usage", "wall cpu rss messages")
MICRO = ("wire_bench", "session_bench", "payload_bench")
WINDOW = 1000  # messages in flight that the sink allows


class Bench:
    def __init__(self, build, quick, directory):
        self.build, self.quick, self.directory = build, quick, directory
        self.mqrig = build / "apps/mqrig/mqrig"
        self.rounds = 1 if quick else 3
        self.reports = 0

    # One run of one client

    def start(self, args, **options):
        """A client under the measuring program; see usage()."""
        self.reports += 1
        report = self.directory / f"report{self.reports}"
        child = subprocess.Popen([self.build / "tests/bench/measure", report, *[str(a) for a in args]], **options)
        child.report = report
        return child

    @staticmethod
    def usage(child, messages=0):
        child.wait()
        found = json.loads(child.report.read_text())
        child.report.unlink()
        if found.pop("code") != 0:
            raise SystemExit(f"{child.args} failed")
        return Usage(**found, messages=messages)

    def publish_lines(self, client, port, qos, count):
        lines = self.directory / f"{count}.txt"
        if not lines.exists():
            lines.write_text("".join(f"{i:015d}x\n" for i in range(count)))
        args = [client, *([] if client == "mosquitto_pub" else ["pub"]), "-p", port, "-t", "bench/topic", "-q", qos, "-l"]
        with open(lines, "rb") as source:
            return self.usage(self.start(args, stdin=source), count)

    def publish_to_sink(self, client, qos, count):
        sink = Sink(self.build, "--receive-maximum", WINDOW)
        used = self.publish_lines(client, sink.port, qos, count)
        arrived = sink.result()["received"]
        if arrived < count:
            print(f"  {pathlib.Path(client).name} -q {qos}: {count - arrived} of {count} lines lost")
        return used

    def subscribe(self, client, args, qos, count):
        sink = Sink(self.build, "--source", count, "--qos", qos)
        words = [client, *([] if client == "mosquitto_sub" else ["sub"]), "-p", sink.port, "-t", "bench/topic", "-q", qos, "-C", count, *args]
        child = self.start(words, stdout=subprocess.PIPE)
        drain = subprocess.Popen(["cat"], stdin=child.stdout, stdout=subprocess.DEVNULL)
        child.stdout.close()
        used = self.usage(child, count)
        drain.wait()
        sink.result()
        return used

    # Comparisons

    def best(self, *runs):
        """Runs all in turn, again and again; the usage with the least CPU of each."""
        rounds = [[run() for run in runs] for _ in range(self.rounds)]
        return [min(column, key=lambda used: used.cpu) for column in zip(*rounds)]

    def head(self, title):
        print(f"\n{title}\n{'':34}{'mqrig':>10}{'peer':>10}{'ratio':>8}{'goal':>8}{'mqrig':>12}{'peer':>12}{'mqrig':>9}{'peer':>8}")
        print(f"{'':34}{'CPU s/1M':>10}{'CPU s/1M':>10}{'':>16}{'messages/s':>12}{'messages/s':>12}{'KiB':>9}{'KiB':>8}")

    def row(self, name, ours, theirs, goal=""):
        def cpu(used):
            return used.cpu / used.messages * 1e6
        def rate(used):
            return f"{used.messages / used.wall:,.0f}"
        peer = ("", "", "", "") if theirs is None else (
            f"{cpu(theirs):.3f}", f"{cpu(ours) / cpu(theirs):.3f}", rate(theirs), theirs.rss)
        print(f"{name:34}{cpu(ours):>10.3f}{peer[0]:>10}{peer[1]:>8}{goal:>8}{rate(ours):>12}{peer[2]:>12}{ours.rss:>9}{peer[3]:>8}", flush=True)

    def one_message(self):
        count = 30 if self.quick else 300
        broker = harness.Mosquitto(self.directory / "broker").start()
        try:
            runs = [[self.mqrig, "pub"], ["mosquitto_pub"]]
            used = [[], []]
            for _ in range(count):
                for index, client in enumerate(runs):
                    used[index].append(self.usage(self.start([*client, "-p", broker.port, "-t", "a", "-m", "x"])))
        finally:
            broker.stop()
        print(f"\nOne message, whole process, {count} runs each\n{'':34}{'mqrig':>10}{'peer':>10}{'ratio':>8}{'goal':>8}")
        for name, field, scale, goal in (("wall, ms, median", "wall", 1e3, "0.6"), ("CPU, ms, median", "cpu", 1e3, "0.6"),
                                         ("peak memory, KiB", "rss", 1, "")):
            ours, theirs = (statistics.median(getattr(u, field) for u in side) * scale for side in used)
            print(f"{name:34}{ours:>10.2f}{theirs:>10.2f}{ours / theirs:>8.2f}{goal:>8}", flush=True)

    def lines(self):
        self.head(f"pub -l into the sink, {WINDOW} in flight (peer: mosquitto_pub -l)")
        ours, theirs = (200_000, 50_000) if self.quick else (2_000_000, 60_000)
        for qos, goal in ((0, "0.10"), (1, "0.30"), (2, "0.40")):
            self.row(f"pub -l -q {qos}", *self.best(lambda q=qos: self.publish_to_sink(self.mqrig, q, ours),
                                                     lambda q=qos: self.publish_to_sink("mosquitto_pub", q, theirs)), goal)

    def lines_to_mosquitto(self):
        self.head("pub -l into mosquitto")
        count = 20_000 if self.quick else 60_000
        broker = harness.Mosquitto(self.directory / "lines").start()
        try:
            for qos in (0, 1, 2):
                self.row(f"pub -l -q {qos}", *self.best(lambda q=qos: self.publish_lines(self.mqrig, broker.port, q, count),
                                                         lambda q=qos: self.publish_lines("mosquitto_pub", broker.port, q, count)))
        finally:
            broker.stop()

    def memory(self):
        count = 200_000 if self.quick else 10_000_000
        used = self.publish_to_sink(self.mqrig, 1, count)
        print(f"pub -l -q 1, {count:,} lines: peak memory {used.rss:,} KiB")

    def floods(self):
        self.head("sub to a pipe, flooded by the sink (peer: mosquitto_sub)")
        ours, theirs = (200_000, 50_000) if self.quick else (2_000_000, 300_000)
        for args, peer_args, goal in (((), (), "0.10"), (("-v",), ("-v",), "0.10"), (("-j",), ("-F", "%j"), "0.15"),
                                      (("-F", "%I %t %p"), ("-F", "%I %t %p"), "")):
            self.row("sub " + " ".join(args), *self.best(lambda a=args: self.subscribe(self.mqrig, a, 0, ours),
                                                         lambda a=peer_args: self.subscribe("mosquitto_sub", a, 0, theirs)), goal)
        for qos in (1, 2):
            self.row(f"sub -q {qos}", *self.best(lambda q=qos: self.subscribe(self.mqrig, (), q, ours),
                                                 lambda q=qos: self.subscribe("mosquitto_sub", (), q, theirs)))

    def into_jq(self):
        count = 50_000 if self.quick else 1_000_000
        sink = Sink(self.build, "--source", count)
        sub = self.start([self.mqrig, "sub", "-p", sink.port, "-t", "x", "-C", count, "-j"], stdout=subprocess.PIPE)
        jq = self.start(["jq", "-c", "."], stdin=sub.stdout, stdout=subprocess.DEVNULL)
        sub.stdout.close()
        ours, theirs = self.usage(sub, count), self.usage(jq, count)
        sink.result()
        print(f"\nsub -j | jq -c . with {count:,} messages: {theirs.wall:.1f} s; CPU of mqrig {ours.cpu:.2f} s ({ours.cpu / theirs.wall:.0%}), "
              f"of jq {theirs.cpu:.2f} s ({theirs.cpu / theirs.wall:.0%}); mqrig's peak memory {ours.rss:,} KiB")

    def run(self):
        for name in MICRO:
            program = self.build / "tests/bench" / name
            if program.exists():
                print(f"\n{name}, nanoseconds", flush=True)
                subprocess.run([program], check=True)
        if not harness.MOSQUITTO or not shutil.which("mosquitto_pub"):
            raise SystemExit("mosquitto and its clients are not installed: no comparison")
        self.one_message()
        self.lines()
        self.memory()
        self.lines_to_mosquitto()
        self.floods()
        if shutil.which("jq"):
            self.into_jq()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="a build directory, optimised and without sanitizers")
    parser.add_argument("--quick", action="store_true", help="once, and little: to see that it works")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mqrig-bench-") as directory:
        Bench(args.build.resolve(), args.quick, pathlib.Path(directory)).run()


if __name__ == "__main__":
    main()
