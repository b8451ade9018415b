"""mqrig sub --embedded: a broker inside the subscriber."""

import pathlib
import signal
import socket

import harness
import raw_client
from broker_case import CONNECT, OK, USAGE, BrokerCase


def listening_ports(pid):
    """TCP ports on which this process listens."""
    inodes = set()
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        target = str(link.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    ports = []
    for table in ("tcp", "tcp6"):
        path = pathlib.Path(f"/proc/{pid}/net/{table}")
        for line in path.read_text().splitlines()[1:] if path.exists() else []:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                ports.append(int(fields[1].rpartition(":")[2], 16))
    return ports


class Embedded(BrokerCase):
    def start_embedded(self, *args, **options):
        process = self.start("sub", "--embedded", "-d", *args, **options)
        process.err.wait_text("SUBACK")
        return process

    def test_what_others_publish_to_its_port_is_printed(self):
        port = harness.free_port()
        sub = self.start_embedded("-p", port, "-v", "-t", "a/#", "-C", 2, "-q", 2)
        sub.err.wait_text(rf"mqrig sub: listening on mqtt://127\.0\.0\.1:{port}\n")
        self.expect_ok(self.pub(port, "-t", "a/1", "-m", "one"))
        self.expect_ok(self.pub(port, "-t", "a/2", "-m", "two", "-q", 1))
        self.assertEqual(OK, sub.wait(), sub.err.text())
        self.assertEqual(["a/1 one", "a/2 two"], sub.out.lines())

    def test_addresses_are_given_as_to_a_subscriber(self):
        port, path = harness.free_port(), self.dir / "s"
        for where in (("--unix", path), ("-h", f"127.0.0.1:{port}"), (f"mqtt://127.0.0.1:{port}/a",)):
            sub = self.start_embedded(*where, "-t", "a", "-C", 1)
            self.expect_ok(self.run_mqrig("pub", *[str(w).removesuffix("/a") for w in where], "-t", "a", "-m", "b"))
            self.assertEqual(OK, sub.wait(), sub.err.text())
            self.assertEqual(b"b\n", sub.out.bytes())

    def test_without_an_address_there_is_no_port(self):
        # What the environment and the configuration file name is another broker.
        config = self.write("config.toml", "port = 1\nhost = 'broker.example'\n")
        sub = self.start_embedded("-t", "a", "--config", config, env={"MQRIG_PORT": "2"})
        self.assertEqual([], listening_ports(sub.pid))
        self.assertNotIn("listening", sub.err.text())
        sub.signal(signal.SIGTERM)
        self.assertEqual(OK, sub.wait())

    def test_it_is_a_whole_broker(self):
        result = self.run_mqrig("sub", "--embedded", "-t", "$SYS/broker/version", "-C", 1, "-W", 20)
        self.expect_ok(result)
        self.assertIn(b"mqrig", result.out)
        self.expect_code(self.run_mqrig("sub", "--embedded", "-t", "a", "-W", 0.1), 7)
        self.expect_ok(self.run_mqrig("sub", "--embedded", "-t", "a", "-E", "-V", 311))

    def test_other_clients_are_told_when_it_ends(self):
        port = harness.free_port()
        sub = self.start_embedded("-p", port, "-t", "a", "-C", 1)
        client = raw_client.RawClient(port)
        self.addCleanup(client.close)
        client.connect()
        client.send_publish("a", b"x")
        self.assertEqual(OK, sub.wait())
        self.assertEqual(0x8B, client.expect("DISCONNECT").reason)
        client.expect_closed()

    def test_addresses_beyond_this_machine_are_refused(self):
        for where in (("-h", "0.0.0.0"), ("-h", "127.0.0.1", "-h", "192.0.2.1"), ("mqtt://0.0.0.0/a",)):
            self.expect_failure(self.run_mqrig("sub", "--embedded", *where, "-t", "a"), USAGE,
                                "--embedded listens on this machine only", "mqrig broker")

    def test_an_address_in_use_is_3(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.expect_failure(self.run_mqrig("sub", "--embedded", "-p", port, "-t", "a"), CONNECT,
                                f"could not listen on 127.0.0.1:{port}: Address already in use")


if __name__ == "__main__":
    harness.main()
