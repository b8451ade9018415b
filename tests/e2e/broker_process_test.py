"""mqrig broker as a process: signals, its pid file, who is told that it is ready, metrics, workers."""

import os
import pathlib
import re
import resource
import signal
import socket
import time
import unittest
import urllib.error
import urllib.request

import harness
import raw_client
from broker_case import CONNECT, FAILED, OK, USAGE, BrokerCase

SHUTTING_DOWN = 0x8B


class Manager:
    """The service manager: receives what NOTIFY_SOCKET is told."""

    def __init__(self, case):
        self.path = case.dir / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(os.fspath(self.path))
        self.socket.settimeout(harness.DEADLINE)
        case.addCleanup(self.socket.close)
        self.env = {"NOTIFY_SOCKET": str(self.path)}

    def told(self):
        return self.socket.recv(4096).decode().splitlines()


class Signals(BrokerCase):
    def test_a_first_signal_is_a_graceful_stop_with_exit_code_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            broker = self.serve("-p", 0)
            new, old = self.client(broker.port), raw_client.RawClient(broker.port, 4)
            self.addCleanup(old.close)
            old.connect("old")
            self.end(broker, number)
            self.assertEqual(SHUTTING_DOWN, new.expect("DISCONNECT").reason)
            new.expect_closed()
            old.expect_closed()

    def test_a_second_signal_ends_it_at_once(self):
        manager = Manager(self)
        broker = self.serve("-p", 0, env=manager.env)
        self.assertEqual(["READY=1"], manager.told())
        # A client that takes nothing holds the stop up.
        publisher = self.client(broker.port)
        stuck = self.client(broker.port)
        stuck.subscribe("big")
        for _ in range(40):
            publisher.publish("big", bytes(1 << 20), 1)
        broker.signal(signal.SIGTERM)
        self.assertEqual(["STOPPING=1"], manager.told())
        self.end(broker, signal.SIGTERM, 128 + signal.SIGTERM)

    def test_sigusr1_is_a_line_of_status(self):
        broker = self.serve("-p", 0)
        client = self.client(broker.port)
        client.subscribe("a", "b")
        client.publish("a", b"1")
        broker.signal(signal.SIGUSR1)
        broker.err.wait_text(r"mqrig broker: 1 client of 1 session, 2 subscriptions, \d+ retained, 0 queued; "
                             r"messages: 1 received, 1 sent, 0 dropped\n")

    def test_sighup_without_files_changes_nothing(self):
        broker = self.serve("-p", 0)
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("there is no file to read again")
        self.end(broker)


class PidFile(BrokerCase):
    def setUp(self):
        super().setUp()
        self.pid_file = self.dir / "pid"

    def test_it_holds_the_process_id_while_the_broker_runs(self):
        broker = self.serve("-p", 0, "--pid-file", self.pid_file)
        self.assertEqual(f"{broker.pid}\n", self.pid_file.read_text())
        self.end(broker)
        self.assertFalse(self.pid_file.exists())

    def test_a_second_broker_with_the_same_file_does_not_start(self):
        broker = self.serve("-p", 0, "--pid-file", self.pid_file)
        self.refuse("-p", 0, "--pid-file", self.pid_file, code=FAILED, texts=(f"process {broker.pid} holds it",))
        self.assertEqual(f"{broker.pid}\n", self.pid_file.read_text())

    def test_a_file_that_was_left_behind_is_taken_over(self):
        broker = self.serve("-p", 0, "--pid-file", self.pid_file)
        broker.stop()
        self.assertTrue(self.pid_file.exists())
        # Its number may be that of another process by now.
        self.pid_file.write_text(f"{os.getpid()} and much more\n")
        broker = self.serve("-p", 0, "--pid-file", self.pid_file)
        self.assertEqual(f"{broker.pid}\n", self.pid_file.read_text())

    def test_a_file_that_cannot_be_written_is_an_error(self):
        self.refuse("-p", 0, "--pid-file", self.dir / "none" / "pid", code=FAILED, texts=("No such file",))

    def test_a_broker_that_cannot_listen_leaves_no_file(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.refuse("-p", taken.getsockname()[1], "--pid-file", self.pid_file, code=CONNECT)
        self.assertFalse(self.pid_file.exists())


class Ready(BrokerCase):
    def test_the_descriptor_gets_a_line_and_is_closed(self):
        for workers in (), ("--workers", 2):
            ours, theirs = os.pipe()
            broker = self.start("broker", "-p", 0, "--ready-fd", theirs, *workers, pass_fds=(theirs,))
            os.close(theirs)
            with open(ours, "rb") as ready:
                self.assertEqual(b"\n", ready.read())
            self.assertEqual(1, len(broker.out.wait_lines(1)))
            self.end(broker)

    def test_a_descriptor_that_is_not_open_is_wrong_usage(self):
        self.refuse("-p", 0, "--ready-fd", 77, code=USAGE, texts=("descriptor 77 is not open",))

    def test_the_service_manager_is_told_of_start_reload_and_stop(self):
        for workers in (), ("--workers", 2):
            manager = Manager(self)
            broker = self.serve("-p", 0, *workers, env=manager.env)
            self.assertEqual(["READY=1"], manager.told())
            broker.signal(signal.SIGHUP)
            reloading = manager.told()
            self.assertEqual("RELOADING=1", reloading[0])
            since_boot = int(reloading[1].removeprefix("MONOTONIC_USEC=")) / 1e6
            self.assertLess(abs(time.clock_gettime(time.CLOCK_MONOTONIC) - since_boot), 60)
            self.assertEqual(["READY=1"], manager.told())
            self.end(broker)
            self.assertEqual(["STOPPING=1"], manager.told())
            manager.path.unlink()

    def test_a_service_manager_that_is_gone_is_a_warning(self):
        broker = self.serve("-p", 0, env={"NOTIFY_SOCKET": str(self.dir / "nobody")})
        broker.err.wait_text("warning: .*service manager")
        self.end(broker)


class Metrics(BrokerCase):
    def serve_metrics(self):
        broker = self.serve("-p", 0, "--metrics", "127.0.0.1:0", "--sys-interval", 0)
        broker.err.wait_text(r"metrics at http://127\.0\.0\.1:\d+/metrics\n")
        broker.metrics = re.search(r"http://\S+", broker.err.text())[0]
        return broker

    def values(self, broker):
        with urllib.request.urlopen(broker.metrics, timeout=harness.DEADLINE) as response:
            self.assertEqual("text/plain; version=0.0.4; charset=utf-8", response.headers["Content-Type"])
            text = response.read().decode()
        lines = text.splitlines()
        values = {}
        described = set()
        for line in lines:
            if line.startswith("#"):
                kind, name = line.split(" ")[1:3]
                self.assertNotIn((kind, name), described)
                described.add((kind, name))
                continue
            sample, value = line.rsplit(" ", 1)
            name = sample.partition("{")[0]
            self.assertRegex(name, "^mqrig_broker_[a-z_]+[a-z]$")
            self.assertLessEqual({("HELP", name), ("TYPE", name)}, described)
            self.assertIn(f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}", lines)
            values[sample.removeprefix("mqrig_broker_")] = int(value)
        return values

    def test_prometheus_is_told_what_the_broker_counts(self):
        broker = self.serve_metrics()
        before = self.values(broker)
        client = self.client(broker.port, "meter")
        client.subscribe("a/#")
        client.publish("a/b", b"12345", 1)
        client.publish("r", b"kept", 1, retain=True)
        after = self.values(broker)
        for name, change in {
            "clients": 1, "sessions": 1, "subscriptions": 1, "connections_total": 1, "network_connections_total": 1,
            "messages_received_total": 2, "messages_sent_total": 1, "payload_received_bytes_total": 9,
            "payload_sent_bytes_total": 5, "retained_messages": 1, 'messages_dropped_total{reason="queue_full"}': 0,
            "packets_received_total": 4,
        }.items():
            self.assertEqual(change, after[name] - before[name], name)
        self.assertLess(abs(after["start_time_seconds"] - time.time()), 60)
        self.end(broker)

    def test_there_is_nothing_but_metrics(self):
        broker = self.serve_metrics()
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(broker.metrics + "/x", timeout=harness.DEADLINE)
        self.assertEqual(404, caught.exception.code)
        caught.exception.close()


class Workers(BrokerCase):
    def serve_workers(self, count, *args, **options):
        broker = self.serve("-p", 0, "--workers", count, *args, **options)
        children = pathlib.Path(f"/proc/{broker.pid}/task/{broker.pid}/children").read_text()
        broker.workers = [int(pid) for pid in children.split()]
        self.assertEqual(count, len(broker.workers))
        return broker

    def expect_gone(self, broker):
        for pid in broker.workers:
            self.assertFalse(pathlib.Path(f"/proc/{pid}").exists())

    def test_workers_share_a_port_and_end_together(self):
        broker = self.serve_workers(3)
        broker.err.wait_text("3 workers: clients of different ones do not see each other's messages")
        clients = [self.client(broker.port, f"c{n}") for n in range(60)]
        broker.signal(signal.SIGUSR1)
        for number in (1, 2, 3):
            broker.err.wait_text(rf"worker {number}: [1-9]\d* clients? of ")
        counts = [int(n) for n in re.findall(r"worker \d: (\d+) client", broker.err.text())]
        self.assertEqual(60, sum(counts))
        self.end(broker)
        for client in clients:
            self.assertEqual(SHUTTING_DOWN, client.expect("DISCONNECT").reason)
        self.expect_gone(broker)

    def test_a_terminal_that_interrupts_all_of_them_is_one_signal(self):
        broker = self.serve_workers(2, start_new_session=True)
        client = self.client(broker.port)
        os.killpg(broker.pid, signal.SIGINT)
        self.assertEqual(OK, broker.wait())
        self.assertEqual(SHUTTING_DOWN, client.expect("DISCONNECT").reason)
        self.expect_gone(broker)

    def test_a_worker_that_fails_ends_them_all(self):
        broker = self.serve_workers(3)
        os.kill(broker.workers[1], signal.SIGKILL)
        self.assertEqual(FAILED, broker.wait())
        self.assertIn("error: worker 2 was ended by signal 9: the others are stopped", broker.err.text())
        self.expect_gone(broker)

    def test_workers_do_not_outlive_their_parent(self):
        broker = self.serve_workers(2)
        broker.stop()
        harness.wait_until(lambda: not any(self.alive(pid) for pid in broker.workers), "the workers have ended")

    @staticmethod
    def alive(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def test_a_second_signal_ends_workers_at_once(self):
        manager = Manager(self)
        broker = self.serve_workers(2, env=manager.env)
        self.assertEqual(["READY=1"], manager.told())
        os.kill(broker.workers[0], signal.SIGSTOP)  # holds the stop up
        broker.signal(signal.SIGINT)
        self.assertEqual(["STOPPING=1"], manager.told())
        self.end(broker, signal.SIGINT, 128 + signal.SIGINT)
        self.expect_gone(broker)

    def test_a_port_that_others_listen_on_is_not_shared_with_them(self):
        broker = self.serve_workers(2)
        for workers in (1, 2):
            self.refuse("-p", broker.port, "--workers", workers, code=CONNECT, texts=("Address already in use",))

    @unittest.skipIf(harness.SANITIZED, "UBSan looks at pointers through a pipe, which takes descriptors")
    def test_a_worker_without_descriptors_refuses_at_once_and_the_other_one_serves(self):
        broker = self.serve_workers(2)
        full, room = broker.workers[0], 5
        most = len(os.listdir(f"/proc/{full}/fd")) + room
        resource.prlimit(full, resource.RLIMIT_NOFILE, (most, most))
        clients, refused = [], 0
        for number in range(60):
            try:
                clients.append(self.client(broker.port, f"c{number}"))
            except (raw_client.Closed, OSError):
                refused += 1
        self.assertGreater(refused, 0)
        self.assertGreaterEqual(len(os.listdir(f"/proc/{full}/fd")), most)  # one may have a higher number
        for client in clients:
            client.ping()
        broker.err.wait_text("warning: worker 1: connections are refused: no more descriptors")
        self.assertNotIn("worker 2:", broker.err.text())

    def test_what_belongs_to_one_process_does_not_go_with_workers(self):
        for args, text in {
            ("--state", self.dir / "state"): "--state",
            ("--metrics", "127.0.0.1:0"): "--metrics",
            ("--listen", f"unix://{self.dir}/s"): "a Unix socket belongs to one process",
        }.items():
            self.refuse("-p", 0, "--workers", 2, *args, code=USAGE, texts=("--workers does not go with", text))
        self.refuse("--workers", 0, code=USAGE)


if __name__ == "__main__":
    harness.main()
