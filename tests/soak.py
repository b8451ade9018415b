#!/usr/bin/env python3
"""A soak of `mqrig broker --state`: random clients, kill -9, restarts and faults, then an exact account of every message.

    python3 tests/soak.py build/release --minutes 10 [--seed N]

Publishers of QoS 1 and 2 and subscribers, some of them in shared subscriptions, in MQTT 3.1.1 and 5.0, lose their connections,
leave and take over, while the broker is killed, stopped, and told to drop packets; `mqrig pub` and `mqrig sub` are among them. In
the end all faults cease and everything has to arrive: exit code 0 if no acknowledged message was lost and none of QoS 2 came
twice, else 1 and a line for each fault. Not part of the tests that run at each change: it takes as long as it is told to.
"""

import argparse
import asyncio
import os
import pathlib
import random
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "e2e"))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="a build directory")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="of what happens and when")
    parser.add_argument("--publishers", type=int, default=8)
    parser.add_argument("--subscribers", type=int, default=4, help="besides the members of shared subscriptions")
    parser.add_argument("--rate", type=int, default=2000, metavar="N", help="messages a second of all publishers, at most")
    args = parser.parse_args()
    os.environ["MQRIG_BINARY"] = str(args.build.resolve() / "apps/mqrig/mqrig")  # read by the harness
    return args


ARGUMENTS = arguments() if __name__ == "__main__" else None

import harness  # noqa: E402
import mqtt  # noqa: E402
from account import Account  # noqa: E402
from steady_client import Publisher, Subscriber  # noqa: E402
from steady_commands import Commands  # noqa: E402
from steady_load import Load  # noqa: E402

CONTROL = "$CONTROL/mqrig/chaos"
FAULTS = {"drop-connection": "0.1%", "refuse": "5%", "drop-puback": "0.5%", "drop-pubrec": "0.5%", "drop-pubcomp": "0.5%",
          "drop-publish": "0.5%", "reorder": "5%", "delay": "3ms+-3ms"}
ROOM = ("--max-queued-messages", 100_000_000, "--max-queued-bytes", "8G")
PATIENCE = 1.0  # s, until a client takes a packet for lost
LAST_PATIENCE = 120.0


class Soak:
    def __init__(self, args, directory):
        self.args, self.random, self.directory = args, random.Random(args.seed), directory
        self.broker = harness.Broker(directory, "--state", directory / "state", "--chaos-control", "--sys-interval", 0,
                                     "--listen", f"unix://{directory}/socket", *ROOM)
        self.account = Account(ordered=False)  # a message that was dropped on purpose comes late
        self.events = {}

    def count(self, event):
        self.events[event] = self.events.get(event, 0) + 1

    async def run(self):
        self.broker.start()
        commands = Commands(self.directory, self.directory / "socket", self.account)
        try:
            async with asyncio.TaskGroup() as group:
                load = Load(self.account, group)
                load.place.open(self.broker.port)
                await load.subscribe(*self.subscribers(load))
                await commands.open(group)
                load.publish(*self.publishers(load))
                await self.disturb(load)
                await self.kill(load)  # and with it the faults
                await commands.finish(LAST_PATIENCE)
                await load.finish(LAST_PATIENCE)
                await commands.close()
        finally:
            self.broker.stop()

    # Who is there

    def version(self):
        return self.random.choice((mqtt.V311, mqtt.V5))

    def subscribers(self, load):
        known = {"place": load.place, "account": self.account, "patience": PATIENCE}
        filters = ("n/#", "n/+", "+/#")
        single = [Subscriber(client_id=f"s{n}", version=self.version(), filters=(self.random.choice(filters),), **known)
                  for n in range(self.args.subscribers)]
        members = [Subscriber(client_id=f"m{group}-{n}", filters=(f"$share/g{group}/n/#",), reader=f"group{group}", **known)
                   for group in range(2) for n in range(3)]
        return single + members

    def publishers(self, load):
        share = max(1, self.args.rate // self.args.publishers)
        return [Publisher(place=load.place, account=self.account, patience=PATIENCE, client_id=f"p{n}", version=self.version(),
                          topic=f"n/{n}", qos=1 + n % 2, window=self.random.choice((1, 5, 20, 100, 500)), rate=share,
                          padding=self.random.choice((0, 100, 5000)))
                for n in range(self.args.publishers)]

    # What happens

    async def disturb(self, load):
        end = time.monotonic() + 60 * self.args.minutes
        told = time.monotonic() + 60
        events = [self.interrupt] * 40 + [self.kill] * 6 + [self.stop] * 2 + [self.chaos] * 4
        while time.monotonic() < end:
            await asyncio.sleep(self.random.expovariate(10))  # the moment is random
            await self.random.choice(events)(load)
            if time.monotonic() > told:
                told += 60
                print(self.account.summary(), flush=True)

    async def interrupt(self, load):
        client = self.random.choice(load.clients())
        how = self.random.choice(("drop", "leave", "take_over"))
        self.count(how)
        getattr(client, how)()

    async def kill(self, load):
        self.count("kill -9")
        load.place.up.clear()
        self.broker.kill()
        await self.start_again(load)

    async def stop(self, load):
        self.count("stop")
        load.place.up.clear()
        await asyncio.to_thread(self.broker.stop)
        await self.start_again(load)

    async def start_again(self, load):
        await asyncio.to_thread(self.broker.start)
        load.place.open(self.broker.port)

    async def chaos(self, load):
        """Other faults than before; those of a broker that was started anew are none."""
        self.count("faults")
        chosen = self.random.sample(sorted(FAULTS), self.random.randrange(1, len(FAULTS)))
        await self.tell(load, ",".join(f"{name}={FAULTS[name]}" for name in chosen))

    async def tell(self, load, faults):
        reader, writer = await asyncio.open_connection("127.0.0.1", load.place.port)
        writer.write(mqtt.connect("control") + mqtt.publish(mqtt.V5, CONTROL, faults.encode()) + mqtt.disconnect(mqtt.V5))
        try:
            while await reader.read(100):
                pass
        except OSError:
            pass
        writer.close()


def main():
    print(f"seed {ARGUMENTS.seed}, {ARGUMENTS.minutes:g} minutes", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak-", dir=ARGUMENTS.build) as directory:
        soak = Soak(ARGUMENTS, pathlib.Path(directory).resolve())
        asyncio.run(soak.run())
    print(", ".join(f"{count} {event}" for event, count in sorted(soak.events.items())))
    print(soak.account.summary())
    faults = soak.account.faults()
    for fault in faults:
        print(fault)
    print(f"seed {ARGUMENTS.seed}: " + ("FAILED" if faults else "none lost, none of QoS 2 twice"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
