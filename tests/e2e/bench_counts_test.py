"""What `mqrig bench` says it sent and received is what the other side saw, to the message, however the work is divided."""

import collections
import time

import harness
from bench_case import MISSED, BenchCase

COUNT = 10_007  # no multiple of the clients


class Counts(BenchCase):
    def test_every_message_that_was_sent_was_seen(self):
        for qos, each in (("0", (COUNT, 0, 0)), ("1", (0, COUNT, 0)), ("2", (0, 0, COUNT)), ("0:1,1:1,2:1", None)):
            with self.subTest(qos=qos):
                peer = self.timed_peer()
                report = self.measure("pub", peer.port, "-c", 7, "-q", qos, "--count", COUNT, "-s", "16-200")
                sent = [report.account[f"sent_qos{number}"] for number in range(3)]
                self.assertEqual(COUNT, sum(sent))
                self.assertEqual(peer.published, sent)
                self.assertEqual(list(each) if each else sent, sent)
                self.assertEqual(sent[1:], [report.account[f"acknowledged_qos{number}"] for number in (1, 2)])
                self.assertEqual([COUNT // 7 + (client < COUNT % 7) for client in range(7)],
                                 [peer.topics[f"bench/{client}"] for client in range(7)])
                self.assertEqual({"unsent": 0, "unconfirmed": 0, "errors": 0, "connected": 7},
                                 {name: report.account[name] for name in ("unsent", "unconfirmed", "errors", "connected")})
                self.assertEqual([7, 7], [peer.packets["CONNECT"], peer.packets["DISCONNECT"]])

    def test_the_brokers_own_counts_are_the_same(self):
        for qos in (0, 1, 2):
            with self.subTest(qos=qos):
                broker = self.serve("--metrics", "127.0.0.1:0", "--sys-interval", 0)
                report = self.measure("fanout", broker.port, "-c", 5, "-q", qos, "--sub-qos", qos, "--total-rate", "5k", "--count", 3000)
                figures = self.figures(broker.log)
                self.assertEqual(3000, report.totals["sent"])
                self.assertEqual(15_000, report.of_all("received"))
                self.assertEqual(report.totals["sent"], figures["mqrig_broker_messages_received_total"])
                self.assertEqual(15_000, figures["mqrig_broker_messages_sent_total"])
                self.assertEqual(report.account["payload_sent"], figures["mqrig_broker_payload_received_bytes_total"])
                self.assertEqual(report.account["payload_received"], figures["mqrig_broker_payload_sent_bytes_total"])
                self.assertEqual(report.account["bytes_sent"], figures["mqrig_broker_received_bytes_total"])
                self.assertEqual(report.account["bytes_received"], figures["mqrig_broker_sent_bytes_total"])

    def test_the_rate_is_that_of_the_peers_clock(self):
        """By a line through all arrivals: what delays a few of them has no weight."""
        peer = self.timed_peer()
        report = self.measure("pub", peer.port, "-c", 10, "-q", 0, "--total-rate", 1000, "--duration", 10)
        self.assertEqual([10_000, 0, 0], peer.published)
        self.assertEqual(10_000, report.totals["sent"])
        self.assertAlmostEqual(10, report.run["measured_seconds"], delta=0.01)
        self.assertAlmostEqual(1000, report.totals["rate_sent"], delta=1)
        middle = (len(peer.arrivals) - 1) / 2
        mean = sum(peer.arrivals) / len(peer.arrivals)
        covariance = sum((number - middle) * (arrival - mean) for number, arrival in enumerate(peer.arrivals))
        variance = sum((arrival - mean) ** 2 for arrival in peer.arrivals)
        self.assertAlmostEqual(1000, covariance / variance, delta=1)

    def test_the_intervals_add_up_to_the_account(self):
        broker = self.serve()
        report = self.measure("pubsub", broker.port, "-c", 4, "-q", 1, "--total-rate", "2k", "--warmup", 0.5, "--duration", 1.5,
                              "--interval", 0.25)
        rows = collections.Counter()
        for row in report.intervals:
            rows.update(row["counters"])
        self.assertEqual(collections.Counter(report.account), rows)
        measured = collections.Counter()
        for row in report.intervals:
            if row["measured"]:
                measured.update(row["counters"])
        for name in ("sent_qos1", "acknowledged_qos1", "received_qos1", "distinct_qos1"):
            self.assertEqual(measured[name], report.totals[name], name)
        self.assertEqual(4000, report.account["sent_qos1"])
        self.assertAlmostEqual(3000, report.totals["sent_qos1"], delta=100)


class Divided(BenchCase):
    """However many machines, processes or threads: their sum is one run."""

    def expect_sum(self, merged, parts):
        for part in ("totals", "account"):
            for name in merged.account:
                self.assertEqual(sum(getattr(one, part)[name] for one in parts), getattr(merged, part)[name], (part, name))
        metrics = {metric for one in parts for metric in one.latency}
        self.assertEqual(metrics, set(merged.latency))
        for metric in metrics:
            counts = collections.Counter()
            for one in parts:
                if metric in one.latency:
                    counts.update(one.histogram(metric).counts)
            self.assertEqual(counts, collections.Counter(merged.histogram(metric).counts), metric)

    def expect_whole(self, report, sent, received):
        self.assertEqual(sent, report.totals["sent"], report)
        self.assertEqual([sent, received, received, 0], [report.of_all(name) for name in (
            "sent", "expected", "distinct", "duplicates")], report)
        self.assertEqual([0, True], [report.totals["lost"], report.totals["lost_exactly"]], report)
        self.assertEqual(received, report.totals["distinct"], report)
        self.assertEqual({}, report.errors)

    def shards(self, scenario, port, number, *args):
        return [self.measuring(scenario, port, *args, "--drain-timeout", 1, "--shard", f"{part}/{number}") for part in range(1, number + 1)]

    def test_shards_merge_into_the_one_run_that_they_are(self):
        start = f"{time.time() + 2:.3f}"
        args = ("-c", 6, "-q", 1, "--total-rate", 1000, "--count", 2000, "--start-at", start)
        runs_of = {scenario: self.shards(scenario, self.serve().port, 3, *args) for scenario in ("fanout", "fanin")}
        for scenario, received in (("fanout", 12_000), ("fanin", 2000)):
            with self.subTest(scenario=scenario):
                runs = runs_of[scenario]
                parts = [run.report() for run in runs]
                self.assertNotIn(True, [part.totals["lost_exactly"] for part in parts])
                merged = self.merge(*runs)
                self.expect_sum(merged, parts)
                self.expect_whole(merged, 2000, received)
                self.assertEqual([3, 3], [merged.run["merged"], merged.run["shards"]])
                self.assertAlmostEqual(1000, merged.run["asked_rate"])

    def test_a_retained_message_starts_all_shards_together(self):
        broker = self.serve()
        runs = self.shards("pubsub", broker.port, 2, "-c", 4, "-q", 2, "--total-rate", 1000, "--count", 1000, "--start-on", "go/now")
        for run in runs:
            run.process.err.wait_text("waiting for a message on 'go/now'")
        self.expect_ok(self.pub(broker.port, "-t", "go/now", "-m", f"{time.time() + 0.5:.3f}", "-r", "-q", 1))
        parts = [run.report() for run in runs]
        merged = self.merge(*runs)
        self.expect_sum(merged, parts)
        self.expect_whole(merged, 1000, 1000)

    def test_a_loss_that_no_shard_can_see_alone_fails_the_merged_report(self):
        broker = self.serve("--chaos", "drop-publish=5%", "--metrics", "127.0.0.1:0")
        runs = self.shards("fanout", broker.port, 2, "-c", 2, "-q", 1, "--total-rate", 1000, "--count", 500,
                           "--start-at", f"{time.time() + 1:.3f}")
        for run in runs:
            self.assertEqual([], run.report().violations)
        merged = self.merge(*runs, code=MISSED)
        dropped = self.figures(broker.log)['mqrig_broker_faults_made_total{kind="drop-publish"}']
        self.assertEqual([dropped, True], [merged.totals["lost"], merged.totals["lost_exactly"]])

    def test_processes_give_the_account_of_threads(self):
        for how in (("--threads", 1), ("--threads", 2), ("--workers", 2), ("--workers", 3)):
            for qos in (0, 2):
                with self.subTest(how=how, qos=qos):
                    broker = self.serve()
                    report = self.measure("pubsub", broker.port, "-c", 6, "--subscribers-per-topic", 2, "-q", qos, "--sub-qos", qos,
                                          "--total-rate", 4000, "--count", 2003, *how)
                    self.expect_whole(report, 2003, 4006)
                    self.assertEqual(how[1] if how[0] == "--workers" else 1, report.run["processes"])
                    self.assertEqual(4006, report.latency["delivery"]["count"])
                    self.assertEqual(18, report.account["connected"])

    def test_a_shared_group_is_whole_in_one_process(self):
        """Its members are of one worker: nobody else could tell that a message came to two of them."""
        for how in (("--threads", 2), ("--workers", 3)):
            with self.subTest(how=how):
                broker = self.serve()
                report = self.measure("shared", broker.port, "-c", 4, "--groups", 4, "--subscribers", 3, "-q", 1, "--total-rate", 3000,
                                      "--count", 1500, *how)
                self.expect_whole(report, 1500, 6000)
                self.assertEqual([0, 0], [report.account["reordered"], report.account["gaps"]])


if __name__ == "__main__":
    harness.main()
