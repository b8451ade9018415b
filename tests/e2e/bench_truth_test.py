"""What `mqrig bench` reports is what was: delays, stalls, counts and rates that an independent peer has made or seen."""

import signal
import threading
import time

import harness
from bench_case import FIGURES, MS, BenchCase

# 90 % of the answers after the first time, 9 % after the second, 1 % after the third.
STEPS = (0.02, 0.1, 0.4)
PRECISION = 0.002  # a bucket of the histogram: three digits
# What a busy machine may add: to most, and to a few.
LATE, VERY_LATE, FEW = 0.04, 0.25, 0.05


def stepped(number):
    """Spread over a hundred, so that each hundred holds all of them."""
    place = number * 37 % 100
    return STEPS[0] if place < 90 else STEPS[1] if place < 99 else STEPS[2]


class Delays(BenchCase):
    def expect_steps(self, report, metric, count):
        """The percentiles are those of the steps, and at least so many are at each step or above it: exactly so many, but for a few."""
        found, histogram = report.latency[metric], report.histogram(metric)
        self.assertEqual(count, found["count"])
        for step, share in zip(STEPS, (100, 10, 1)):
            least, above = count * share // 100, histogram.between(step * 1e9 * (1 - PRECISION), 60e9)
            self.assertTrue(least <= above <= least + FEW * count, (step, above, found))
        for percentile, step, late in (("min", 0, LATE), ("p50", 0, LATE), ("p75", 0, LATE), ("p95", 1, LATE), ("p99_9", 2, VERY_LATE),
                                       ("max", 2, VERY_LATE)):
            low = STEPS[step] * 1e9
            self.assertGreaterEqual(found[percentile], low * (1 - PRECISION), (percentile, found))
            self.assertLessEqual(found[percentile], low * (1 + PRECISION) + late * 1e9, (percentile, found))

    def test_acknowledgements_come_out_with_their_percentiles(self):
        """One message at a time in each exchange: the peer's delay, and nothing else, is what each one waits."""
        for qos in (1, 2):
            with self.subTest(qos=qos):
                peer = self.timed_peer(ack=stepped)
                report = self.measure("pub", peer.port, "-c", 5, "-q", qos, "--total-rate", 500, "--count", 1000)
                self.expect_steps(report, "publish", 1000)

    def test_connects_and_subscribes_come_out_with_their_percentiles(self):
        peer = self.timed_peer(connack=stepped, suback=lambda number: stepped(number + 50))
        report = self.measure("sub", peer.port, "-c", 200, "--connect-rate", 200, "--duration", 2, "--filter", "a", code=1)
        self.expect_steps(report, "connect", 200)
        self.expect_steps(report, "subscribe", 200)

    def test_deliveries_and_round_trips_come_out_with_their_percentiles(self):
        peer = self.timed_peer(forward=stepped)
        report = self.measure("pubsub", peer.port, "-c", 4, "-q", 0, "--total-rate", 500, "--count", 1000)
        self.expect_steps(report, "delivery", 1000)
        peer = self.timed_peer(forward=lambda number: 0.05)  # the request and its response
        report = self.measure("rr", peer.port, "-c", 4, "-q", 0, "--total-rate", 200, "--count", 400)
        found = report.latency["round_trip"]
        self.assertEqual(400, found["count"])
        for percentile, late in (("min", 40), ("p50", 40), ("p95", 100)):
            self.assertTrue(100 * MS * (1 - PRECISION) <= found[percentile] <= (100 + late) * MS, (percentile, found))


class Frozen(BenchCase):
    """A broker that stops for two seconds: in open loop all who waited show it, however few were under way."""

    FREEZE = 2

    def freeze(self, broker):
        """Stops the broker; the time that it stood still."""
        begin = time.monotonic()
        broker.process.signal(signal.SIGSTOP)
        try:
            threading.Event().wait(self.FREEZE)
        finally:
            broker.process.signal(signal.SIGCONT)
        return time.monotonic() - begin

    def test_a_stall_of_the_generator_is_told_apart(self):
        """It shows as its own delay, with a warning, and the latencies hold it all the same."""
        broker = self.serve()
        run = self.measuring("pubsub", broker.port, "-c", 4, "-q", 1, "--total-rate", 1000, "--duration", 3, *FIGURES)
        run.wait_figure("sent_qos1_total", 100)
        begin = time.monotonic()
        run.process.signal(signal.SIGSTOP)
        threading.Event().wait(1)
        run.process.signal(signal.SIGCONT)
        stopped = time.monotonic() - begin
        report = run.report()
        self.assertEqual([3000, 3000, 3000], [report.of_all(name) for name in ("sent", "acknowledged", "distinct")], report)
        for metric in ("scheduling", "publish", "delivery"):
            found = report.latency[metric]
            self.assertEqual(3000, found["count"], metric)
            self.assertAlmostEqual((stopped - 0.03) * 1e9, found["p99"], delta=0.1e9, msg=f"{metric} {found}")
        self.assertRegex(report.warnings[0], "the generator, not the broker, was the limit")

    def test_a_stall_shows_in_open_loop_and_hides_in_closed_loop(self):
        open_loop = ("--total-rate", 1000, "--duration", 10)
        closed_loop = ("-c", 1, "--inflight", 1, "--think", "2ms", "--duration", 8)
        # More than the sockets hold, and more than may be on its way: most of what is due can't even be sent.
        runs = (("pubsub", "-q", 0, "-c", 2, "-s", "16k", *open_loop), ("pub", "-q", 1, "-c", 10, *open_loop),
                ("pub", "-q", 1, *closed_loop))
        brokers = [self.serve("--receive-maximum", 20) for _ in runs]
        measurements = [self.measuring(args[0], broker.port, *args[1:], *FIGURES)
                        for args, broker in zip(runs, brokers)]
        for measurement, args in zip(measurements, runs):
            measurement.wait_figure(f"sent_qos{args[2]}_total", 100)
        frozen = [self.freeze(broker) for broker in brokers]
        reports = [measurement.report() for measurement in measurements]
        for report, metric, freeze in zip(reports, ("delivery", "publish"), frozen):
            with self.subTest(metric=metric):
                found = report.latency[metric]
                self.assertTrue(report.run["open_loop"])
                self.assertEqual(10_000, found["count"], report)
                # A hundred of the ten thousand, those of the first tenth of a second, waited longer; and so on.
                for percentile, first in (("p99", 0.1), ("p95", 0.5), ("p90", 1)):
                    self.assertAlmostEqual((freeze - first) * 1e9, found[percentile], delta=0.05 * 1.9e9, msg=f"{percentile} {found}")
                self.assertAlmostEqual(freeze * 1e9, found["max"], delta=0.1e9, msg=str(found))
        closed = reports[2]
        self.assertFalse(closed.run["open_loop"])
        self.assertIn("closed loop", closed.run["loop"])
        self.assertLess(closed.latency["publish"]["p99"], 200 * MS)
        self.assertGreater(closed.latency["publish"]["max"], 1900 * MS)


class Capacity(BenchCase):
    """A broker that can do so much and no more: one acknowledgement after the other, each of which takes its time."""

    RATE = 800

    def queue(self):
        free = [0.0]

        def wait(_):
            now = time.monotonic()
            free[0] = max(free[0], now) + 1 / self.RATE
            return max(free[0] - now, 1e-6)
        return wait

    def test_the_highest_rate_is_that_of_the_broker(self):
        peer = self.timed_peer(ack=self.queue())
        report = self.measure("pub", peer.port, "-c", 4, "-q", 1, "--find-max", "--find-from", 500, "--find-to", 1500, "--step-duration", 1,
                              "--slo", "p99<150ms", "--drain-timeout", 10)
        met = [point["rate"] for point in report.json["curve"] if point["met"]]
        missed = [point["rate"] for point in report.json["curve"] if not point["met"]]
        # Above its rate the queue grows by the difference: 150 ms of it in a second.
        self.assertTrue(0.8 * self.RATE <= max(met) <= 1.25 * self.RATE, report.json["curve"])
        self.assertGreater(min(missed), 0.9 * self.RATE)

    def test_the_rate_of_a_closed_loop_is_that_of_the_broker(self):
        peer = self.timed_peer(ack=self.queue())
        report = self.measure("pub", peer.port, "-c", 4, "-q", 1, "--inflight", 10, "--count", 2000)
        self.assertAlmostEqual(self.RATE, report.totals["rate_sent"], delta=0.05 * self.RATE, msg=report)
        # Little's law: forty are on their way at any time.
        self.assertAlmostEqual(40 / self.RATE * 1e9, report.latency["publish"]["p50"], delta=0.1 * 40 / self.RATE * 1e9)


if __name__ == "__main__":
    harness.main()
