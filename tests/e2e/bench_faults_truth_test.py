"""`mqrig bench` against a broker that makes faults on purpose and counts them: the report has exactly those, and judges them by QoS."""

import signal

import harness
from bench_case import FIGURES, MISSED, OK, BenchCase
from timed_peer import at_once

# What the broker calls its faults, and the counters of the report that show them.
SEEN_AS = {"drop-publish": ("lost",), "duplicate": ("duplicates",), "reorder-topic": ("reordered",), "corrupt": ("corrupt", "foreign")}
# Dropped messages of QoS 1 stay on their way for ever: there must be room for all of them.
SEVERAL_TOPICS = ("-t", "bench/{client}/{n:5}", "--filter", "bench/{client}/#", "--sub-qos", 1)
ROOM = ("--max-inflight", 60_000)


class FaultsCase(BenchCase):
    def faulty(self, faults, seed=7):
        return self.serve("--chaos", faults, "--seed", seed, "--metrics", "127.0.0.1:0", *ROOM)

    def made(self, broker):
        figures = self.figures(broker.log)
        return {kind: int(figures[f'mqrig_broker_faults_made_total{{kind="{kind}"}}']) for kind in SEEN_AS}

    def seen(self, report):
        account = report.account
        return {"lost": report.lost, "duplicates": report.of_all("duplicates"), "reordered": account["reordered"],
                "corrupt": report.of_all("corrupt"), "foreign": account["foreign"]}

    def run_against(self, broker, qos, *args, code, count=20_000):
        return self.measure("pubsub", broker.port, "-c", 4, "-q", qos, "--verify", "full", "--total-rate", "20k", "--count", count,
                            "--drain-timeout", "0.5", *args, code=code)


class Exact(FaultsCase):
    def expect_the_same(self, broker, report):
        made, seen = self.made(broker), self.seen(report)
        for kind, names in SEEN_AS.items():
            self.assertEqual(made[kind], sum(seen[name] for name in names), f"{kind}: made {made}, seen {seen}\n{report}")
        self.assertEqual(seen["lost"], report.totals["lost"])
        self.assertTrue(report.totals["lost_exactly"])
        return made

    def test_each_kind_by_itself(self):
        for kind, names in SEEN_AS.items():
            for qos in (0, 1):
                with self.subTest(kind=kind, qos=qos):
                    broker = self.faulty(f"{kind}=2%")
                    failed = kind == "corrupt" or (kind == "drop-publish" and qos == 1)
                    report = self.run_against(broker, qos, code=MISSED if failed else OK)
                    self.assertGreater(self.expect_the_same(broker, report)[kind], 200)
                    others = {name: count for name, count in self.seen(report).items() if name not in names}
                    self.assertEqual(set(others.values()), {0}, report)

    def test_all_kinds_at_once(self):
        for qos, args in ((0, ()), (1, ()), ("0:1,1:1,2:1", SEVERAL_TOPICS)):
            with self.subTest(qos=qos):
                broker = self.faulty("drop-publish=1%,duplicate=2%,reorder-topic=2%,corrupt=1%", seed=11)
                report = self.run_against(broker, qos, *args, code=MISSED, count=30_000)
                for kind, count in self.expect_the_same(broker, report).items():
                    self.assertGreater(count, 200, kind)

    def test_receivers_without_their_senders_see_the_gaps(self):
        """bench sub knows nothing of what was sent but from the stamps: what is missing between two messages that came."""
        broker = self.faulty("drop-publish=2%,duplicate=2%,reorder-topic=2%")
        receiver = self.measuring("sub", broker.port, "-c", 1, "--filter", "bench/#", "-q", 0, "--verify", "full", "--duration", 0,
                                  *FIGURES)
        receiver.wait_figure("subscribed_total", 1)
        sender = self.measure("pub", broker.port, "-c", 3, "-q", 0, "--total-rate", "20k", "--count", 20_000)
        self.assertEqual(20_000, sender.totals["sent"], sender)
        receiver.wait_figure("distinct_qos0_total", 20_000 - self.made(broker)["drop-publish"])
        receiver.process.signal(signal.SIGINT)
        report = receiver.report()
        made = self.made(broker)
        self.assertEqual(made["duplicate"], report.of_all("duplicates"))
        self.assertEqual(20_000 - made["drop-publish"], report.of_all("distinct"))
        self.assertFalse(report.totals["lost_exactly"])
        # A message that was dropped at an end of a stream leaves no gap.
        self.assertTrue(made["drop-publish"] - 3 <= report.totals["lost"] <= made["drop-publish"], (made, str(report)))

    def test_requests_without_a_response(self):
        broker = self.faulty("drop-publish=2%")
        report = self.measure("rr", broker.port, "-c", 4, "-q", 0, "--total-rate", 1000, "--count", 2000)
        account, dropped = report.account, self.made(broker)["drop-publish"]
        self.assertGreater(dropped, 30)
        self.assertEqual([2000, 2000 - dropped, dropped], [account[name] for name in ("requests", "responses", "request_timeouts")], report)
        self.assertEqual(2000 - dropped, report.latency["round_trip"]["count"])
        self.assertEqual({"request: Connection timed out": dropped}, report.errors)


class Judged(FaultsCase):
    def test_loss_is_shown_at_qos_0_and_fails_above(self):
        for qos, code in ((0, OK), (1, MISSED), (2, MISSED)):
            with self.subTest(qos=qos):
                report = self.run_against(self.faulty("drop-publish=2%"), qos, code=code, count=4000)
                self.assertGreater(report.totals["lost"], 20)
                violations = [(each["qos"], "lost" in each["text"]) for each in report.violations]
                self.assertEqual([] if qos == 0 else [(qos, True)], violations)

    def test_a_duplicate_fails_at_qos_2_only(self):
        """The client itself drops a PUBLISH that comes again: this broker says the same thing under two identifiers."""
        for qos, code in ((0, OK), (1, OK), (2, MISSED)):
            with self.subTest(qos=qos):
                peer = self.timed_peer(forward=at_once, copies=2)
                report = self.measure("pubsub", peer.port, "-c", 2, "-q", qos, "--total-rate", 500, "--count", 200, code=code)
                self.assertEqual([200, 200], [report.of_all("distinct"), report.of_all("duplicates")], report)
                self.assertEqual(0, report.totals["lost"])
                violations = [(each["qos"], "more than once" in each["text"]) for each in report.violations]
                self.assertEqual([(2, True)] if qos == 2 else [], violations)

    def test_objectives_decide_the_exit_code(self):
        for slo, code in (("loss=0", MISSED), ("loss<5%", OK), ("loss<5%,p99<0.1us", MISSED), ("rate>1k/s,errors=0", OK),
                          ("rate>1M/s", MISSED)):
            with self.subTest(slo=slo):
                report = self.run_against(self.faulty("drop-publish=2%"), 0, "--slo", slo, code=code, count=4000)
                met = [each["met"] for each in report.objectives]
                self.assertEqual(slo.split(","), [each["text"] for each in report.objectives])
                self.assertEqual(code == OK, all(met), report)


if __name__ == "__main__":
    harness.main()
