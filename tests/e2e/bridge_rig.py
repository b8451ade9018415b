"""Two brokers, the bridge between them, and clients at both: parties that can be killed, with a line between each two.

    source - A - bridge - B - sink

The bridge is `mqrig bridge`, or that of mosquitto, which is then broker A as well, or none: then source and sink are at the
same broker, and the account of it is that of the clients themselves.
"""

import asyncio
import contextlib
import resource
import signal

import harness
import mqtt
from account import Account
from raw_client import RawClient
from relay import Relay
from steady_client import Place, Publisher, Subscriber

ROOM = ("--max-queued-messages", 10_000_000, "--max-queued-bytes", "1G")
ENDS = ("a", "b")
FORWARD = {"out": "n", "in": "m"}  # what goes from A to B, and from B to A: the first level of the topics
JOINED, PAUSE = 20, 0.1  # s: until a first message has come through, and between attempts
BEHIND = 200  # windows of a flow that may be under way; then its source waits


class Source(Publisher):
    """Waits when its sink is too far behind, so that queues stay as long as they are meant to be."""

    def held_back(self):
        arrived = (got[self.topic].highest if self.topic in got else 0 for got in self.account.readers.values())
        return any(self.sent - highest > BEHIND * self.window for highest in arrived)


class Way:
    """Messages of one direction: their sources, their sink, and their account."""

    def __init__(self, direction, topic, plan, places):
        self.direction, self.topic, self.plan, self.places = direction, topic, plan, places
        self.account, self.sources, self.tasks = Account(plan.ordered()), [], {}
        self.flows = {f"{topic}/{qos}-{version}": (qos, version) for qos in plan.qualities for version in (mqtt.V311, mqtt.V5)}
        self.sink = Subscriber(places[1], self.account, f"sink-{topic}", filters=tuple(self.flows))

    async def open(self, group):
        self.account.expect(self.sink.reader_name)
        self.tasks[self.sink] = group.create_task(self.sink.run())
        await self.sink.ready.wait()

    def publish(self, group, rate, window):
        """Starts the sources. A window beyond 20 is for 5.0, where the broker says what it takes."""
        for topic, (qos, version) in self.flows.items():
            source = Source(self.places[0], self.account, f"source-{qos}-{version}-{self.topic}", version, topic=topic, qos=qos,
                            window=min(window, 20) if version == mqtt.V311 else window, padding=40, rate=rate / len(self.flows))
            self.sources.append(source)
            self.tasks[source] = group.create_task(source.run())

    def arrived(self):
        return sum(arrivals.different for got in self.account.readers.values() for arrivals in got.values())

    def sent(self):
        return all(self.tasks[source].done() for source in self.sources)

    def end(self):
        self.sink.stop()
        for source in self.sources:
            self.tasks[source].cancel()


class Party:
    """A process that is killed and started again. Its log of all lives goes to one file."""

    def __init__(self, name, directory):
        self.name, self.log, self.kills, self.up = name, directory / f"{name}.log", 0, False
        self.mortal = True  # is it to be killed?
        self.spool = None   # a file, for which the disk may be full

    async def start(self):
        await asyncio.to_thread(self._start)
        self.up = True

    async def kill(self):
        self.up = False
        self.kills += 1
        await asyncio.to_thread(self._kill)
        await asyncio.to_thread(self._keep_log, f"kill {self.kills}")

    async def stop(self):
        await asyncio.to_thread(self._stop)
        await asyncio.to_thread(self._keep_log, "the end")

    def hold(self):
        """It stands still, and its connections stay open, until it is let go."""
        self._tell(signal.SIGSTOP)

    def let_go(self):
        self._tell(signal.SIGCONT)

    def _tell(self, what):
        process = self._process()
        if self.up and process.running():
            process.signal(what)

    def _keep_log(self, what):
        process = self._process()
        if process:
            with open(self.log, "a", encoding="utf-8") as log:
                log.write(f"{process.err.text()}--- {what}\n")

    def died(self):
        """How it ended, when nobody has killed it; else None."""
        process = self._process()
        return f"{self.name} ended with {process.child.returncode}" if self.up and not process.running() else None


class OurBroker(Party):
    """`mqrig broker`, with --state if it is to remember anything: each kill is a kill -9."""

    window = 100

    def __init__(self, name, directory, remembers):
        super().__init__(name, directory)
        state = ("--state", directory / name / "state") if remembers else ()
        self.broker = harness.Broker(directory / name, *state, *ROOM)

    def _process(self):
        return self.broker.process

    def _start(self):
        self.broker.start()

    def _kill(self):
        self.broker.kill()

    def _stop(self):
        self.broker.kill()

    @property
    def port(self):
        return self.broker.port


class MosquittoBroker(Party):
    """With persistence. It `ends` by "kill" (SIGKILL; it saves its state each second then), "term" (SIGTERM), or "never"."""

    window = 20

    def __init__(self, name, directory, ends, window, more=""):
        super().__init__(name, directory)
        self.window = window or self.window
        self.ends, self.mortal = ends, ends != "never"
        interval = 1 if ends == "kill" else 3600
        self.broker = harness.Mosquitto(directory / name, f"persistence true\npersistence_location {directory / name}/\n"
                                        f"autosave_interval {interval}\nmax_queued_messages 0\nmax_inflight_messages {self.window}\n"
                                        f"set_tcp_nodelay true\n{more}")

    def _process(self):
        return self.broker.process

    def _start(self):
        self.broker.start()

    def _kill(self):
        if self.ends == "kill":
            self.broker.kill()
        else:
            self.broker.stop()

    def _stop(self):
        self.broker.stop()

    @property
    def port(self):
        return self.broker.port


class OurBridge(Party):
    """`mqrig bridge run`, with a spool, at two relays."""

    def __init__(self, directory, lines, plan, window):
        super().__init__("bridge", directory)
        self.process, self.file = None, directory / "bridge.toml"
        self.spool = directory / "bridge.spool" if plan.spool else None
        sides = "".join(f'[link.{side}]\nurl = "mqtt://127.0.0.1:{line.port}"\nname = "{name}"\nid = "bridge-{name}"\n'
                        f'protocol-version = "{plan.version}"\nkeepalive = "10s"\n'
                        'reconnect-delay = "20ms"\nreconnect-max-delay = "200ms"\n'
                        for side, name, line in zip(("local", "remote"), ENDS, lines))
        rules = "".join(f'[[link.rule]]\ntopics = ["{topic}/#"]\ndirection = "{direction}"\n' for direction, topic in plan.topics.items())
        top = f'spool = "{self.spool}"\n' if self.spool else ""
        self.file.write_text(f'{top}[[link]]\nname = "faults"\nwindow = {window}\n{sides}{rules}')

    def _process(self):
        return self.process

    def _start(self):
        # As Python does, it ignores the signal of a file that may not grow: it gets an error, as from a full disk.
        self.process = harness.Process([harness.BINARY, "bridge", "run", self.file], restore_signals=False,
                                       env=harness.environment(self.file.parent))

    def _kill(self):
        self.process.stop()

    def _stop(self):
        if self.process:
            self.process.stop()

    # A disk that is full for the spool

    def fill_disk(self, room):
        """Its files may grow by so many bytes, and no more."""
        longest = max((path.stat().st_size for path in self.spool.parent.glob(self.spool.name + "*")), default=0)
        self._limit(longest + room)

    def empty_disk(self):
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size):
        if self.process.running():
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def mosquitto_bridge(line, topics, version):
    """The lines that make a mosquitto a bridge to what is at the other end of the line."""
    protocol = {"5": "mqttv50", "311": "mqttv311"}[version]
    return (f"connection far\naddress 127.0.0.1:{line.port}\nbridge_protocol_version {protocol}\ncleansession false\n"
            "remote_clientid bridge\nnotifications false\nrestart_timeout 1\nkeepalive_interval 10\n"
            + "".join(f"topic {topic}/# {direction} 2\n" for direction, topic in topics.items()))


class Plan:
    """What a rig is made of."""

    def __init__(self, brokers="mqrig", bridge="mqrig", ends="never", spool=True, version="5", rate=2000, qualities=(1, 2), both=False,
                 window=None, trace=False, remembers=True):
        self.brokers, self.bridge, self.ends, self.spool, self.version = brokers, bridge, ends, spool, version
        self.rate, self.qualities, self.window, self.trace = rate, qualities, window, trace
        self.remembers = remembers  # do our brokers know their sessions after a kill?
        self.topics = FORWARD if both and bridge != "none" else {"out": FORWARD["out"]}

    def ordered(self):
        """Is the order of each topic promised? mosquitto's manual does so for one message in flight alone."""
        return "mosquitto" not in (self.brokers, self.bridge) or self.window == 1


class Rig:
    """open() starts everything but the sources; `async with` ends it."""

    def __init__(self, plan, directory, seed, group):
        self.plan, self.dir, self.group = plan, directory, group
        self.ends = ENDS[:1] if plan.bridge == "none" else ENDS
        names = [f"clients-{end}" for end in self.ends] + [f"bridge-{end}" for end in self.ends if plan.bridge != "none"]
        if plan.bridge == "mosquitto":
            names.remove("bridge-a")  # which is inside the broker
        self.trace = open(directory / "trace", "w", encoding="utf-8") if plan.trace else None
        self.lines = {name: Relay(name, f"{seed} {name}", self.trace) for name in names}
        self.places = {end: Place() for end in self.ends}
        self.ways = [Way(direction, topic, plan, self._places_of(direction)) for direction, topic in plan.topics.items()]
        self.brokers, self.bridge = {}, None

    def _places_of(self, direction):
        """Where messages of this direction are published, and where they are to arrive."""
        first, last = self.places[self.ends[0]], self.places[self.ends[-1]]
        return (first, last) if direction == "out" else (last, first)

    async def __aenter__(self):
        return self

    async def open(self):
        for line in self.lines.values():
            await line.open()
        for end in self.ends:
            self.brokers[end] = self._broker(end)
            await self.start(self.brokers[end])
        if self.plan.bridge == "mqrig":
            self.bridge = OurBridge(self.dir, [self.lines[f"bridge-{end}"] for end in ENDS], self.plan, self.window())
            await self.bridge.start()
        for way in self.ways:
            await way.open(self.group)
            await self._until_joined(way)

    async def __aexit__(self, *_):
        for way in self.ways:
            way.end()
        for party in self.parties():
            await party.stop()
        for line in self.lines.values():
            await line.close()
        if self.trace:
            self.trace.close()

    def window(self):
        return self.plan.window or min(broker.window for broker in self.brokers.values())

    def _broker(self, end):
        if end == "a" and self.plan.bridge == "mosquitto":
            lines = mosquitto_bridge(self.lines["bridge-b"], self.plan.topics, self.plan.version)
            return MosquittoBroker(end, self.dir, self.plan.ends, self.plan.window, lines)
        if self.plan.brokers == "mosquitto":
            return MosquittoBroker(end, self.dir, self.plan.ends, self.plan.window)
        return OurBroker(end, self.dir, self.plan.remembers)

    def parties(self):
        return [*self.brokers.values(), *([self.bridge] if self.bridge else [])]

    def publish(self):
        for way in self.ways:
            way.publish(self.group, self.plan.rate / len(self.ways), self.window())

    async def _until_joined(self, way):
        """Once a message has come through, the bridge has subscribed: before that nothing is promised."""
        if self.plan.bridge != "none":
            first, last = (self.brokers[end].port for end in (ENDS if way.direction == "out" else ENDS[::-1]))
            await asyncio.to_thread(join, first, last, f"{way.topic}/joined")

    async def alive(self):
        """Does a message still come through each way?"""
        for way in self.ways:
            await self._until_joined(way)

    # Parties come and go

    def _end_of(self, party):
        return next((end for end, broker in self.brokers.items() if broker is party), None)

    async def start(self, party):
        await party.start()
        end = self._end_of(party)
        if end:
            for line in (f"clients-{end}", f"bridge-{end}"):
                if line in self.lines:
                    self.lines[line].target = party.port
            self.places[end].open(self.lines[f"clients-{end}"].port)

    async def kill(self, party):
        end = self._end_of(party)
        if end:
            self.places[end].up.clear()
        await party.kill()


def join(source, target, topic):
    """Publishes at one broker until it arrives at the other."""
    with contextlib.closing(RawClient(target)) as reader, contextlib.closing(RawClient(source)) as writer:
        reader.connect("join-reader")
        writer.connect("join-writer")
        reader.subscribe(topic)
        for _ in range(int(JOINED / PAUSE)):
            writer.publish(topic, b"x")
            with contextlib.suppress(TimeoutError):
                reader.read(PAUSE)
                return
    raise AssertionError(f"no message came over the bridge within {JOINED} s")
