"""`mqrig bench` while its broker dies by kill -9 and returns: what is kept is kept, what is lost is told."""

import signal

import harness
from bench_case import FIGURES, BenchCase


class Restarted(BenchCase):
    PERSISTENT = ("--disable-clean-session", "-x", 300, "-i", "{group}-{client}")

    def run_through(self, qos, *args, state=True):
        port = harness.free_port()
        command = ("broker", "-p", port, *(("--state", self.dir / f"state{port}") if state else ()))
        first = self.start(*command)
        first.out.wait_lines(1)
        run = self.measuring("pubsub", port, "-c", 4, "-q", qos, "--total-rate", 1000, "--duration", 2.5, "--reconnect-delay", 0.2,
                             *FIGURES, *args)
        run.wait_figure(f"sent_qos{qos}_total", 500)
        first.stop()
        second = self.start(*command)
        second.out.wait_lines(1)
        report = run.report()
        second.signal(signal.SIGTERM)
        self.assertEqual(0, second.wait())
        self.expect_lost_connections(report, resumed=8 if state else 0)
        return report

    def expect_lost_connections(self, report, resumed):
        account = report.account
        self.assertEqual([8, 16, resumed], [account[name] for name in ("connections_lost", "connected", "resumed")], report)
        self.assertEqual(account["attempts"], account["connected"] + account["connect_failed"])
        self.assertEqual(account["errors"], sum(report.errors.values()), report)
        self.assertEqual(account["connections_lost"] + account["connect_failed"], account["errors"], report)
        kept = ("connection lost: ", "could not connect: ")
        self.assertEqual([], [text for text in report.errors if not text.startswith(kept)], report)

    def test_sessions_that_are_kept_lose_nothing(self):
        for qos in (1, 2):
            with self.subTest(qos=qos):
                report = self.run_through(qos, *self.PERSISTENT)
                self.assertEqual([2500] * 4, [report.of_all(name) for name in ("sent", "acknowledged", "expected", "distinct")], report)
                self.assertEqual([0, True], [report.totals["lost"], report.totals["lost_exactly"]], report)
                if qos == 2:
                    self.assertEqual(0, report.of_all("duplicates"))
                # What was due meanwhile waited for the broker.
                self.assertGreater(report.latency["publish"]["max"], 100_000_000)

    def test_sessions_that_are_not_kept_lose_what_is_told_and_break_no_promise(self):
        report = self.run_through(1, state=False)
        account = report.account
        self.assertEqual(2500, report.totals["sent"], report)
        self.assertEqual(2500, report.of_all("acknowledged") + account["unconfirmed"])
        self.assertEqual(report.of_all("acknowledged"), report.of_all("expected"))
        self.assertEqual(report.lost, report.totals["lost"])
        self.assertEqual(2500 - report.of_all("distinct"), account["gaps"], report)  # nothing is missing at an end
        self.assertEqual([], report.violations)

if __name__ == "__main__":
    harness.main()
