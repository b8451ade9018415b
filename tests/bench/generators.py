"""Load generators and how they are called: mqrig, the bare ones, and those of others.

A Load is what one of them is asked for; where a generator has no such thing, its method returns None.
"""

import collections
import json
import pathlib
import shutil
import subprocess

TOPIC = "bench/topic"
RUN = 1234  # whose stamps the sink writes

# count: messages in all. rate: of all clients together, in messages a second; 0: as fast as possible.
Load = collections.namedtuple("Load", "qos size inflight clients count rate", defaults=(0, 16, 0, 1, 0, 0))


class Report:
    """What `mqrig bench` says about its run. The layout of its JSON is known here alone."""

    def __init__(self, path):
        self.found = json.loads(pathlib.Path(path).read_text())

    def count(self, name):
        """Of the whole run; all qualities of service together."""
        counters = self.found.get("account") or self.found["totals"]
        if name in counters:
            return counters[name]
        values = [counters[key] for key in (f"{name}_qos{qos}" for qos in range(3)) if key in counters]
        if not values:
            raise KeyError(name)
        return sum(values)

    def latency(self, metric, percentile):
        """In seconds. metric: publish, delivery, scheduling; percentile: p50, p99, max."""
        return self.found["latency"][metric][percentile] / 1e9

    def latencies(self, metric):
        """How many were recorded."""
        return self.found["latency"].get(metric, {"count": 0})["count"]


class Mqrig:
    name = "mqrig"

    def __init__(self, build, directory):
        self.program, self.path = build / "apps/mqrig/mqrig", directory / "report.json"

    def known(self):
        return subprocess.run([self.program, "bench", "--help"], capture_output=True).returncode == 0

    def words(self, what, port, *words):
        self.path.unlink(missing_ok=True)
        return [self.program, "bench", what, "-h", "127.0.0.1", "-p", port, "--threads", 1, "--json", self.path, *words]

    def report(self):
        return Report(self.path)

    def publish(self, load, port):
        return self.words("pub", port, "-c", load.clients, "--size", load.size, "-q", load.qos, "--topics", TOPIC, "--count", load.count,
                          *(["--inflight", load.inflight] if load.inflight else []), *(["--total-rate", load.rate] if load.rate else []))

    # The next three have no end of their own: they are interrupted.

    def receive(self, load, port):
        return self.words("sub", port, "-c", load.clients, "-q", load.qos, "--filter", TOPIC, "--verify", "full", "--duration", 0)

    def connect(self, count, port):
        return self.words("conn", port, "-c", count, "--duration", 0)

    def subscribe(self, count, port):
        """Most of 10,000 numbers have four digits: the topic has 30 characters."""
        return self.words("sub", port, "-c", count, "--filter", "bench/30-characters/topic/{client}", "--duration", 0)


class Bare:
    """The programs of this folder that a generator can hardly beat."""

    name = "bare"

    def __init__(self, build):
        self.folder = build / "tests/bench"

    def publish(self, load, port):
        if load.rate:
            return [self.folder / "bare_generator", "pace", "--port", port, "--count", load.count, "--size", load.size, "--rate", load.rate,
                    "--clients", load.clients]
        return [self.folder / "bare_generator", "publish", "--port", port, "--count", load.count, "--size", load.size, "--qos", load.qos,
                *(["--inflight", load.inflight] if load.inflight else [])]

    def receive(self, load, port):
        return [self.folder / "bare_generator", "receive", "--port", port, "--count", load.count, "--size", load.size]

    def connect(self, count, port):
        return [self.folder / "connections", "--port", port, "--count", count, "--per-address", 14_000]

    def subscribe(self, *_):
        return None


class Mosquitto:
    """No load generator: its clients with a file of lines, which is the fastest that they can."""

    name = "mosquitto"

    def __init__(self, directory):
        self.directory = directory

    @staticmethod
    def known():
        return shutil.which("mosquitto_pub") and shutil.which("mosquitto_sub")

    def publish(self, load, port):
        if load.rate:
            return None
        lines = self.directory / f"{load.count}-{load.size}.txt"
        if not lines.exists():
            lines.write_text("".join(f"{i:0{load.size}d}\n" for i in range(load.count)))
        return ["sh", "-c", f"exec mosquitto_pub -p {port} -t {TOPIC} -q {load.qos} -V 5 -l < {lines}"]

    def receive(self, load, port):
        return ["mosquitto_sub", "-p", port, "-t", TOPIC, "-q", load.qos, "-C", load.count]

    def connect(self, *_):
        return None

    subscribe = connect


class EmqttBench:
    """nanomq's takes the same options."""

    name = "emqtt"

    def __init__(self, program):
        self.program = program

    def publish(self, load, port):
        interval = 1000 * load.clients // load.rate if load.rate else 0
        return [*self.program, "pub", "-h", "127.0.0.1", "-p", port, "-c", load.clients, "-I", interval, "-L", load.count, "-t", TOPIC,
                "-s", load.size, "-q", load.qos]

    def receive(self, load, port):
        return [*self.program, "sub", "-h", "127.0.0.1", "-p", port, "-c", load.clients, "-t", TOPIC, "-q", load.qos]

    def connect(self, count, port):
        return [*self.program, "conn", "-h", "127.0.0.1", "-p", port, "-c", count, "-i", 0]

    def subscribe(self, count, port):
        return [*self.program, "sub", "-h", "127.0.0.1", "-p", port, "-c", count, "-i", 0, "-t", "bench/30-characters/topic/%i"]


class NanomqBench(EmqttBench):
    name = "nanomq"


class Mqttx:
    name = "mqttx"

    def publish(self, load, port):
        interval = 1000 * load.clients // load.rate if load.rate else 0
        return ["mqttx", "bench", "pub", "-h", "127.0.0.1", "-p", port, "-c", load.clients, "-im", interval, "-L", load.count, "-t", TOPIC,
                "-m", "x" * load.size, "-q", load.qos]

    def receive(self, load, port):
        return ["mqttx", "bench", "sub", "-h", "127.0.0.1", "-p", port, "-c", load.clients, "-t", TOPIC, "-q", load.qos]

    def connect(self, count, port):
        return ["mqttx", "bench", "conn", "-h", "127.0.0.1", "-p", port, "-c", count, "-i", 0]

    def subscribe(self, count, port):
        return ["mqttx", "bench", "sub", "-h", "127.0.0.1", "-p", port, "-c", count, "-i", 0, "-t", "bench/30-characters/topic/%i"]


def find(build, directory):
    """Those that are here, ours and the bare one first."""
    mqrig, mosquitto = Mqrig(build, directory), Mosquitto(directory)
    found = [*([mqrig] if mqrig.known() else []), Bare(build), *([mosquitto] if mosquitto.known() else [])]
    for program in ("emqtt_bench", "emqtt-bench"):
        if shutil.which(program):
            found.append(EmqttBench([program]))
            break
    for program in ("nanomq_cli", "nanomq"):
        if shutil.which(program):
            found.append(NanomqBench([program, "bench"]))
            break
    if shutil.which("mqttx"):
        found.append(Mqttx())
    return found
