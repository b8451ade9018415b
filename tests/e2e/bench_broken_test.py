"""mqrig bench against brokers that refuse, stall, lie and die: every fault is counted by kind and reason, and none is silent."""

import socket
import threading
import time

import bench_crowd
import harness
import mqtt
from bench_crowd import CONNECT, NOT_AUTHORISED, OK, REFUSED, VERIFICATION


class NoConnection(bench_crowd.BenchCase):
    """Nobody gets through: the exit code says why, and soon."""

    def expect_none(self, port, *args, code=CONNECT, error, within=15):
        begin = time.monotonic()
        report = self.report("pub", "-p", port, "-c", 4, "--count", 100, *args, code=code)
        self.assertLess(time.monotonic() - begin, within)
        self.assertEqual(0, report["account"]["connected"])
        self.assertGreater(report["account"]["connect_failed"], 0, report["account"])
        self.assertRegex("\n".join(report["errors"]), error)
        self.assertEqual(report["account"]["errors"], sum(report["errors"].values()))
        self.assertIn("4 of 4 clients did not take part to the end", report["warnings"])
        self.assertIn("FAILED", self.last.out.decode())
        self.assertRegex(self.last.out.decode(), error)
        return report

    def test_a_port_where_nobody_listens(self):
        self.expect_none(harness.free_port(), error="connect: Connection refused")

    def test_a_refusal_that_stays(self):
        for reason, code, error in ((0x87, NOT_AUTHORISED, r"CONNACK: Not authorized \(0x87\)"),
                                    (0x86, NOT_AUTHORISED, r"CONNACK: Bad User Name or Password \(0x86\)"),
                                    (0x8A, NOT_AUTHORISED, r"CONNACK: Banned \(0x8A\)"),
                                    (0x85, CONNECT, r"CONNACK: Client Identifier not valid \(0x85\)"),
                                    (0x95, CONNECT, r"CONNACK: Packet too large \(0x95\)")):
            with self.subTest(reason=reason):
                broker = self.crowd(lambda connection, number, reason=reason: bench_crowd.serve(connection, number, reason))
                report = self.expect_none(broker.port, "-V", 5, code=code, error=error)
                self.assertEqual(4, len(broker.connections))  # the same CONNECT would be refused again
                self.assertEqual([4], list(report["errors"].values()))

    def test_a_refusal_before_version_5(self):
        broker = self.crowd(lambda connection, number: bench_crowd.serve(connection, number, 5))
        self.expect_none(broker.port, "-V", "311", code=NOT_AUTHORISED, error="CONNACK: .*ot authorized")

    def test_a_broker_that_closes_after_connect(self):
        broker = self.crowd(lambda connection, number: connection.expect("CONNECT"))
        self.expect_none(broker.port, error="connection lost: ")

    def test_a_broker_that_resets(self):
        def dialogue(connection, number):
            connection.expect("CONNECT")
            bench_crowd.reset(connection)
        self.expect_none(self.crowd(dialogue).port, "-V", 5, error="connection lost: Connection reset by peer")

    def test_a_broker_that_accepts_and_never_answers(self):
        broker = self.crowd(lambda connection, number: connection.expect_closed())
        self.expect_none(broker.port, "--connect-timeout", "500ms", error="timeout: ")

    def test_a_broker_that_never_accepts(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            fillers = []
            for _ in range(4):  # until the kernel answers no more
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
                fillers.append(filler)
            self.expect_none(listener.getsockname()[1], "--connect-timeout", "500ms", error="(connect|timeout): ")
            for filler in fillers:
                filler.close()

    def test_a_peer_that_does_not_speak_mqtt(self):
        def dialogue(connection, number):
            connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.expect_closed()
        self.expect_none(self.crowd(dialogue).port, error="protocol error: ")

    def test_a_name_that_is_none(self):
        result = self.bench("pub", "-h", "no-such-host.invalid", "--count", 10)
        self.expect_failure(result, CONNECT, "no-such-host.invalid")

    def test_a_socket_that_is_not_there(self):
        report = self.report("conn", "--unix", self.dir / "nobody", "-c", 3, "--duration", "1s", code=CONNECT)
        self.assertIn("connect: No such file or directory", report["errors"])


class SomeConnections(bench_crowd.BenchCase):
    def test_a_broker_that_is_busy_at_first(self):
        """Also when all of the first attempts are refused."""
        broker = self.crowd(lambda connection, number: bench_crowd.serve(connection, number, 0x89 if number < 6 else 0))
        report = self.report("pub", "-p", broker.port, "-V", 5, "-c", 4, "--count", 100, "-q", 1)
        self.assertEqual({"CONNACK: Server busy (0x89)": 6}, report["errors"])
        self.assertEqual((10, 4, 6), tuple(report["account"][name] for name in ("attempts", "connected", "connect_failed")))
        self.assertEqual(100, len(broker.seen("PUBLISH")))

    def test_a_busy_broker_does_not_hold_up_for_ever(self):
        broker = self.crowd(lambda connection, number: bench_crowd.serve(connection, number, 0x89))
        report = self.report("pub", "-p", broker.port, "-V", 5, "-c", 2, "--count", 10, "--connect-timeout", "1s", code=CONNECT)
        self.assertEqual(["CONNACK: Server busy (0x89)"], list(report["errors"]))

    def test_clients_that_are_refused_while_others_work(self):
        broker = self.crowd(lambda connection, number: bench_crowd.serve(connection, number, 0x87 if number in (1, 4, 7) else 0))
        report = self.report("pub", "-p", broker.port, "-V", 5, "-c", 10, "--rate", 20, "--duration", "1s")
        self.assertEqual({"CONNACK: Not authorized (0x87)": 3}, report["errors"])
        self.assertIn("3 of 10 clients did not take part to the end", report["warnings"])
        self.assertIn("3 of 10 clients did not take part", self.last.out.decode())

    def test_clients_that_get_no_answer_while_others_work(self):
        def dialogue(connection, number):
            found = connection.expect("CONNECT")
            if found.client_id in ("me-2", "me-3"):
                return connection.expect_closed()
            connection.send(mqtt.connack(found.level))
            bench_crowd.answer(connection)
        report = self.report("pub", "-p", self.crowd(dialogue).port, "-c", 6, "-i", "me-{client}", "--rate", 20, "--duration", "1s",
                             "--connect-timeout", "1s")
        self.assertIn("2 of 6 clients did not take part to the end", report["warnings"])

    def test_subscriptions_that_are_refused(self):
        def dialogue(connection, number):
            connection.accept()
            connection.grant([0x87])
            bench_crowd.answer(connection)
        report = self.report("sub", "-p", self.crowd(dialogue).port, "-c", 3, "--filter", "a", "--duration", "1s", code=REFUSED)
        self.assertEqual({"SUBACK: Not authorized (0x87)": 3}, report["errors"])
        self.assertIn("3 subscriptions were refused", report["warnings"])

    def test_publications_that_are_refused(self):
        def dialogue(connection, number):
            connection.accept()
            for found in connection.until_closed():
                if found.name == "PUBLISH":
                    connection.send(mqtt.ack("PUBACK", found.mid, 0x97))
        report = self.report("pub", "-p", self.crowd(dialogue).port, "-c", 2, "-q", 1, "--count", 20, code=REFUSED)
        self.assertEqual({"PUBACK or PUBREC: Quota exceeded (0x97)": 20}, report["errors"])
        self.assertEqual(20, report["account"]["publish_refused"])


class LostConnections(bench_crowd.BenchCase):
    """Connections that stood, and came to an end in the middle of the run."""

    def lose(self, how, *args, code=OK):
        """The first connection ends by `how` after its fifth message; the next one works."""
        def dialogue(connection, number):
            connection.accept()
            if number:
                return bench_crowd.answer(connection)
            for mid in range(5):
                connection.send(mqtt.ack("PUBACK", connection.expect("PUBLISH").mid))
            how(connection)
        broker = self.crowd(dialogue)
        report = self.report("pub", "-p", broker.port, "-V", 5, "-c", 1, "-q", 1, "--rate", 50, "--duration", "2s", *args, code=code)
        return report, broker

    def expect_return(self, how, error):
        report, broker = self.lose(how)
        self.assertEqual([error], list(report["errors"]), report["errors"])
        self.assertEqual((2, 1), (report["account"]["connected"], report["account"]["connections_lost"]))
        self.assertIn("1 connection was lost", report["warnings"])
        self.assertGreater(len(broker.connections[1].seen), 10)

    def test_closed(self):
        self.expect_return(lambda connection: connection.close(), "connection lost: the peer closed the connection")

    def test_reset(self):
        self.expect_return(bench_crowd.reset, "connection lost: Connection reset by peer")

    def test_disconnect_with_a_reason(self):
        self.expect_return(lambda connection: connection.send(mqtt.disconnect(mqtt.V5, 0x8B)), "DISCONNECT: Server shutting down (0x8B)")

    def test_garbage(self):
        def garbage(connection):
            connection.send(b"\x00\x00garbage")
            connection.expect_closed()
        report, _ = self.lose(garbage)
        self.assertRegex("\n".join(report["errors"]), "protocol error: ")

    def test_a_reason_that_stays_ends_the_client(self):
        report, broker = self.lose(lambda connection: connection.send(mqtt.disconnect(mqtt.V5, 0x8E)))
        self.assertEqual({"DISCONNECT: Session taken over (0x8E)": 1}, report["errors"])
        self.assertEqual(1, len(broker.connections))
        self.assertGreater(report["account"]["unsent"], 0)

    def test_without_reconnecting(self):
        report, broker = self.lose(lambda connection: connection.close(), "--no-reconnect")
        self.assertEqual(1, len(broker.connections))
        self.assertIn("1 connection was lost", report["warnings"])

    def test_no_acknowledgement(self):
        def silent(connection):
            connection.expect_closed()
        report, _ = self.lose(silent, "--ack-timeout", "500ms")
        self.assertRegex("\n".join(report["errors"]), "timeout: ")
        self.assertEqual(2, report["account"]["connected"])

    def test_the_time_until_it_comes_again(self):
        def dialogue(connection, number):
            connection.accept()
            if number >= 3:
                return bench_crowd.answer(connection)
            connection.expect("PUBLISH")
        times, lock = [], threading.Lock()

        def timed(connection, number):
            with lock:
                times.append(time.monotonic())
            dialogue(connection, number)
        broker = self.crowd(timed)
        self.report("pub", "-p", broker.port, "-c", 1, "-q", 0, "--rate", 100, "--duration", "4s", "--reconnect-delay", "600ms",
                    "--reconnect-max-delay", "600ms")
        self.assertEqual(4, len(times))
        for before, after in zip(times, times[1:]):
            self.assertGreaterEqual(after - before, 0.3)

    def test_a_broker_that_stops_reading(self):
        def dialogue(connection, number):
            connection.accept()
            connection.expect("PUBLISH")
            stop.wait(harness.DEADLINE)
        stop = threading.Event()
        broker = self.crowd(dialogue)
        self.addCleanup(stop.set)
        report = self.report("pub", "-p", broker.port, "-c", 1, "-s", "64k", "--rate", "500", "--duration", "1s", "--drain-timeout", "500ms")
        self.assertGreater(report["account"]["unsent"], 0)
        self.assertRegex("\n".join(report["warnings"]), "never left|rate was not reached")

    def test_a_broker_that_dies_and_returns(self):
        broker = self.mosquitto()
        path = self.dir / "report.json"
        process = self.start_bench("pubsub", "-p", broker.port, "-c", 4, "-q", 1, "--rate", 25, "--duration", "4s", "--drain-timeout", "1s", "--json", path,
                                   "--csv", self.dir / "series.csv")
        series = self.dir / "series.csv"
        harness.wait_until(lambda: series.exists() and len(series.read_text().splitlines()) > 2, "an interval has passed")
        broker.kill()
        broker.start()
        self.assertIn(process.wait(40), (OK, VERIFICATION), process.err.text())
        text = process.out.text()
        self.assertRegex(text, "connections? (was|were) lost")
        self.assertRegex(text, "connection lost: ")


if __name__ == "__main__":
    harness.main()
