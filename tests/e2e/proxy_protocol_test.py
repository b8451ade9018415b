"""mqrig broker behind a load balancer: headers of the PROXY protocol in raw bytes, alone and before TLS."""

import socket
import struct
import time

import harness
import mqtt
import raw_client
from tls_case import TlsCase

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def version_1(source, port=4711):
    return f"PROXY TCP4 {source} 192.0.2.9 {port} 1883\r\n".encode()


def version_2(source, port=4711, command=1, more=b""):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    target = "2001:db8::9" if ":" in source else "192.0.2.9"
    addresses = socket.inet_pton(family, source) + socket.inet_pton(family, target) + struct.pack("!HH", port, 1883) + more
    return SIGNATURE + bytes([0x20 | command, 0x21 if ":" in source else 0x11]) + struct.pack("!H", len(addresses)) + addresses


class ProxyProtocol(TlsCase):
    def serve_behind_proxy(self, *args, **options):
        return self.serve("-p", 0, "--proxy-protocol", "--allow-anonymous", "-v", *args, **options)

    def behind(self, header, then=None):
        """What a proxy puts before all else."""
        def layer(sock):
            sock.sendall(header)
            return then(sock) if then else sock
        return layer

    def test_the_log_names_the_client_and_not_the_proxy(self):
        broker = self.serve_behind_proxy()
        for header, peer in ((version_1("192.0.2.1"), r"192\.0\.2\.1:4711"), (version_2("192.0.2.2"), r"192\.0\.2\.2:4711"),
                             (version_2("2001:db8::1", more=b"\x04\x00\x01x"), r"\[2001:db8::1\]:4711")):
            with self.subTest(peer):
                self.assertEqual(0, self.client(broker.port, "behind", layer=self.behind(header)).connack.reason)
                broker.err.wait_text(rf"behind \({peer}\) is connected")

    def test_a_health_check_and_an_unknown_client_are_the_proxy_itself(self):
        broker = self.serve_behind_proxy()
        for header in (b"PROXY UNKNOWN\r\n", version_2("192.0.2.1", command=0)):
            self.client(broker.port, layer=self.behind(header))
        broker.err.wait_text(r"(?s)(\(127\.0\.0\.1:\d+\) is connected.*){2}")

    def test_a_header_may_come_byte_by_byte_and_with_connect_behind_it(self):
        broker = self.serve_behind_proxy()
        for header in (version_1("192.0.2.1"), version_2("192.0.2.2")):
            client = raw_client.RawClient(broker.port)
            self.addCleanup(client.close)
            for byte in header:
                client.sock.sendall(bytes([byte]))
            self.assertEqual(0, client.connect("slow").reason)
            client = raw_client.RawClient(broker.port)
            self.addCleanup(client.close)
            client.send(header, mqtt.connect("quick", mqtt.V5))
            self.assertEqual(0, client.expect("CONNACK").reason)

    def test_who_sends_no_header_is_cut_off(self):
        broker = self.serve_behind_proxy("--connect-timeout", "200ms")
        for data in (mqtt.connect("x", mqtt.V5), b"PROXY TCP4 a b c d\r\n", b"PROXY " + b"x" * 200, SIGNATURE + b"\x11\x11\x00\x00", b"PRO"):
            with self.subTest(data[:20]):
                client = raw_client.RawClient(broker.port)
                client.sock.sendall(data)
                self.assertEqual([], client.finish())
        broker.err.wait_text("is cut off: .*PROXY")

    def test_failed_logins_slow_down_the_client_and_no_other_behind_the_proxy(self):
        broker = self.serve("-p", 0, "--proxy-protocol", "--password-file", self.users(me="secret"))
        for _ in range(3):
            client = self.client(broker.port, layer=self.behind(version_2("192.0.2.1")), username="me", password=b"wrong")
            self.assertEqual(0x86, client.connack.reason)
        started = time.monotonic()
        other = self.client(broker.port, layer=self.behind(version_2("192.0.2.2")), username="me", password=b"secret")
        self.assertEqual(0, other.connack.reason)
        between = time.monotonic()
        self.client(broker.port, layer=self.behind(version_2("192.0.2.1")), username="me", password=b"secret")
        self.assertLess(between - started, 0.7)
        self.assertGreater(time.monotonic() - between, 0.2)

    def test_tls_and_websockets_come_behind_the_header(self):
        broker = self.serve("--listen", "mqtts://127.0.0.1:0", "--listen", f"unix://{self.dir}/socket", "--proxy-protocol", *self.identity(),
                            "--allow-anonymous", "-v", lines=2)
        self.client(broker.port, "tls", layer=self.behind(version_2("192.0.2.1"), self.layer()))
        broker.err.wait_text(r"tls \(192\.0\.2\.1:4711\) is connected: PROXY header.*TLS 1\.3")
        self.expect_ok(self.run_mqrig("pub", "--unix", self.dir / "socket", "-t", "t", "-m", "x"))  # no proxy there


if __name__ == "__main__":
    harness.main()
