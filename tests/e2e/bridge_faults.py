#!/usr/bin/env python3
"""Kills and disturbs two brokers and the bridge between them at random moments, and keeps an exact account of every message.

    MQRIG_BINARY=build/release/apps/mqrig/mqrig python3 tests/e2e/bridge_faults.py --seed 1 --kills 1000 --jobs 2

Each party has a schedule of its own, made from the seed: it is killed with SIGKILL and started again, at times while others
are away too, or stopped for a while; the lines between the parties are cut, frozen and slowed down; the disk is full for the bridge's spool in some
of its lives. Then all of it is healed, and what was acknowledged to the sources must arrive. At QoS 2 nothing may be lost or
come twice, at QoS 1 nothing be lost, and the order of each topic is kept. A line for the record says how it went. When it
went wrong, the folder with the logs, the files and the list of faults stays.
"""

import argparse
import asyncio
import json
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from bridge_rig import Plan, Rig
from steady_load import Load

UPTIME = (0.05, 0.5, 3.0)  # s: a life lasts up to one of these
DOWNTIME = (0.0, 0.05, 0.3)
FAULTS_OF_LINES = ("cut", "cut", "freeze", "slow")
IDLE = 15  # s without an arrival, after which nothing more is expected
NOTES = 5  # told of what clients found strange


class Torment:
    """What happens to a rig, until so many kills or so much time."""

    def __init__(self, rig, seed, kills, seconds, scale=1.0):
        self.rig, self.seed, self.kills, self.scale = rig, seed, kills, scale
        self.began = time.monotonic()
        self.deadline = self.began + seconds
        self.faults = []  # what was done: time, whom, what

    def killed(self):
        return sum(party.kills for party in self.rig.parties())

    def over(self):
        return self.killed() >= self.kills or time.monotonic() > self.deadline or bool(self.died())

    def died(self):
        return [text for text in (party.died() for party in self.rig.parties()) if text]

    def note(self, whom, what):
        self.faults.append((round(time.monotonic() - self.began, 3), whom, what))

    async def run(self):
        async with asyncio.TaskGroup() as group:
            ends = [group.create_task(self._disturb(line)) for line in self.rig.lines.values()]
            ends += [group.create_task(self._hold_again_and_again(party)) for party in self.rig.parties()]
            await asyncio.gather(*(self._kill_again_and_again(party) for party in self.rig.parties() if party.mortal),
                                 self._until_over())
            for task in ends:
                task.cancel()
        for one in self.rig.parties():
            one.let_go()
        for line in self.rig.lines.values():
            line.heal()

    async def _until_over(self):
        while not self.over():
            await asyncio.sleep(0.02)

    def dice(self, name):
        return random.Random(f"{self.seed} {name}")

    async def _kill_again_and_again(self, party):
        dice = self.dice(party.name)
        while not self.over():
            starved = party.spool and dice.random() < 0.1
            if starved:
                party.fill_disk(dice.randrange(100_000))
                self.note(party.name, "disk full")
            # No wait for something: the moment is random.
            await asyncio.sleep(self.scale * dice.choice(UPTIME) * dice.random())
            if starved and dice.random() < 0.5:
                party.empty_disk()
                self.note(party.name, "disk empty")
                continue
            self.note(party.name, "kill")
            await self.rig.kill(party)
            await asyncio.sleep(self.scale * dice.choice(DOWNTIME) * dice.random())
            await self.rig.start(party)
            self.note(party.name, "start")

    async def _hold_again_and_again(self, party):
        dice = self.dice(f"{party.name} held")
        while True:
            await asyncio.sleep(self.scale * 8 * dice.random())
            self.note(party.name, "stopped")
            party.hold()
            await asyncio.sleep(self.scale * dice.random())
            party.let_go()

    async def _disturb(self, line):
        dice = self.dice(line.name)
        while True:
            await asyncio.sleep(self.scale * 4 * dice.random())
            fault = dice.choice(FAULTS_OF_LINES)
            self.note(line.name, fault)
            if fault == "freeze":
                line.freeze()
            elif fault == "slow":
                line.slow(dice.choice((0.002, 0.02, 0.1)))
            if fault != "cut":
                await asyncio.sleep(self.scale * dice.random())
            # A line that has been frozen or slow comes back, or is cut with what is in it.
            if fault == "cut" or dice.random() < 0.5:
                line.cut()
            line.heal()


async def drain(ways, limit):
    """Sources come to their end, and all arrives, or nothing that is new for a while. False: it still came when it was given up."""
    for way in ways:
        for source in way.sources:
            source.stop()
    seen, since, deadline = -1, time.monotonic(), time.monotonic() + limit
    while not all(way.sent() and way.account.complete() for way in ways) and time.monotonic() < since + IDLE:
        arrived = sum(way.arrived() for way in ways)
        if arrived != seen:
            seen, since = arrived, time.monotonic()
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


class Outcome:
    def __init__(self, plan, seed, torment, drained, seconds):
        rig = torment.rig
        self.kills = {party.name: party.kills for party in rig.parties()}
        self.lines = {what: sum(1 for _, _, done in torment.faults if done == what) for what in ("cut", "freeze", "slow", "stopped", "disk full")}
        totals = [way.account.totals(qos) for way in rig.ways for qos in plan.qualities]
        self.totals = {qos: {name: sum(one.account.totals(qos)[name] for one in rig.ways) for name in totals[0]} for qos in plan.qualities}
        self.wrong = torment.died() + ([] if drained else ["given up while messages still arrived: what is lost below may be under way"])
        for way in rig.ways:
            if not plan.remembers:
                continue
            notes, way.account.irregular = way.account.irregular, []
            self.wrong += notes[:NOTES] + ([f"and {len(notes) - NOTES} more of these"] if len(notes) > NOTES else []) + way.account.faults()
        self.seed, self.seconds, self.name = seed, seconds, f"{plan.brokers} brokers, {plan.bridge} bridge"

    def record(self):
        kills = ", ".join(f"{name} {count}" for name, count in self.kills.items())
        lines = ", ".join(f"{count} {what}" for what, count in self.lines.items() if count)
        parts = [f"{self.name}, seed {self.seed}: {sum(self.kills.values())} kills ({kills}), {lines or 'lines left alone'}, {self.seconds:.0f} s"]
        for qos, total in self.totals.items():
            parts.append(f"QoS {qos}: {total['sent']:,} sent, {total['lost']:,} lost, {total['twice']:,} twice, {total['reordered']:,} reordered")
        return "; ".join(parts)


async def run(plan, directory, seed, kills, seconds, scale, limit):
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        async with Rig(plan, directory, seed, group) as rig:
            await rig.open()
            rig.publish()
            await Load.until(lambda: all(way.arrived() for way in rig.ways), IDLE)
            torment = Torment(rig, seed, kills, seconds, scale)
            await torment.run()
            drained = await drain(rig.ways, limit) if plan.remembers else await rig.alive() or True
            outcome = Outcome(plan, seed, torment, drained, time.monotonic() - began)
    with open(directory / "faults.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(fault) + "\n" for fault in torment.faults)
    (directory / "outcome.txt").write_text("\n".join([outcome.record(), *outcome.wrong]) + "\n")
    return outcome


def torment(plan, seed, kills, seconds, scale=1.0, limit=60, keep=False, where=None):
    """Runs it; returns the outcome, and the folder if it stays. `limit`: s for draining."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix=f"bridge-faults-{seed}-", dir=where))
    try:
        outcome = asyncio.run(run(plan, directory, seed, kills, seconds, scale, limit))
    except BaseException:
        print(f"kept: {directory}", file=sys.stderr)
        raise
    if keep or outcome.wrong:
        return outcome, directory
    shutil.rmtree(directory)
    return outcome, None


# The command line


def seconds_of(text):
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)?", text)
    if not found:
        raise argparse.ArgumentTypeError(f"'{text}' is no time such as 90s, 30m, 2h")
    return float(found[1]) * {None: 1, "s": 1, "m": 60, "h": 3600}[found[2]]


def qualities_of(text):
    if not re.fullmatch(r"[12](,[12])?", text):
        raise argparse.ArgumentTypeError(f"'{text}' is not 1, 2 or 1,2")
    return tuple(sorted({int(one) for one in text.split(",")}))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=100, help="of all parties together, for each job")
    parser.add_argument("--messages-per-second", type=float, default=2000, metavar="N")
    parser.add_argument("--time-limit", type=seconds_of, default=600, metavar="TIME", help="for the faults: 90s, 30m, 2h")
    parser.add_argument("--drain-limit", type=seconds_of, default=300, metavar="TIME", help="for what is under way after them")
    parser.add_argument("--brokers", choices=("mqrig", "mosquitto"), default="mqrig", help="ours are killed; for mosquitto see --mosquitto-ends")
    parser.add_argument("--bridge", choices=("mqrig", "mosquitto", "none"), default="mqrig",
                        help="mosquitto: that of a mosquitto, which is broker A; none: source and sink are at one broker")
    parser.add_argument("--mosquitto-ends", choices=("never", "term", "kill"), default="never",
                        help="by SIGTERM, or by SIGKILL, and saves its state each second then")
    parser.add_argument("--forgetful", action="store_true",
                        help="our brokers without --state: what they had is lost, and all must go on; nothing else is judged")
    parser.add_argument("--no-spool", action="store_true", help="a bridge that stores nothing: QoS 2 may come twice")
    parser.add_argument("--version", choices=("5", "311"), default="5", help="MQTT of the bridge")
    parser.add_argument("--qos", type=qualities_of, default=(1, 2))
    parser.add_argument("--window", type=int, metavar="N", help="messages in flight: 20 and 100 at most for mosquitto and ours, if not said")
    parser.add_argument("--both", action="store_true", help="messages go both ways")
    parser.add_argument("--scale", type=float, default=1.0, help="lives and breaks are so many times as long")
    parser.add_argument("--jobs", type=int, default=1, help="so many rigs at once, with seeds that follow each other")
    parser.add_argument("--directory", type=pathlib.Path, help="where the folders are made; a disk, for fsync to mean something")
    parser.add_argument("--trace", action="store_true", help="write each packet on each line to a file of the folder")
    parser.add_argument("--keep", action="store_true", help="keep the folder in any case")
    return parser.parse_args()


def run_jobs(args):
    """Each in a process of its own; the worst exit code."""
    children = [subprocess.Popen([sys.executable, "-B", __file__, *sys.argv[1:], "--jobs", "1", "--seed", str(args.seed + job)])
                for job in range(args.jobs)]
    return max(child.wait() for child in children)


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing is left running
    if args.jobs > 1:
        return run_jobs(args)
    plan = Plan(args.brokers, args.bridge, args.mosquitto_ends, not args.no_spool, args.version, args.messages_per_second, args.qos, args.both,
                args.window, args.trace, not args.forgetful)
    outcome, directory = torment(plan, args.seed, args.kills, args.time_limit, args.scale, args.drain_limit,
                                 args.keep, args.directory)
    print(outcome.record(), flush=True)
    for text in outcome.wrong:
        print(f"    {text}")
    if directory:
        print(f"    kept: {directory}")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
