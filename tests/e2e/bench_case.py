"""What the tests that measure with `mqrig bench` have in common."""

import json
import re
import urllib.request

import harness
from hdr import HdrHistogram
from timed_peer import TimedPeer

OK, MISSED = 0, 11
FIGURES = ("--metrics", "127.0.0.1:0", "--interval", 0.2)  # for wait_figure()
MS = 1_000_000  # nanoseconds


class Report:
    """What --json wrote. totals, account, latency, errors: as in the file."""

    def __init__(self, path):
        self.json = json.loads(path.read_text())
        for name in ("run", "totals", "account", "latency", "errors", "intervals", "violations", "warnings", "objectives"):
            setattr(self, name, self.json[name])

    def __str__(self):
        """What is not zero, without the series and the histograms."""
        kept = {part: {name: value for name, value in getattr(self, part).items() if value and name != "scenario_text"}
                for part in ("run", "totals", "account", "errors")}
        return json.dumps(kept | {name: self.json[name] for name in ("violations", "warnings", "objectives")})

    def histogram(self, metric):
        return HdrHistogram(self.latency[metric]["hdr"])

    def of_all(self, name, part="account"):
        """A counter that is kept by QoS: all of them together."""
        return sum(getattr(self, part).get(f"{name}_qos{qos}", 0) for qos in range(3))

    @property
    def lost(self):
        return self.of_all("expected") - self.of_all("distinct") - self.of_all("corrupt")


class Measurement:
    """A bench that runs. report(): after its end."""

    def __init__(self, case, process, path):
        self.case, self.process, self.path = case, process, path

    def wait_figure(self, name, value):
        """With --metrics: until this figure is at least so much. It changes with each --interval."""
        harness.wait_until(lambda: self.case.figures(self.process.err).get(f"mqrig_bench_{name}", 0) >= value, f"{name} {value}")

    def report(self, code=OK, timeout=60):
        found = self.process.wait(timeout)
        self.case.assertEqual(code, found, f"{self.process}\n{self.process.err.text()}\n{self.process.out.text()}")
        return Report(self.path)


class BenchCase(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.measurements = 0

    def measuring(self, scenario, port, *args):
        """Starts mqrig bench against the broker at this port; port None: what `args` say."""
        self.measurements += 1
        path = self.dir / f"report{self.measurements}.json"
        where = () if port is None else ("-h", "127.0.0.1", "-p", port)
        process = self.start("bench", scenario, *where, *args, "--no-live", "--json", path)
        process.close_input()
        return Measurement(self, process, path)

    def measure(self, *args, code=OK, timeout=60):
        return self.measuring(*args).report(code, timeout)

    def timed_peer(self, **settings):
        peer = TimedPeer(**settings)
        self.addCleanup(peer.stop)
        return peer

    def serve(self, *args):
        """mqrig broker that keeps for its clients whatever they are slow to take."""
        self.brokers += 1
        broker = harness.Broker(self.dir / f"broker{self.brokers}", "--max-queued-messages", 1_000_000, *args)
        self.addCleanup(broker.stop)
        return broker.start()

    def merge(self, *measurements, code=OK):
        path = self.dir / "merged.json"
        result = self.run_mqrig("bench", "merge", *[one.path for one in measurements], "--json", path)
        self.expect_code(result, code)
        return Report(path)

    def figures(self, log):
        """The page of metrics of a program with --metrics that has said where on stderr: name and labels to value."""
        log.wait_text(r"http://\S+/metrics")
        url = re.search(r"http://\S+/metrics", log.text())[0]
        with urllib.request.urlopen(url, timeout=harness.DEADLINE) as page:
            lines = page.read().decode().splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))}
