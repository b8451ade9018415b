"""mqrig broker by TLS: with clients that are none of ours, certificates, pre-shared keys, and all that can be wrong with them."""

import signal
import socket
import ssl
import subprocess

import harness
import mqtt
import raw_client
from broker_case import INPUT, USAGE
from tls_case import REVOKED_SERIAL, TlsCase, openssl

TLS = 4
KEY = "00112233445566778899aabbccddeeff"


class Listeners(TlsCase):
    def test_with_a_certificate_the_port_speaks_tls(self):
        broker = self.serve("-p", 0, *self.identity())
        self.assertRegex(broker.urls[0], r"^mqtts://127\.0\.0\.1:\d+$")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            client = self.client(broker.port, layer=self.layer(version=version))
            self.assertEqual(0, client.connack.reason)
            client.subscribe("a")
            client.publish("a", b"x" * 100_000, qos=1)
            self.assertEqual(100_000, len(client.message().payload))

    def test_mosquittos_clients_and_a_plain_listener_beside_it(self):
        broker = self.serve("-p", 0, "--listen", "mqtts://127.0.0.1:0", *self.identity(), "-v", lines=2)
        self.assertTrue(broker.urls[0].startswith("mqtt://") and broker.urls[1].startswith("mqtts://"), broker.urls)
        port = int(broker.urls[1].rpartition(":")[2])
        for qos in (0, 1, 2):
            self.mosquitto_client("pub", port, "-V", "5", "-q", qos, "-r", "-t", f"t/{qos}", "-m", f"m{qos}")
        found = self.mosquitto_client("sub", port, "-t", "t/#", "-q", "2", "-C", "3")
        self.assertEqual([b"m0", b"m1", b"m2"], sorted(found.splitlines()))
        self.assertEqual(b"m0\n", self.mosquitto_client("sub", broker.port, "-t", "t/0", "-C", "1", trust=False))
        broker.err.wait_text(r"is connected: TLS 1\.3, TLS_AES")

    def test_the_last_bytes_come_before_the_end_of_tls(self):
        broker = self.serve("-p", 0, *self.identity())
        client = self.tls_client(broker.port)
        client.subscribe("big", options=0)
        self.tls_client(broker.port).publish("big", b"x" * 3_000_000, qos=1)
        broker.signal(signal.SIGTERM)
        names = [packet.name for packet in client.finish()]  # ssl.SSLEOFError if there were no close_notify
        self.assertEqual(["PUBLISH", "DISCONNECT"], names)
        self.assertEqual(0, broker.wait())

    def test_who_says_nothing_or_speaks_too_slowly_is_dropped(self):
        broker = self.serve("-p", 0, *self.identity(), "--connect-timeout", "200ms")
        silent = socket.create_connection(("127.0.0.1", broker.port), harness.DEADLINE)
        slow = socket.create_connection(("127.0.0.1", broker.port), harness.DEADLINE)
        self.addCleanup(silent.close)
        self.addCleanup(slow.close)
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        hello = bytes.fromhex("1603010200010001fc0303") + bytes(500)
        slow.settimeout(0.05)
        sent = 0
        with self.assertRaises(ConnectionError):
            while sent < len(hello):  # a byte at a time, far longer than allowed
                slow.send(hello[sent:sent + 1])
                sent += 1
                try:
                    if not slow.recv(100):
                        raise ConnectionResetError
                except TimeoutError:
                    pass
        self.assertLess(sent, 60)
        silent.settimeout(harness.DEADLINE)
        self.assertEqual(b"", silent.recv(100))

    def test_other_protocols_at_the_port_are_named_in_the_log(self):
        broker = self.serve("-p", 0, *self.identity(), "-v")
        for data, text in ((mqtt.connect("x", mqtt.V5), "no TLS but MQTT"), (b"GET / HTTP/1.1\r\n\r\n", "no TLS but HTTP")):
            with socket.create_connection(("127.0.0.1", broker.port), harness.DEADLINE) as sock:
                sock.sendall(data)
                while sock.recv(100):
                    pass
            broker.err.wait_text(r"127\.0\.0\.1:\d+ is cut off: .*" + text)
        plain = self.serve("-p", 0)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.tls_client(plain.port)

    def test_a_scanner_does_not_fill_the_log(self):
        broker = self.serve("-p", 0, *self.identity(), "--metrics", "127.0.0.1:0")
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", broker.port), harness.DEADLINE) as sock:
                sock.sendall(b"hello?\r\n\r\n")
                while sock.recv(100):
                    pass
        self.tls_client(broker.port)
        self.assertEqual(1, len(broker.err.lines()), broker.err.text())  # where the metrics are
        url = broker.err.text().rpartition(" ")[2].strip()
        text = subprocess.run(["curl", "-s", url], capture_output=True, text=True, check=True).stdout
        self.assertIn("mqrig_broker_handshakes_failed_total 50\n", text)
        self.assertIn("mqrig_broker_tls_connections_total 51\n", text)


class Clients(TlsCase):
    RULES = "user lamp\ntopic readwrite lamps/#\n"

    def serve_with_names(self, *args):
        return self.serve("-p", 0, *self.identity(), "--cafile", self.files / "ca.pem", "--use-identity-as-username",
                          "--acl-file", self.write("rules", self.RULES), "-v", *args)

    def test_the_name_in_a_certificate_is_the_user_whatever_connect_says(self):
        broker = self.serve_with_names("--password-file", self.users(joe="secret"))
        client = self.tls_client(broker.port, name="lamp", username="joe", password=b"wrong")
        self.assertEqual(0, client.connack.reason)
        self.assertEqual(0, client.publish("lamps/1", qos=1).reason & 0x80)
        self.assertEqual(0x87, client.publish("doors/1", qos=1).reason)
        broker.err.wait_text(r"subject CN=lamp")
        self.assertNotIn("wrong", broker.err.text())

    def test_without_a_name_there_is_no_user(self):
        broker = self.serve_with_names()
        for name in (None, "nameless"):
            with self.subTest(name):
                client = raw_client.RawClient(broker.port, layer=self.layer(name))
                self.addCleanup(client.close)
                self.assertEqual(0x86, client.connect("x", username="lamp", password=b"x").reason)
        broker.err.wait_text("has proved no name")

    def test_a_certificate_can_be_required(self):
        broker = self.serve("-p", 0, *self.identity(), "--cafile", self.files / "ca.pem", "--require-certificate", "-v")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.tls_client(broker.port)
        broker.err.wait_text("the client gave no certificate")
        self.mosquitto_client("pub", broker.port, "-t", "t", "-m", "x", "-r", name="lamp")
        self.assertEqual(b"x\n", self.mosquitto_client("sub", broker.port, "-t", "t", "-C", "1", name="lamp"))

    def test_a_certificate_of_somebody_else_is_refused(self):
        broker = self.serve("-p", 0, *self.identity(), "--cafile", self.files / "ca.pem", "-v")
        context = self.context()
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=lamp",
                "-keyout", self.dir / "own.key", "-out", self.dir / "own.pem")
        context.load_cert_chain(self.dir / "own.pem", self.dir / "own.key")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.client(broker.port, layer=lambda sock: context.wrap_socket(sock, server_hostname="localhost"))
        broker.err.wait_text("is cut off: .*self-signed|is cut off: .*CN=lamp")
        self.assertEqual(0, self.tls_client(broker.port).connack.reason)  # none is fine

    def test_a_revoked_certificate_is_refused_also_in_a_resumed_session(self):
        crl = self.authority.revocations()
        broker = self.serve("-p", 0, *self.identity(), "--cafile", self.files / "ca.pem", "--require-certificate",
                            "--crl", crl, "-v")
        context = self.context("revoked", ssl.TLSVersion.TLSv1_2)
        session = []

        def layer(sock):
            sock = context.wrap_socket(sock, server_hostname="localhost", session=session[0] if session else None)
            session[:] = [sock.session]
            return sock

        self.client(broker.port, layer=layer)
        self.assertTrue(self.client(broker.port, layer=layer).sock.session_reused)
        self.authority.revocations(REVOKED_SERIAL)
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("read the files of TLS again")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.client(broker.port, layer=layer)
        broker.err.wait_text("is cut off: .*revoked")
        self.tls_client(broker.port, name="lamp")


class SharedKeys(TlsCase):
    def serve_with_keys(self, *args):
        keys = self.write("keys", f"# lamps\nlamp:{KEY}\n")
        keys.chmod(0o600)
        return self.serve("-p", 0, "--psk-file", keys, *args)

    def pub(self, port, key=KEY, identity="lamp", topic="lamps/1", code=0):
        return self.mosquitto_client("pub", port, "--psk", key, "--psk-identity", identity, "-t", topic, "-m", "x", "-r", "-q", "1",
                                     trust=False, code=code)

    def test_a_key_lets_its_owner_in_under_its_name(self):
        rules = self.write("rules", Clients.RULES)
        for more in ((), self.identity()):  # with a certificate for others, and without
            broker = self.serve_with_keys("--use-identity-as-username", "--acl-file", rules, "-v", *more)
            self.pub(broker.port)
            broker.err.wait_text("pre-shared key of 'lamp'")
            self.assertNotIn(KEY, broker.err.text())
            for wrong in ({"key": KEY[::-1]}, {"identity": "door"}):
                # An identity alone proves nothing: not where the broker has a certificate to go on with either.
                self.assertNotEqual(0, self.try_pub(broker.port, **wrong), (more, wrong, broker.err.text()))
            self.assertEqual(1, broker.err.text().count("is connected"), broker.err.text())

    def test_an_identity_whose_key_was_not_used_proves_nothing(self):
        # The key goes with SHA-256 in TLS 1.3: with this cipher the certificate takes its place, which mosquitto's client accepts.
        broker = self.serve_with_keys("--use-identity-as-username", "-v", *self.identity(), "--ciphers", "TLS_AES_256_GCM_SHA384")
        self.assertNotEqual(0, self.try_pub(broker.port, key=KEY[::-1]))
        broker.err.wait_text("has proved no name")
        self.assertNotIn("is connected", broker.err.text())

    def try_pub(self, port, key=KEY, identity="lamp"):
        return self.outside(["mosquitto_pub", "-p", port, "-t", "lamps/2", "-m", "x", "-q", "1", "--psk", key,
                             "--psk-identity", identity]).wait()

    def test_keys_are_read_again(self):
        broker = self.serve_with_keys()
        self.write("keys", "lamp:nonsense\n")
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("--psk-file: .*keys:1: .*the old keys stay")
        self.assertNotIn("nonsense", broker.err.text())
        self.pub(broker.port)
        self.write("keys", f"door:{KEY}\n")
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("(?s)(read the files.*){2}")
        self.pub(broker.port, identity="door")


class Reload(TlsCase):
    def test_connections_stay_and_new_ones_see_the_new_certificate(self):
        for workers in (1, 2):
            for name in ("server.pem", "server.key"):
                (self.dir / name).write_bytes((self.files / name).read_bytes())
            broker = self.serve("-p", 0, "--cert", self.dir / "server.pem", "--key", self.dir / "server.key", "--workers", workers)
            client = self.tls_client(broker.port)
            before = self.serial(broker.port)
            self.authority.server("renewed", serial=0xBEEF)
            (self.dir / "server.pem").write_text("nothing")
            broker.signal(signal.SIGHUP)
            broker.err.wait_text("TLS: .*the old certificates stay")
            self.assertEqual(before, self.serial(broker.port))
            for name in ("pem", "key"):
                (self.dir / f"server.{name}").write_bytes((self.files / f"renewed.{name}").read_bytes())
            broker.signal(signal.SIGHUP)
            broker.err.wait_text("(?s)" + "read the files of TLS again.*" * workers)
            self.assertEqual(0xBEEF, self.serial(broker.port))
            client.ping()

    def test_an_encrypted_key_needs_its_password_and_keeps_it(self):
        key, password = self.dir / "locked.key", self.dir / "password"
        openssl("ec", "-in", self.files / "server.key", "-aes256", "-passout", "pass:hunter2", "-out", key)
        identity = ("--cert", self.files / "server.pem", "--key", key)
        self.refuse("-p", 0, *identity, code=TLS, texts=("locked.key", "--key-password-file"))
        password.write_text("hunter3\n")
        result = self.refuse("-p", 0, *identity, "--key-password-file", password, code=TLS, texts=("locked.key' is wrong",))
        self.assertNotIn("hunter", result.err)
        password.write_text("hunter2\n")
        broker = self.serve("-p", 0, *identity, "--key-password-file", password)
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("read the files of TLS again")
        password.unlink()
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("password.*the old certificates stay")
        self.tls_client(broker.port)
        broker = self.serve("-p", 0, *identity, "--key-password-env", "KEY_PASSWORD", env={"KEY_PASSWORD": "hunter2"})
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("read the files of TLS again")


class Mistakes(TlsCase):
    def test_what_is_missing_or_does_not_fit_is_said(self):
        cert, key = self.files / "server.pem", self.files / "server.key"
        for args, code, text in (
                (("--listen", "mqtts://localhost"), USAGE, "openssl req -x509"),
                (("--cert", cert, "--key", self.files / "lamp.key"), TLS, "lamp.key"),
                (("--cert", self.write("empty", ""), "--key", key), TLS, "empty"),
                (("--cert", self.dir / "none", "--key", key), INPUT, "--cert: .*none"),
                (("--cert", cert, "--key", key, "--cafile", self.dir / "none"), INPUT, "--cafile: "),
                (("--cert", cert, "--key", key, "--ciphers", "nonsense"), TLS, "cipher 'nonsense'"),
                (("--psk-file", self.dir / "none"), INPUT, "--psk-file: cannot read"),
                (("--cert", cert, "--key", key, "--key-password-env", "MISSING"), USAGE, "no variable MISSING")):
            with self.subTest(text):
                self.refuse("-p", 0, *args, code=code, texts=(text,))


if __name__ == "__main__":
    harness.main()
