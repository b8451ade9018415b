#!/usr/bin/env python3
"""Load generators side by side against the same counting peer: `mqrig bench`, bare sockets, and what else is installed.

    python3 tests/bench/bench.py BUILD_DIRECTORY [--quick] [--only TEXT]

The sink has one core and the generator another, where there are two. All run in turn, several times; the best of each
counts. CPU is the user and system time of the generator and its children, whole process, per million messages that the sink
saw. What mqrig reports must equal what the sink counted, to the message: where it does not, that is said below the row.
Others are looked for as emqtt_bench, nanomq and mqttx; mosquitto_pub -l and mosquitto_sub are no load generators, but there.
"""

import argparse
import collections
import os
import pathlib
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import generators  # noqa: E402
import harness  # noqa: E402
from generator_process import GeneratorProcess  # noqa: E402
from generators import Load  # noqa: E402
from sink import Sink  # noqa: E402

CORES = sorted(os.sched_getaffinity(0))
SINK_CORE, LOAD_CORE = CORES[0], CORES[-1]
PATIENCE = 120  # s, for one run of one generator
ENDED = (0, 130)  # by itself, and when it was interrupted

# goal: CPU s/1M. count: messages of mqrig and the bare generator, and of the others, which are slower.
Row = collections.namedtuple("Row", "name goal count peer_count load publishers", defaults=(1,))

PUBLISH = (
    Row("QoS 0, 16 B", 0.10, 10_000_000, 200_000, Load()),
    Row("QoS 0, 1 KiB", 0.30, 2_000_000, 100_000, Load(size=1024)),
    Row("QoS 1, 100 in flight", 0.6, 1_000_000, 50_000, Load(qos=1, inflight=100)),
    Row("QoS 1, 1000 in flight", 0.15, 4_000_000, 50_000, Load(qos=1, inflight=1000)),
    Row("QoS 2, 100 in flight", 1.0, 500_000, 30_000, Load(qos=2, inflight=100)),
    Row("QoS 2, 1000 in flight", 0.25, 2_000_000, 30_000, Load(qos=2, inflight=1000)),
)
RECEIVE = (
    Row("receive and verify", 0.15, 10_000_000, 200_000, Load()),
    Row("receive from 1000", None, 10_000_000, 200_000, Load(), 1000),
)
RATES = (
    # seconds of the run follow from the rate
    Row("1,000 a second", None, 10_000, 10_000, Load(clients=100, rate=1_000)),
    Row("10,000 a second", 5, 100_000, 100_000, Load(clients=100, rate=10_000)),
    Row("100,000 a second", None, 1_000_000, 1_000_000, Load(clients=100, rate=100_000)),
)

Used = collections.namedtuple("Used", "cpu rate notes report seen")  # s/1M, messages/s, what is wrong


def differences(*pairs):
    """Of (what, said, seen)."""
    return [f"{what}: {said:,} reported, {seen:,} seen" for what, said, seen in pairs if said != seen]


def published_faults(report, seen, load):
    pairs = [("sent", report.count("sent"), seen["received"] - seen["repeated"]), ("messages", load.count, seen["received"]),
             ("of this QoS", load.count, seen[f"qos{load.qos}"]), ("payload bytes", load.count * load.size, seen["bytes"]),
             ("clients that leave", load.clients, seen["disconnects"]), ("clients that drop", 0, seen["dropped"])]
    if load.qos:
        pairs.append(("acknowledged", report.count("acknowledged"), load.count))
    return differences(*pairs)


def received_faults(report, seen, load):
    return differences(("received", report.count("received"), seen["sent"]), ("different", report.count("distinct"), load.count),
                       ("latencies", report.latencies("delivery"), load.count),
                       *((name, report.count(name), 0) for name in ("duplicates", "reordered", "corrupt", "foreign", "gaps")))


class Bench:
    def __init__(self, build, quick, only, directory):
        self.build, self.quick, self.only, self.directory = build, quick, only, directory
        self.rounds = 1 if quick else 3
        self.generators = generators.find(build, directory)
        if "mqrig" not in self.names():
            print(f"{build}/apps/mqrig/mqrig has no bench: its figures are left out")
        if len(CORES) < 2:
            print("there is one core: sink and generator share it")

    def names(self):
        return [generator.name for generator in self.generators]

    def sink(self, *args):
        return Sink(self.build, *args, command=("taskset", "-c", SINK_CORE))

    def process(self, words):
        return GeneratorProcess(words, LOAD_CORE, self.directory)

    # Messages

    def run(self, generator, row, receive=False):
        """None when it can't do that."""
        count = row.count if generator.name in ("mqrig", "bare") else row.peer_count
        load = row.load._replace(count=max(count // 20, 1000) if self.quick else count)
        source = ("--source", load.count, "--publishers", row.publishers, "--run", generators.RUN) if receive else ()
        with self.sink("--receive-maximum", load.inflight or 65_535, "--size", load.size, *source) as sink:
            words = (generator.receive if receive else generator.publish)(load, sink.port)
            if not words:
                return None
            with self.process(words) as process:
                by_itself = process.wait(PATIENCE, lambda: sink.counts()["sent" if receive else "received"] >= load.count)
                seen = sink.result()
        return self.used(generator, load, receive, process, by_itself, seen)

    def used(self, generator, load, receive, process, by_itself, seen):
        handled = seen["sent" if receive else "received"]
        notes, report = [], None
        if generator.name == "mqrig":
            if process.code not in ENDED or not by_itself and not receive:
                raise SystemExit(f"{process.words}: exit {process.code}\n{process.text()}")
            report = generator.report()
            notes = (received_faults if receive else published_faults)(report, seen, load)
        elif process.code and by_itself:
            notes = [f"exit {process.code}", process.text()[-200:]]
        elif handled != load.count:
            notes = [f"{handled:,} of {load.count:,} came"]
        rate = handled / seen["seconds"] if seen["seconds"] else 0
        return Used(process.cpu / max(handled, 1) * 1e6, rate, "; ".join(notes), report, seen)

    def best(self, row, receive=False):
        """All in turn, again and again; the round with the least CPU of each that has no faults, if there is one."""
        rounds = [{generator.name: self.run(generator, row, receive) for generator in self.generators} for _ in range(self.rounds)]
        return {name: min((used[name] for used in rounds), key=lambda one: (one.notes != "", one.cpu))
                for name in self.names() if rounds[0][name]}

    def rows(self, rows):
        return [row for row in rows if self.only in row.name]

    @staticmethod
    def print_notes(found):
        for name, used in found.items():
            if used.notes:
                print(f"    {name}: {used.notes}", flush=True)

    def messages(self):
        rows = [(row, row in RECEIVE) for row in self.rows(PUBLISH + RECEIVE)]
        if not rows:
            return
        names = self.names()
        print(f"\nMessages of 16 bytes unless said; CPU s/1M of the generator\n{'':24}{'goal':>7}{'to bare':>9}"
              + "".join(f"{name:>11}" for name in names) + f"{'mqrig':>14}{'bare':>14}\n{'':40}" + " " * 11 * len(names)
              + f"{'messages/s':>14}{'messages/s':>14}")
        for row, receive in rows:
            found = self.best(row, receive)
            ours, bare = found.get("mqrig"), found["bare"]
            print(f"{row.name:24}{row.goal or '':>7}{f'{ours.cpu / bare.cpu:.1f}' if ours else '':>9}"
                  + "".join(f"{f'{found[name].cpu:.3f}' if name in found else '':>11}" for name in names)
                  + "".join(f"{f'{used.rate:,.0f}' if used and used.rate else '':>14}" for used in (ours, bare)), flush=True)
            self.print_notes(found)

    # Rates

    def rates(self):
        rows = self.rows(RATES)
        if not rows:
            return
        print(f"\nOpen loop, 100 clients: the rate as the sink saw it, from the first message to the last\n{'':24}{'':>10}{'CPU s/1M':>10}{'goal':>6}"
              f"{'error, %':>10}{'goal':>6}{'delay p50, µs':>15}{'p99':>8}{'goal':>6}{'max':>9}")
        for row in rows:
            found = self.best(row)
            for name, used in found.items():
                spread = used.rate * (used.seen["received"] - 1) / max(used.seen["received"], 1)  # n messages are n - 1 intervals
                delays = [used.report.latency("scheduling", which) * 1e6 for which in ("p50", "p99", "max")] if used.report else None
                print(f"{row.name:24}{name:>10}{used.cpu:>10.2f}{row.goal or '':>6}{abs(spread / row.load.rate - 1) * 100:>10.4f}{0.1:>6}"
                      + (f"{delays[0]:>15.1f}{delays[1]:>8.1f}{200:>6}{delays[2]:>9.1f}" if delays else ""), flush=True)
            self.print_notes(found)

    # Connections

    def hold(self, generator, what, count):
        """Connects, waits until the sink has seen all, and looks at the memory. None when it can't do that."""
        seen_as = "connects" if what == "connect" else "subscribed"
        with self.sink() as sink:
            words = getattr(generator, what)(count, sink.port)
            if not words:
                return None
            with self.process(words) as process:
                deadline = time.monotonic() + PATIENCE
                while sink.counts()[seen_as] < count:
                    if process.poll() or time.monotonic() > deadline:
                        raise SystemExit(f"{process.words}: {sink.counts()}\n{process.text()}")
                    time.sleep(0.1)
                time.sleep(1)  # what the last answers make it do
                dirty, rss = process.memory("Private_Dirty"), process.memory("Rss")
                process.end()
                seen = sink.result()
        notes = []
        if generator.name == "mqrig":
            report = generator.report()
            notes = differences(("connected", report.count("connected"), seen["connects"]), ("clients that leave", count, seen["disconnects"]))
        return {"seconds": seen["connect_seconds"], "dirty": dirty, "rss": rss, "notes": "; ".join(notes)}

    def connections(self):
        if self.only not in "connections":
            return
        few, many = 100, 1_000 if self.quick else 10_000
        rows = collections.defaultdict(dict)
        notes = []
        goals = {f"{many:,} connects, s": "", "that to the bare loop's": "1.5", "an idle client, bytes": "600",
                 "a subscribed client, bytes": "700", "RSS with one client, MB": "10"}
        times, to_bare, idle, subscribed, base = goals
        for generator in self.generators:
            name = generator.name
            held = [self.hold(generator, "connect", count) for count in (1, few, *[many] * self.rounds)]
            if not held[0]:
                continue
            notes += [f"{name}: {one['notes']}" for one in held if one["notes"]]
            rows[base][name] = held[0]["rss"] / 1e6
            rows[times][name] = min(one["seconds"] for one in held[2:])
            rows[idle][name] = (held[-1]["dirty"] - held[1]["dirty"]) / (many - few)
            subscribers = [self.hold(generator, "subscribe", count) for count in (few, many)]
            if subscribers[0]:
                rows[subscribed][name] = (subscribers[1]["dirty"] - subscribers[0]["dirty"]) / (many - few)
        for name, value in rows[times].items():
            rows[to_bare][name] = value / rows[times]["bare"]
        print("\nConnections\n" + " " * 32 + f"{'goal':>6}" + "".join(f"{name:>11}" for name in rows[times]))
        for what, goal in goals.items():
            values = (rows[what].get(name) for name in rows[times])
            print(f"{what:32}{goal:>6}" + "".join(f"{'' if value is None else f'{value:,.2f}':>11}" for value in values), flush=True)
        for note in notes:
            print(f"    {note}")

    # A broker that is frozen for a fifth of the run: a tenth of the messages wait for more than a second, and one of a
    # hundred for more than 1.9 s, whatever the generator does meanwhile.

    def frozen(self):
        mqrig = self.generators[0]
        if self.only not in "frozen" or mqrig.name != "mqrig":
            return
        print(f"\nA broker that is frozen for 2 s, 1,000 messages a second for 10 s\n{'':32}{'goal':>12}{'p99, s':>10}")
        load = Load(qos=1, clients=10, count=10_000, rate=1_000)
        with self.sink("--freeze-after", 3000, "--freeze", 2) as sink, self.process(mqrig.publish(load, sink.port)) as process:
            process.wait(PATIENCE)
        print(f"{'publish, QoS 1':32}{'1.805-1.995':>12}{mqrig.report().latency('publish', 'p99'):>10.3f}", flush=True)
        broker = harness.Process([str(mqrig.program), "broker", "-p", "0"])
        try:
            port = broker.out.wait_lines(1)[0].rpartition(":")[2]
            with self.process(mqrig.words("pubsub", port, "-c", 10, "--total-rate", 1_000, "--count", 10_000, "-q", 0)) as process:
                time.sleep(3)
                broker.signal(signal.SIGSTOP)
                time.sleep(2)
                broker.signal(signal.SIGCONT)
                process.wait(PATIENCE)
        finally:
            broker.stop()
        print(f"{'delivery, QoS 0, mqrig broker':32}{'1.805-1.995':>12}{mqrig.report().latency('delivery', 'p99'):>10.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="a build directory, optimised and without sanitizers")
    parser.add_argument("--quick", action="store_true", help="once, and little: to see that it works")
    parser.add_argument("--only", default="", metavar="TEXT",
                        help="rows whose name holds TEXT, such as 'QoS 1', 'receive', 'a second'; 'connections'; 'frozen'")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="load-bench-") as directory:
        bench = Bench(args.build.resolve(), args.quick, args.only, pathlib.Path(directory).resolve())
        bench.messages()
        bench.rates()
        bench.connections()
        bench.frozen()


if __name__ == "__main__":
    main()
