"""`mqrig bench` against real brokers, ours and mosquitto: each scenario accounts for every message that it has sent."""

import signal

import harness
from bench_case import FIGURES, BenchCase

COUNT = 600
RATE = ("--total-rate", "3k", "--count", COUNT)
# Scenario, its options, and how often each message arrives.
SCENARIOS = (
    ("pubsub", ("-c", 4, "--subscribers-per-topic", 2), 2),
    ("fanout", ("-c", 5), 5),
    ("fanin", ("-c", 5), 1),
    ("shared", ("-c", 3, "--groups", 2, "--subscribers", 3), 2),
)


class Account(BenchCase):
    def start_broker(self):
        """mosquitto with room for what its clients are slow to take, or ours."""
        if not harness.OTHER:
            return self.serve()
        return self.mosquitto(config="max_queued_messages 0\nmax_inflight_messages 1000\n")

    def expect_account(self, report, expected, qos):
        totals = report.totals
        self.assertEqual(COUNT, totals["sent"], report)
        self.assertEqual([COUNT, COUNT, expected, expected], [report.of_all(name) for name in (
            "sent", "acknowledged", "expected", "distinct")], report)
        self.assertEqual([0, True], [totals["lost"], totals["lost_exactly"]], report)
        self.assertEqual({}, report.errors)
        self.assertEqual([0, 0], [report.account["foreign"], report.account["reordered"]])
        self.assertEqual(0, report.of_all("duplicates"))  # of QoS 1 as well: nothing gives cause for them
        self.assertEqual(expected, report.latency["delivery"]["count"])
        self.assertEqual(COUNT, report.latency["publish"]["count"])

    def expect_each(self, version, qos):
        broker = self.start_broker()
        for scenario, args, copies in SCENARIOS:
            with self.subTest(scenario=scenario, version=version, qos=qos):
                report = self.measure(scenario, broker.port, *args, *RATE, "-q", qos, "--sub-qos", qos, "-V", version, "--verify", "full")
                self.expect_account(report, copies * COUNT, qos)

    def test_every_message_arrives_as_often_as_it_must(self):
        for version in ("5", "311"):
            for qos in (1, 2):
                self.expect_each(version, qos)

    def test_every_request_has_its_response(self):
        broker = self.start_broker()
        for version in ("5", "311"):
            for qos in (0, 1, 2):
                with self.subTest(version=version, qos=qos):
                    report = self.measure("rr", broker.port, "-c", 4, "--subscribers", 2, *RATE, "-q", qos, "-V", version)
                    account = report.account
                    self.assertEqual([COUNT] * 4, [account[name] for name in ("requests", "responded", "responses")] +
                                     [report.latency["round_trip"]["count"]], report)
                    self.assertEqual(0, account["request_timeouts"])
                    self.assertEqual({}, report.errors)

    def test_receivers_in_a_process_of_their_own(self):
        for qos in (1, 2):
            with self.subTest(qos=qos):
                broker = self.start_broker()
                receivers = self.measuring("sub", broker.port, "-c", 2, "--filter", "bench/#", "-q", qos, "--verify", "full",
                                           "--duration", 0, *FIGURES)
                receivers.wait_figure("subscribed_total", 2)
                sender = self.measure("pub", broker.port, "-c", 3, *RATE, "-q", qos)
                self.assertEqual(COUNT, sender.of_all("acknowledged"))
                receivers.wait_figure(f"distinct_qos{qos}_total", 2 * COUNT)
                receivers.process.signal(signal.SIGINT)
                report = receivers.report()
                self.assertEqual([2 * COUNT, 0], [report.of_all("distinct"), report.of_all("duplicates")], report)
                self.assertEqual([0, False], [report.totals["lost"], report.totals["lost_exactly"]])
                self.assertEqual([0, 0, 0], [report.account[name] for name in ("gaps", "foreign", "reordered")])


if __name__ == "__main__":
    harness.main()
