"""What mqrig bench does to a broker, as the broker and other clients of it see that."""

import collections
import os
import re
import resource
import time
import unittest

import bench_crowd
import harness
import mqtt
from bench_crowd import NOT_AUTHORISED, OK, REFUSED, USAGE, VERIFICATION


class Connections(bench_crowd.BenchCase):
    def test_versions(self):
        for version, level in (("31", 3), ("3.1.1", 4), ("5", 5), (None, 5)):
            broker = self.crowd()
            report = self.report("pub", "-p", broker.port, "-c", 2, "--count", 2, *(("-V", version) if version else ()))
            self.assertEqual([level] * 2, [found.level for found in broker.seen("CONNECT")])
            self.assertEqual({}, report["errors"])

    def test_a_peer_that_knows_only_3_1_1(self):
        """Asked once in 5.0: what was found out holds for all."""
        for reason in (1, None):  # 3.1.1 has a code for it; some close without a word
            def dialogue(connection, number, reason=reason):
                found = connection.expect("CONNECT")
                if found.level == 5:
                    if reason:
                        connection.send(mqtt.packet("CONNACK", bytes([0, reason])))
                    return
                connection.send(mqtt.connack(found.level))
                bench_crowd.answer(connection)
            broker = self.crowd(dialogue)
            report = self.report("pub", "-p", broker.port, "-c", 4, "-q", 1, "--count", 40, "--threads", 1)
            self.assertEqual(4, report["account"]["connected"])
            self.assertEqual(40, report["account"]["acknowledged_qos1"])

    def test_credentials(self):
        broker = self.broker(users={"u-0": "secret", "u-1": "secret"}, anonymous=False)
        report = self.report("pub", "-p", broker.port, "-c", 2, "--count", 10, "-q", 1, "-u", "u-{client}", "-P", "secret")
        self.assertEqual(2, report["account"]["connected"])
        self.assertNotIn("secret", (self.dir / "report.json").read_text())
        self.report("pub", "-p", broker.port, "-c", 2, "--count", 10, "-u", "u-{client}", "-P", "wrong", code=NOT_AUTHORISED)
        report = self.report("pub", "-p", broker.port, "-c", 3, "--count", 30, "-q", 1, "-u", "u-{client}", "-P", "secret")
        self.assertIn("1 of 3 clients did not take part to the end", report["warnings"])

    def test_user_names_of_a_scenario_file(self):
        broker = self.crowd()
        path = self.dir / "scenario.toml"
        path.write_bytes(self.bench("conn", "-c", 2, "--duration", "300ms", "--print-scenario").out)
        self.report("run", path, "-p", broker.port, "-u", "u-{client}", "-P", "x", "-V", "311", "-k", 7, "-i", "{group}/{client}")
        self.assertEqual({("u-0", "clients/0", 4, 7), ("u-1", "clients/1", 4, 7)},
                         {(one.username, one.client_id, one.level, one.keep_alive) for one in broker.seen("CONNECT")})

    def test_what_goes_into_connect(self):
        broker = self.crowd()
        self.report("conn", "-p", broker.port, "-c", 2, "--duration", "300ms", "-I", "pre-", "--receive-maximum", 7, "--topic-alias-maximum", 5,
                    "--maximum-packet-size", "1k", "--connect-user-property", "a=b", "-D", "connect", "request-response-information", 1,
                    "--session-expiry-interval", 99)
        for found in broker.seen("CONNECT"):
            self.assertRegex(found.client_id, "^pre-clients-[01]$")
            self.assertEqual({"receive-maximum": 7, "topic-alias-maximum": 5, "maximum-packet-size": 1024, "user-property": [("a", "b")],
                              "request-response-information": 1, "session-expiry-interval": 99}, found.props)

    def test_connects_that_are_spread(self):
        for option in (("--ramp", "1s"), ("--connect-rate", "10/s")):
            times, broker = [], None

            def dialogue(connection, number, times=times):
                connection.accept()
                times.append(time.monotonic())
                bench_crowd.answer(connection)
            broker = self.crowd(dialogue)
            self.report("conn", "-p", broker.port, "-c", 10, *option, "--duration", "1500ms", "--threads", 1)
            self.assertEqual(10, len(times))
            self.assertAlmostEqual(0.9, times[-1] - times[0], delta=0.4)

    def test_a_unix_socket(self):
        broker = self.broker()
        for address in (("--unix", broker.unix), (f"unix://{broker.unix}",)):
            report = self.report("pubsub", *address, "-c", 2, "-q", 1, "--count", 20)
            self.assertEqual((4, 20), (report["account"]["connected"], report["account"]["distinct_qos1"]))

    def test_several_brokers(self):
        """Clients are dealt out to them; one that is not there keeps only its own from taking part."""
        one, other, none = self.crowd(), self.crowd(), harness.free_port()
        hosts = [part for port in (one.port, other.port, none) for part in ("-h", f"127.0.0.1:{port}")]
        report = self.report("conn", *hosts, "-c", 6, "--connect-timeout", "1s", "--duration", "300ms")
        self.assertEqual((2, 2), (len(one.connections), len(other.connections)))
        self.assertEqual(["connect: Connection refused"], list(report["errors"]))
        self.assertIn("2 of 6 clients did not take part to the end", report["warnings"])

    def test_source_addresses(self):
        broker = self.crowd()
        self.report("conn", "-p", broker.port, "-c", 12, "--bind", "127.0.0.2-127.0.0.4,127.0.0.9", "--duration", "500ms")
        self.assertEqual({f"127.0.0.{i}": 3 for i in (2, 3, 4, 9)}, collections.Counter(address for address, _ in broker.addresses))

    def test_an_address_of_somebody_else(self):
        self.expect_failure(self.bench("conn", "-p", self.crowd().port, "--bind", "192.0.2.1"), USAGE, "--bind: .*192.0.2.1")

    def test_lifetimes(self):
        broker = self.crowd()
        report = self.report("conn", "-p", broker.port, "-c", 3, "--lifetime", "200ms", "--duration", "2s")
        account = report["account"]
        self.assertGreater(account["connected"], 10)
        self.assertEqual((account["connected"], {}), (account["connections_left"], report["errors"]))
        self.assertEqual(account["connected"], report["latency"]["connect"]["count"])
        self.assertEqual(account["connected"], len(broker.seen("DISCONNECT")))

    def test_storms(self):
        broker = self.crowd()
        report = self.report("conn", "-p", broker.port, "-c", 5, "--storm", "--storm-interval", "300ms", "--duration", "2s")
        account = report["account"]
        self.assertGreaterEqual(account["connected"], 15)
        self.assertEqual((account["connected"], {}), (account["connections_left"], report["errors"]))
        self.assertEqual(account["connected"], report["latency"]["connect"]["count"])
        self.assertEqual(5, len(broker.seen("DISCONNECT")))  # storms are unclean, the end is not

    def test_wills(self):
        broker = self.broker()
        observer = self.observer(broker, "gone/#")
        will = ("--will-topic", "gone/away", "--will-payload", "bye", "--will-qos", 1)
        self.report("conn", "-p", broker.port, "-c", 3, "--duration", "500ms", *will)
        self.report("conn", "-p", broker.port, "-c", 2, "--duration", "500ms", *will, "--leave", "unclean")
        self.assertEqual([(b"bye", 1)] * 2, [(one.payload, one.qos) for one in observer.wait(2)])
        self.expect_ok(self.pub(broker.port, "-t", "gone/last", "-m", "x"))
        self.assertEqual("gone/last", observer.wait(3)[2].topic)

    def test_sessions_that_persist(self):
        broker = self.broker()
        report = self.report("pubsub", "-p", broker.port, "-c", 2, "-q", 1, "--rate", 20, "--lifetime", "400ms", "--duration", "2s",
                             "--disable-clean-session", "-i", "me-{group}-{client}", "--session-expiry-interval", 60)
        account = report["account"]
        self.assertGreater(account["resumed"], 4)
        self.assertEqual(account["connected"] - 4, account["resumed"])
        self.assertEqual((0, []), (report["totals"]["lost"], report["violations"]))
        again = self.report("conn", "-p", broker.port, "-c", 2, "--duration", "300ms", "--disable-clean-session", "-i", "me-subscribers-{client}")
        self.assertEqual(2, again["account"]["resumed"])

    def test_keep_alive(self):
        broker = self.crowd()
        report = self.report("conn", "-p", broker.port, "-c", 2, "-k", 1, "--duration", "3s")
        self.assertGreaterEqual(report["account"]["pings"], 2)
        self.assertEqual({1}, {found.keep_alive for found in broker.seen("CONNECT")})

    def test_every_packet(self):
        result = self.bench("pub", "-p", self.crowd().port, "-c", 1, "-q", 1, "--count", 2, "-i", "me{client}", "-u", "joe", "-P", "hidden", "-d")
        self.expect_ok(result)
        for text in ("me0: sent CONNECT", "me0: received CONNACK", "me0: sent PUBLISH", "me0: received PUBACK", "me0: sent DISCONNECT"):
            self.assertIn("mqrig bench: debug: " + text, result.err)
        self.assertEqual(2, result.err.count("sent PUBLISH"))
        self.assertNotIn("hidden", result.err)


class Places(bench_crowd.BenchCase):
    """Where the clients are: descriptors, processes, addresses."""

    def limited(self, descriptors):
        return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))}

    def test_more_clients_than_descriptors(self):
        broker = self.broker()
        report = self.report("pubsub", "-p", broker.port, "-c", 25, "-q", 1, "--count", 250, **self.limited(80))
        self.assertRegex(self.last.err, r"50 clients are spread over \d+ worker processes: a process may have 80 descriptors")
        self.assertGreaterEqual(report["run"]["processes"], 4)
        self.assertEqual((50, 250, {}), (report["account"]["connected"], report["account"]["distinct_qos1"], report["errors"]))

    def test_far_too_few(self):
        report = self.report("conn", "-p", self.crowd().port, "-c", 6, "--duration", "300ms", **self.limited(64))
        self.assertEqual(6, report["account"]["connected"])

    def test_what_cannot_be_is_said_before(self):
        broker = self.crowd()
        for args, texts in (
                (("pub", "-p", broker.port, "-c", 100, "--threads", 2), ("100 clients need .* processes", "leave --threads away")),
                (("pub", "-p", broker.port, "-c", 100, "--workers", 2), ("100 clients need .* worker processes, not 2",)),
                (("pubsub", "-c", 100), ("the embedded broker can take 16 clients",))):
            result = self.bench(*args, **self.limited(80))
            self.expect_failure(result, USAGE, *texts)
        result = self.bench("conn", "-h", "192.0.2.1", "-c", "200000")
        self.expect_failure(result, USAGE, "200000 clients need|200,000 clients need", "source addresses", "--bind")
        self.assertEqual([], broker.connections)

    @unittest.skipIf(harness.SANITIZED, "UBSan looks at pointers through a pipe, which takes descriptors")
    def test_descriptors_that_run_out(self):
        broker = self.crowd()
        process = self.start_bench("conn", "-p", broker.port, "-c", 4, "--lifetime", "1s", "--duration", "3s", "--json", self.dir / "report.json",
                                   "--threads", 1)
        broker.wait_connections(4)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (5, 5))
        self.assertEqual(OK, process.wait(), process.err.text())
        self.assertRegex(process.out.text(), r"\d+  connect: Too many open files")

    def with_few_ports(self, ports, *args):
        """In a network of its own, with a broker on port 1883 and so many ports for its clients."""
        script = self.dir / "script"
        script.write_text(f'''
            ip link set lo up && echo "40000 {39999 + ports}" > /proc/sys/net/ipv4/ip_local_port_range || exit 77
            program=$1
            shift
            rm -f urls
            "$program" broker -p 1883 > urls &
            until [ -s urls ]; do sleep 0.02; done
            "$program" bench "$@"
            code=$?
            kill $!
            wait
            exit $code
            ''')
        command = ["unshare", "-Urnpf", "--mount-proc", "--kill-child", "sh", script, os.path.abspath(harness.BINARY), *args]
        process = harness.Process(command, env=self.environment(), cwd=self.dir)
        self.addCleanup(process.stop)
        code = process.wait()
        if code == 77 or "unshare failed" in process.err.text() or "Operation not permitted" in process.err.text():
            self.skipTest("no network of its own may be made here")
        return harness.Result(process, code)

    def test_more_clients_than_ports(self):
        result = self.with_few_ports(10, "conn", "-h", "127.0.0.1", "-c", "12", "--bind", "127.0.0.1")
        self.expect_code(result, USAGE)
        self.assertIn("12 clients need 2 source addresses, not 1: each has 10 ports to one broker", result.err)
        self.assertIn("give --bind 127.0.0.2-127.0.0.3", result.err)
        result = self.with_few_ports(20, "conn", "-h", "127.0.0.1", "-c", "30", "--duration", "300ms")
        self.expect_ok(result)
        self.assertIn("clients connect from 127.0.0.2-127.0.0.4: one source address has 20 ports", result.err)
        self.assertRegex(result.out.decode(), r"Connects +30 of 30 attempts")

    def test_ports_that_run_out(self):
        """Connections that were closed keep theirs for a while."""
        result = self.with_few_ports(10, "conn", "-h", "127.0.0.1", "-c", "8", "--bind", "127.0.0.1", "--lifetime", "200ms", "--duration", "1s")
        self.expect_ok(result)
        self.assertRegex(result.out.decode(), r"\d+  connect: Cannot assign requested address")
        self.assertRegex(result.out.decode(), r"Failed attempts +[1-9]")

    def test_threads_and_workers(self):
        for option, field in (("--threads", "threads"), ("--workers", "processes")):
            report = self.report("pub", "-c", 6, "-q", 1, "--count", 60, option, 3)
            self.assertEqual((3, 60), (report["run"][field], report["account"]["acknowledged_qos1"]))


class Scenarios(bench_crowd.BenchCase):
    def test_a_file_with_groups_and_phases_of_all_kinds(self):
        path = self.dir / "scenario.toml"
        path.write_text("""
            name = "day"
            slo = ["loss=0", "errors=0"]
            [[group]]
            name = "sensors"
            clients = 4
            [group.publish]
            topic = "s/{client}"
            rate = "100/s"
            qos = 1
            [[group]]
            name = "actors"
            clients = 2
            [group.publish]
            topic = "a/{client}"
            rate = "20/s"
            qos = 2
            [[group]]
            name = "watchers"
            clients = 3
            [[group.subscribe]]
            filter = "s/#"
            qos = 1
            [[group.subscribe]]
            filter = "a/#"
            qos = 2
            [[phase]]
            name = "up"
            kind = "ramp"
            duration = "1s"
            from = 0
            to = 1
            measured = false
            [[phase]]
            name = "steady"
            kind = "hold"
            duration = "1s"
            [[phase]]
            name = "peak"
            kind = "spike"
            duration = "500ms"
            level = 3
            [[phase]]
            name = "quiet"
            kind = "drain"
            duration = "500ms"
            """)
        report = self.report("run", path)
        account = report["account"]
        # 0.5 s, 1 s and 3 * 0.5 s of each rate
        self.assertEqual((300, 60), (account["sent_qos1"], account["sent_qos2"]))
        self.assertEqual((900, 180), (account["distinct_qos1"], account["distinct_qos2"]))
        self.assertEqual((9, "day", [True, True]),
                         (account["connected"], report["run"]["scenario"], [one["met"] for one in report["objectives"]]))
        self.assertAlmostEqual(2, report["run"]["measured_seconds"], delta=0.2)

    def test_requests(self):
        report = self.report("rr", "-c", 3, "--subscribers", 2, "--count", 30, "-q", 1)
        account = report["account"]
        self.assertEqual((30, 30, 30, 0), tuple(account[name] for name in ("requests", "responses", "responded", "request_timeouts")))
        self.assertEqual(30, report["latency"]["round_trip"]["count"])

    def test_shared_groups(self):
        report = self.report("shared", "-c", 4, "--groups", 2, "--subscribers", 3, "--count", 80, "-q", 1)
        self.assertEqual((160, 0), (report["account"]["distinct_qos1"], report["totals"]["lost"]))

    def test_the_highest_rate(self):
        report = self.report("pubsub", "-c", 2, "-q", 1, "--find-max", "--find-from", 50, "--find-to", 400, "--step-duration", "500ms",
                             "--slo", "p99<2s,loss=0")
        rates = [point["rate"] for point in report["curve"]]
        self.assertEqual(50, rates[0])
        self.assertGreater(len(rates), 2)
        self.assertLessEqual(max(rates), 400)
        best = max(point["rate"] for point in report["curve"] if point["met"])
        self.assertEqual(best, report["run"]["asked_rate"])
        self.assertRegex(self.last.out.decode(), r"Highest rate +\d+/s met the objectives")
        self.assertEqual(len(rates), len(re.findall(r"mqrig bench: \d+(?:\.\d+)?/s: (?:met|missed)", self.last.err)), self.last.err)

    def test_no_rate_that_meets_the_objectives(self):
        report = self.report("pub", "-c", 1, "-q", 1, "--find-max", "--find-from", 20, "--find-to", 40, "--step-duration", "500ms",
                             "--slo", "p99<1ns", code=VERIFICATION)
        self.assertEqual({False}, {point["met"] for point in report["curve"]})
        self.assertIn("no rate met the objectives", self.last.out.decode())

    def test_a_message_starts_it(self):
        broker = self.broker()
        process = self.start_bench("pub", "-p", broker.port, "-c", 2, "-q", 1, "--count", 20, "--start-on", "bench/go")
        process.err.wait_text("waiting for a message on 'bench/go' to start")
        observer = self.observer(broker, "bench/#")
        self.expect_ok(self.pub(broker.port, "-t", "bench/go", "-n"))
        self.expect_ok(self.pub(broker.port, "-t", "bench/go", "-m", "go"))
        self.assertEqual(OK, process.wait(), process.err.text())
        self.assertEqual(["bench/go"] * 2, [one.topic for one in observer.wait(22)[:2]])

    def test_a_retained_message_starts_it(self):
        broker = self.broker()
        self.expect_ok(self.pub(broker.port, "-r", "-t", "go", "-m", "go"))
        self.expect_ok(self.bench("pub", "-p", broker.port, "-c", 1, "--count", 5, "--start-on", "go"))

    def test_a_start_that_is_refused(self):
        broker = self.broker(acl="topic readwrite bench/#\n")
        result = self.bench("pub", "-p", broker.port, "-c", 1, "--count", 5, "--start-on", "secret/go")
        self.expect_failure(result, REFUSED, "could not await the start: subscription to 'secret/go' refused: Not authorized")


if __name__ == "__main__":
    harness.main()
