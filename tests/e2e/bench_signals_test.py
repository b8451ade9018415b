"""mqrig bench and signals: a complete report of what ran so far, the exit code of the signal, and nobody left behind."""

import json
import os
import pathlib
import signal
import threading

import bench_crowd
import harness
from bench_crowd import OK, VERIFICATION

INTERRUPTED, TERMINATED = 130, 143


def children(pid):
    """Processes whose parent this is, zombies included."""
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid):
    return pathlib.Path(f"/proc/{pid}").exists()


class Interrupted(bench_crowd.BenchCase):
    def setUp(self):
        super().setUp()
        self.json, self.csv = self.dir / "report.json", self.dir / "series.csv"

    def outputs(self):
        return ("--json", self.json, "--csv", self.csv, "--interval", "200ms")

    def expect_end(self, process, number, code, within=15):
        process.signal(number)
        self.assertEqual(code, process.wait(within), process.err.text())
        self.assertIn("mqrig bench ", process.out.text())
        return json.loads(self.json.read_text())

    def wait_rows(self, process, count):
        harness.wait_until(lambda: self.csv.exists() and len(self.csv.read_text().splitlines()) > count or not process.running(), "intervals have passed")

    def expect_account(self, report):
        account = report["account"]
        self.assertGreater(account["acknowledged_qos1"], 0)
        self.assertEqual(account["sent_qos1"], account["acknowledged_qos1"])
        self.assertEqual(account["expected_qos1"], account["distinct_qos1"])
        self.assertGreater(report["latency"]["delivery"]["count"], 0)

    def test_while_publishing(self):
        for number, code in ((signal.SIGINT, INTERRUPTED), (signal.SIGTERM, TERMINATED)):
            with self.subTest(signal=number):
                self.csv.unlink(missing_ok=True)
                process = self.start_bench("pubsub", "-c", 4, "-q", 1, "--rate", 50, "--duration", "1h", *self.outputs())
                self.wait_rows(process, 4)
                brood = children(process.pid)
                self.assertEqual(1, len(brood))  # the embedded broker
                report = self.expect_end(process, number, code)
                self.assertEqual(int(number), report["run"]["interrupted"])
                self.assertRegex("\n".join(report["warnings"]), "the run was interrupted after")
                self.assertRegex(process.out.text(), "INTERRUPTED: ended by SIG(INT|TERM)")
                self.expect_account(report)
                self.assertFalse([pid for pid in brood if alive(pid)])

    def test_with_worker_processes(self):
        process = self.start_bench("pubsub", "-c", 4, "-q", 1, "--rate", 50, "--duration", "1h", "--workers", 3, *self.outputs())
        self.wait_rows(process, 4)
        brood = children(process.pid)
        self.assertEqual(4, len(brood))
        self.expect_account(self.expect_end(process, signal.SIGINT, INTERRUPTED))
        self.assertFalse([pid for pid in brood if alive(pid)])

    def test_a_signal_to_the_whole_process_group(self):
        """As Ctrl-C of a terminal: broker and workers get it, too."""
        process = self.start_bench("pubsub", "-c", 4, "-q", 1, "--rate", 50, "--duration", "1h", "--workers", 2, *self.outputs(),
                                   start_new_session=True)
        self.wait_rows(process, 4)
        brood = children(process.pid)
        process.signal = lambda number: os.killpg(process.pid, number)
        report = self.expect_end(process, signal.SIGINT, INTERRUPTED)
        self.expect_account(report)
        self.assertEqual({}, report["errors"])
        self.assertFalse([pid for pid in brood if alive(pid)])

    def test_while_connecting(self):
        broker = self.crowd(lambda connection, number: bench_crowd.serve(connection, number) if number < 2 else connection.expect_closed())
        process = self.start_bench("pub", "-p", broker.port, "-c", 5, *self.outputs())
        broker.wait_connections(5)
        report = self.expect_end(process, signal.SIGINT, INTERRUPTED)
        self.assertEqual(5, report["account"]["attempts"])
        absent = 5 - report["account"]["connected"]
        self.assertGreaterEqual(absent, 3)
        self.assertIn(f"{absent} of 5 clients did not take part to the end", report["warnings"])

    def test_while_nobody_connects(self):
        broker = self.crowd(lambda connection, number: connection.expect_closed())
        process = self.start_bench("conn", "-p", broker.port, "-c", 2, *self.outputs())
        broker.wait_connections(2)
        self.assertEqual(0, self.expect_end(process, signal.SIGTERM, TERMINATED)["account"]["connected"])

    def test_while_draining(self):
        draining = threading.Event()

        def dialogue(connection, number):
            connection.accept()
            for _ in range(10):
                connection.expect("PUBLISH")
            draining.set()
            connection.expect_closed()
        broker = self.crowd(dialogue)
        process = self.start_bench("pub", "-p", broker.port, "-c", 1, "-q", 1, "--count", 10, "--drain-timeout", "1h", *self.outputs())
        self.assertTrue(draining.wait(harness.DEADLINE))
        report = self.expect_end(process, signal.SIGINT, INTERRUPTED)
        self.assertEqual((10, 10), (report["account"]["sent_qos1"], report["account"]["unconfirmed"]))

    def test_while_waiting_for_the_start(self):
        process = self.start_bench("pub", "-c", 2, "--start-at", "+1h", *self.outputs())
        self.wait_rows(process, 3)
        report = self.expect_end(process, signal.SIGINT, INTERRUPTED)
        self.assertEqual(2, report["account"]["connected"])

    def test_a_run_without_an_end(self):
        """The signal is how it ends: the code is that of what it found."""
        for objective, code in (("errors=0", OK), ("rate>1M/s", VERIFICATION)):
            with self.subTest(objective=objective):
                self.csv.unlink(missing_ok=True)
                process = self.start_bench("pubsub", "-c", 2, "-q", 1, "--rate", 50, "--duration", 0, "--slo", objective, *self.outputs())
                self.wait_rows(process, 4)
                report = self.expect_end(process, signal.SIGINT, code)
                self.assertEqual(0, report["run"]["interrupted"])
                self.expect_account(report)

    def test_while_searching(self):
        """Steps that were finished stand in the report, and the best of them is what it tells of."""
        process = self.start_bench("pub", "-c", 2, "-q", 1, "--find-max", "--find-from", 20, "--find-to", 1000, "--step-duration", "400ms",
                                   "--slo", "p99<2s", *self.outputs())
        process.err.wait_text("40/s: met")
        report = self.expect_end(process, signal.SIGINT, INTERRUPTED)
        self.assertEqual([20, 40], [point["rate"] for point in report["curve"]][:2])
        self.assertGreaterEqual(report["run"]["asked_rate"], 40)

    def test_while_warming_up(self):
        process = self.start_bench("pubsub", "-c", 2, "-q", 1, "--rate", 50, "--warmup", "1h", "--duration", "1h", *self.outputs())
        self.wait_rows(process, 4)
        report = self.expect_end(process, signal.SIGINT, INTERRUPTED)
        self.assertEqual((0, 0), (report["totals"]["sent"], report["run"]["measured_seconds"]))
        self.assertGreater(report["account"]["distinct_qos1"], 0)

    def test_a_second_signal_ends_at_once(self):
        """Though the drain would take longer."""
        def dialogue(connection, number):
            connection.accept()
            connection.expect_closed()
        broker = self.crowd(dialogue)
        process = self.start_bench("pub", "-p", broker.port, "-c", 1, "-q", 1, "--workers", 1, "--count", 10, *self.outputs())
        self.wait_rows(process, 3)
        brood = children(process.pid)
        process.signal(signal.SIGSTOP)  # both signals are there when it looks
        process.signal(signal.SIGINT)
        process.signal(signal.SIGTERM)
        process.signal(signal.SIGCONT)
        self.assertIn(process.wait(5), (INTERRUPTED, TERMINATED))
        harness.wait_until(lambda: not [pid for pid in brood if alive(pid)], "its processes are gone", 5)

    def test_a_worker_that_dies(self):
        process = self.start_bench("pub", "-c", 4, "-q", 1, "--rate", 50, "--duration", "3s", "--workers", 2, *self.outputs())
        self.wait_rows(process, 3)
        broker, *workers = children(process.pid)
        os.kill(workers[0], signal.SIGKILL)
        self.assertEqual(OK, process.wait(), process.err.text())
        report = json.loads(self.json.read_text())
        self.assertRegex("\n".join(report["errors"]), "worker 0: was ended by signal 9")

    def test_the_embedded_broker_dies(self):
        process = self.start_bench("pub", "-c", 2, "-q", 1, "--rate", 50, "--duration", "2s", *self.outputs())
        self.wait_rows(process, 3)
        os.kill(children(process.pid)[0], signal.SIGKILL)
        self.assertNotEqual(OK, process.wait(), process.out.text())
        self.assertRegex(process.err.text(), "the embedded broker was ended by signal 9")


if __name__ == "__main__":
    harness.main()
