"""A client by TLS and all that can be wrong: with servers of openssl and mosquitto, which are none of ours.

Whatever is wrong, the run ends with exit code 4 and one line that names it and says what to do. Nothing weaker is tried.
"""

import re
import stat
import subprocess

import harness
import mqtt
import peer
from tls_case import REVOKED_SERIAL, TlsCase, authority, openssl

OK, USAGE, CONNECT, TLS, DISCONNECTED, INPUT = 0, 2, 3, 4, 8, 10
KEY = harness.secret("00112233445566778899aabbccddeeff")
PHRASE = harness.secret("the-pass-phrase")
WEAK = ("-cipher", "DEFAULT@SECLEVEL=0")
OLD_CIPHER = "ECDHE-ECDSA-AES128-GCM-SHA256"


def make_certificates(made):
    """Of servers that nobody should trust."""
    made.server_between("expired", "20200101000000Z", "20210101000000Z")
    made.server_between("future", "20400101000000Z", "20410101000000Z")
    made.self_signed("alone", "/CN=localhost")
    made.certificate("intermediate", "/CN=Intermediate", "basicConstraints=critical,CA:true", "keyUsage=critical,keyCertSign")
    made.server("behind", issuer="intermediate")
    made.server("elsewhere", names="DNS:broker.test,IP:192.0.2.7")
    made.server("taken-back", serial=REVOKED_SERIAL + 1)
    made.server("small", key=("-newkey", "rsa:1024"))
    made.server("sha1", digest="sha1")
    openssl("pkcs12", "-export", "-in", made.folder / "lamp.pem", "-inkey", made.folder / "lamp.key", "-passout", f"pass:{PHRASE}",
            "-out", made.folder / "lamp.p12")
    openssl("ec", "-in", made.folder / "lamp.key", "-aes256", "-passout", f"pass:{PHRASE}", "-out", made.folder / "locked.key")


class TlsClientCase(TlsCase):
    made = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not TlsClientCase.made:
            make_certificates(authority())
            TlsClientCase.made = True
        cls.trust = ("--cafile", cls.files / "ca.pem")
        cls.lamp = ("--cert", cls.files / "lamp.pem", "--key", cls.files / "lamp.key")

    def openssl_server(self, certificate, *args):
        """The port of `openssl s_server`, and its process."""
        identity = ["-cert", self.files / f"{certificate}.pem", "-key", self.files / f"{certificate}.key"] if certificate else ["-nocert"]
        process = harness.Process([str(word) for word in ("openssl", "s_server", "-accept", "127.0.0.1:0", *identity, *args)],
                                  stdin=subprocess.PIPE)
        self.addCleanup(process.stop)
        process.out.wait_text(r"ACCEPT 127\.0\.0\.1:\d+\n")
        process.port = int(re.search(r"ACCEPT 127\.0\.0\.1:(\d+)", process.out.text())[1])
        return process

    def publish(self, port, *args, host="localhost", **options):
        return self.run_mqrig("pub", "-h", host, "-p", port, "-q", 1, "-t", "t", "-m", "x", *args, **options)


class Server(TlsClientCase):
    """What its certificate may lack."""

    def refuse(self, name, certificate, server_args, client_args, *texts):
        server = self.openssl_server(certificate, *server_args)
        host = "127.0.0.1" if "address" in name else "localhost"
        for version in ("1.2", "1.3"):
            result = self.publish(server.port, "--tls-max", version, *client_args, host=host)
            self.expect_one_error(result, TLS, *texts)

    def test_each_check_is_named_with_the_certificate_and_what_to_do(self):
        crl = self.authority.revocations(REVOKED_SERIAL, REVOKED_SERIAL + 1)
        other = ("--cafile", self.files / "alone.pem")
        self.concurrently(self.refuse, (
            ("expired", "expired", (), self.trust, r"CN=expired\) expired on 2021-01-01.*renewed"),
            ("not yet valid", "future", (), self.trust, r"CN=future\) is not valid before 2040-01-01.*clock"),
            ("self-signed", "alone", (), self.trust, r"CN=localhost\) is self-signed.*--cafile"),
            ("unknown issuer", "server", (), other, r"signed by .*CN=Test Authority.*--cafile"),
            ("missing chain", "behind", (), self.trust, r"signed by .*CN=Intermediate.*intermediate certificates"),
            ("wrong name", "elsewhere", (), self.trust, r"not for 'localhost' but for: .*broker\.test.*--sni"),
            ("wrong address", "elsewhere", (), self.trust, r"not for '127\.0\.0\.1' but for: .*192\.0\.2\.7"),
            ("wrong --sni", "server", (), (*self.trust, "--sni", "other.test"), r"not for 'other\.test' but for: .*localhost"),
            ("wrong purpose", "lamp", (), self.trust, r"CN=lamp\) is not meant for a server"),
            ("revoked", "taken-back", (), (*self.trust, "--crl", crl), r"CN=taken-back\) was revoked"),
            ("no revocation list", "behind", ("-cert_chain", self.files / "intermediate.pem"), (*self.trust, "--crl", crl),
             r"no revocation list of .*Intermediate.*--crl"),
            ("weak key", "small", WEAK, self.trust, r"CN=small\) is too weak.*its key"),
            ("weak digest", "sha1", WEAK, self.trust, r"CN=sha1\) is too weak.*digest"),
            ("no staple", "server", (), (*self.trust, "--ocsp", "require"), r"(?i)OCSP.*--ocsp"),
        ))

    def test_other_commands_end_with_the_same_code(self):
        server = self.openssl_server("expired")
        by = ("-h", "localhost", "-p", server.port, *self.trust)
        self.expect_one_error(self.run_mqrig("sub", "-t", "t", *by), TLS, "CN=expired")
        result = self.run_mqrig("bench", "pub", "-c", 2, "--count", 2, *by)
        self.assertEqual(TLS, result.code, str(result))
        self.assertRegex(result.out.decode(), r" 2  TLS: .*CN=expired\) expired on")

    def test_with_its_chain_or_by_its_name_it_is_trusted(self):
        for name, args, more in (("behind", ("-cert_chain", self.files / "intermediate.pem"), ()),
                                 ("elsewhere", (), ("--sni", "broker.test")),
                                 ("server", (), ("--ocsp", "check"))):
            with self.subTest(name):
                server = self.openssl_server(name, *args)
                self.start("pub", "-h", "localhost", "-p", server.port, *self.trust, "-t", "t", "-m", "x", *more)
                server.out.wait_text("(?s)CIPHER is .*MQTT")


class Agreement(TlsClientCase):
    """Versions, ciphers, names of servers and protocols."""

    def refuse(self, name, server_args, client_args, *texts):
        server = self.openssl_server("server", *server_args)
        self.expect_one_error(self.publish(server.port, *self.trust, *client_args), TLS, *texts)

    def test_nothing_in_common(self):
        self.concurrently(self.refuse, (
            ("server too old", ("-tls1_1", *WEAK), (), "version of TLS.*--tls-version|protocol version.*--tls-version"),
            ("server below the lowest", ("-tls1_2",), ("--tls-version", "1.3"), "--tls-version"),
            ("server above the highest", ("-tls1_3",), ("--tls-max", "1.2"), "--tls-(max|version)"),
            ("cipher of TLS 1.2", ("-tls1_2", "-cipher", OLD_CIPHER), ("--ciphers", "ECDHE-ECDSA-CHACHA20-POLY1305"), "--ciphers"),
            ("cipher of TLS 1.3", ("-ciphersuites", "TLS_AES_256_GCM_SHA384"),
             ("--tls-version", "1.3", "--ciphers", "TLS_CHACHA20_POLY1305_SHA256"), "--ciphers"),
            ("protocol", ("-alpn", "http/1.1"), ("--alpn", "mqtt"), "--alpn"),
            ("name", ("-servername", "other.test", "-servername_fatal", "-cert2", self.files / "server.pem", "-key2", self.files / "server.key"),
             (), "does not know the name.*--sni"),
        ))

    def test_the_name_and_the_protocol_that_were_asked_for_are_sent(self):
        server = self.openssl_server("server", "-alpn", "other,mqtt", "-servername", "broker.test", "-cert2",
                                     self.files / "elsewhere.pem", "-key2", self.files / "elsewhere.key")
        run = ("pub", "-d", "-p", server.port, *self.trust, "-t", "t", "-m", "x")
        client = self.start(*run, "-h", "127.0.0.1", "--sni", "broker.test")
        server.out.wait_text('Hostname in TLS extension: "broker.test"')
        client.err.wait_text(r"certificate 0: .*CN=elsewhere.*20\d\d-")
        client.stop()
        client = self.start(*run, "-h", "localhost", "--alpn", "mqtt", "--alpn", "other")
        server.out.wait_text("ALPN protocols selected: other")  # which the server likes better
        client.err.wait_text(r"TLS 1\.3, TLS_\w+, .*ALPN other")


class ClientCertificate(TlsClientCase):
    def refuse(self, name, server_args, client_args, *texts):
        server = self.openssl_server("server", "-CAfile", self.files / "ca.pem", "-verify_return_error", "-Verify", "1", *server_args)
        self.expect_one_error(self.publish(server.port, *self.trust, *client_args), TLS, *texts)

    def test_missing_or_not_trusted(self):
        alone = ("--cert", self.files / "alone.pem", "--key", self.files / "alone.key")
        wrong = ("--cert", self.files / "server.pem", "--key", self.files / "server.key")
        old = ("--cert", self.files / "expired.pem", "--key", self.files / "expired.key")
        self.concurrently(self.refuse, [
            (f"{name} under {version}", (f"-{version}",), args, text)
            for version in ("tls1_2", "tls1_3") for name, args, text in (
                ("missing", (), "--cert and --key"),
                ("of an unknown authority", alone, "authority of our certificate.*--cert"),
                ("of a server", wrong, "unsupported certificate.*for clients"),
                ("expired", old, "our certificate has expired.*renew"))])

    def test_a_load_test_says_what_is_missing(self):
        broker = self.serve("-p", 0, *self.identity(), *self.trust, "--require-certificate")
        result = self.run_mqrig("bench", "conn", "-c", 2, "-h", "localhost", "-p", broker.port, *self.trust)
        self.assertEqual(TLS, result.code, str(result))
        self.assertRegex(result.out.decode(), " 2  TLS: .*--cert and --key")

    def test_mosquitto_tells_the_same(self):
        broker = self.mosquitto_with_tls(f"require_certificate true\ncafile {self.files}/ca.pem")
        for version in ("1.2", "1.3"):
            result = self.publish(broker.tls_port, *self.trust, "--tls-max", version)
            self.expect_one_error(result, TLS, "--cert and --key")
        self.expect_ok(self.publish(broker.tls_port, *self.trust, *self.lamp))

    def mosquitto_with_tls(self, config):
        port = harness.free_port()
        broker = self.mosquitto(config=f"listener {port} 127.0.0.1\ncertfile {self.files}/server.pem\nkeyfile {self.files}/server.key\n{config}")
        broker.tls_port = port
        return broker

    def test_ours_does_not_fit_together(self):
        phrase = self.write("wrong", "hunter2\n")
        cert = ("--cert", self.files / "lamp.pem", "--key")
        pkcs12 = ("--pkcs12", self.files / "lamp.p12")
        for args, code, text in (
                ((*cert, self.files / "server.key"), TLS, "server.key' does not belong to the certificate in '.*lamp.pem'"),
                ((*cert, self.files / "locked.key", "--key-password-file", phrase), TLS, "locked.key' is wrong"),
                ((*cert, self.files / "locked.key"), TLS, "locked.key' is encrypted.*--key-password-file"),
                ((*pkcs12, "--key-password-file", phrase), TLS, "lamp.p12' is wrong"),
                (pkcs12, TLS, "lamp.p12' is encrypted.*--key-password-file"),
                (("--cert", self.files / "lamp.pem"), TLS, "lamp.pem' holds no private key.*--key"),
                (("--key", self.files / "lamp.key"), USAGE, "--key needs --cert"),
                ((*cert, self.dir / "none"), INPUT, "none")):
            with self.subTest(text):
                result = self.publish(1, *self.trust, *args)
                self.expect_one_error(result, code, text)
                self.assertNotIn("hunter2", result.err)

    def test_each_form_of_ours_is_shown(self):
        broker = self.serve("-p", 0, *self.identity(), *self.trust, "--require-certificate", "--use-identity-as-username", "-v")
        cert, phrase = ("--cert", self.files / "lamp.pem"), self.write("phrase", PHRASE + "\n")
        for args in ((*cert, "--key", self.files / "locked.key", "--key-password-file", phrase),
                     (*cert, "--key", self.files / "locked.key", "--key-password", PHRASE),
                     ("--pkcs12", self.files / "lamp.p12", "--key-password-env", "PHRASE")):
            self.expect_ok(self.publish(broker.port, *self.trust, *args, env={"PHRASE": PHRASE}))
        self.assertEqual(3, broker.err.text().count("CN=lamp"), broker.err.text())


class SharedKeys(TlsClientCase):
    def test_at_mosquitto(self):
        port = harness.free_port()
        keys = self.write("keys", f"lamp:{KEY}\n")
        self.mosquitto(config=f"listener {port} 127.0.0.1\npsk_hint x\npsk_file {keys}\nuse_identity_as_username true")
        for version in ("1.2", "1.3"):
            psk = ("--tls-max", version, "--psk-identity")
            self.expect_ok(self.publish(port, *psk, "lamp", "--psk", KEY))
            self.expect_one_error(self.publish(port, *psk, "lamp", "--psk", KEY[::-1]), TLS, "pre-shared key")
            self.expect_one_error(self.publish(port, *psk, "door", "--psk", KEY), TLS, "--psk-identity")
        self.expect_one_error(self.publish(port, *self.trust), TLS, "pre-shared key|--psk")

    def test_at_ours_without_falling_back_to_its_certificate(self):
        keys = self.write("keys", f"lamp:{KEY}\n")
        keys.chmod(0o600)
        path = self.write("key", KEY + "\n")
        for more in ((), self.identity()):
            broker = self.serve("-p", 0, "--psk-file", keys, *more)
            for version in ("1.2", "1.3"):
                psk = ("--tls-max", version, "--psk-identity")
                self.expect_ok(self.publish(broker.port, *psk, "lamp", "--psk-file", path))
                self.expect_one_error(self.publish(broker.port, *psk, "lamp", "--psk", KEY[::-1]), TLS, "pre-shared key")
                self.expect_one_error(self.publish(broker.port, *psk, "door", "--psk", KEY), TLS, "identity")


class Ends(TlsClientCase):
    """Ports of another kind, and connections that end too early."""

    def test_tls_at_a_port_without_it(self):
        for port in (self.serve("-p", 0).port, self.mosquitto().port):
            self.expect_one_error(self.publish(port, *self.trust), TLS, "is this the port without TLS")

    def test_no_tls_at_a_port_with_it(self):
        for port in (self.serve("-p", 0, *self.identity()).port, self.openssl_server("server").port):
            self.expect_one_error(self.publish(port), CONNECT, "TLS.*give --tls")

    def scripted(self, *dialogues):
        """A server by TLS in Python: each dialogue has a Connection in it. All have one context, and so their sessions."""
        context = self.server_context()

        def secured(dialogue):
            def run(connection):
                with context.wrap_socket(connection.sock, server_side=True, suppress_ragged_eofs=True) as sock:
                    dialogue(peer.Connection(sock))
            return run

        return self.peer(*map(secured, dialogues))

    def test_an_end_in_the_handshake(self):
        def cut(connection):
            connection.sock.recv(4096)

        def half(connection):
            connection.sock.recv(4096)
            connection.send(bytes.fromhex("160303007a0200007603"))

        for dialogue in (cut, half):
            server = self.peer(dialogue)
            result = self.publish(server.port, *self.trust)
            self.assertEqual(1, server.connections)  # and nothing weaker was tried
            self.expect_one_error(result, TLS, "closed the connection in the handshake of TLS|dropped the connection in the handshake")

    def test_silence_in_the_handshake_is_a_timeout(self):
        def listen_only(connection):
            while connection.sock.recv(4096):
                pass

        server = self.peer(listen_only)
        result = self.publish(server.port, *self.trust, "--connect-timeout", "200ms")
        self.expect_one_error(result, CONNECT, "TLS|within the time")

    def test_an_end_without_a_word_after_connack_is_a_lost_connection(self):
        def accept_and_leave(connection):  # close() of Python's sockets sends no close_notify
            connection.accept()
            connection.expect("SUBSCRIBE")

        def deliver(connection):
            connection.accept()
            connection.grant()
            connection.send(mqtt.publish(connection.version, "t", b"hello"))
            connection.expect("DISCONNECT")

        subscriber = ("sub", "-h", "localhost", *self.trust, "-t", "t", "-C", 1, "--reconnect-delay", "10ms", "-p")
        result = self.run_mqrig(*subscriber, self.scripted(accept_and_leave, deliver).port)
        self.expect_ok(result)
        self.assertEqual(b"hello\n", result.out)
        without_end = r"localhost:\d+ closed the connection without ending TLS \(no close_notify\)"
        self.assertRegex(result.err, "connection lost: " + without_end)
        result = self.run_mqrig(*subscriber, self.scripted(accept_and_leave).port, "--no-reconnect")
        self.expect_failure(result, DISCONNECTED)
        self.assertRegex(result.err, without_end)

    def test_a_session_is_resumed_by_the_next_connection(self):
        for version in ("1.2", "1.3"):
            with self.subTest(version):
                def accept(connection):
                    connection.accept()
                    connection.grant()

                server = self.scripted(accept, accept, accept)
                sub = self.start("sub", "-d", "-h", "localhost", "-p", server.port, *self.trust, "--tls-max", version, "-t", "t",
                                 "--reconnect-delay", "10ms")
                server.finish()
                sub.stop()
                found = re.findall(rf"TLS {version}, .*", sub.err.text())
                self.assertEqual([False, True, True], ["session resumed" in line for line in found], sub.err.text())


class Trust(TlsClientCase):
    def test_the_systems_roots_are_the_default(self):
        broker = self.serve("-p", 0, *self.identity())
        url = ("-L", f"mqtts://localhost:{broker.port}", "-t", "t", "-m", "x", "-q", 1)
        self.expect_ok(self.run_mqrig("pub", *url, env={"SSL_CERT_FILE": str(self.files / "ca.pem")}))
        result = self.run_mqrig("pub", *url, env={"SSL_CERT_FILE": str(self.files / "alone.pem"), "SSL_CERT_DIR": str(self.dir)})
        self.expect_one_error(result, TLS, "Test Authority.*--cafile")
        self.expect_one_error(self.run_mqrig("pub", *url), TLS, "Test Authority.*--cafile")

    def test_insecure_works_and_warns_each_time(self):
        server = self.serve("-p", 0, "--cert", self.files / "expired.pem", "--key", self.files / "expired.key")
        for more in ((), ("--quiet",)):
            result = self.publish(server.port, "--insecure", *more)
            self.expect_ok(result)
            self.assertRegex(result.err, r"\Amqrig pub: warning: the certificate of localhost:\d+ is not checked[^\n]*\n\Z")

    def test_secrets_of_connections_are_written_for_wireshark_and_nobody_else(self):
        broker, path = self.serve("-p", 0, *self.identity()), self.dir / "keys.log"
        for _ in range(2):
            self.expect_ok(self.publish(broker.port, *self.trust, "--tls-keylog", path))
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        labels = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
        self.assertEqual(2, len({found[1] for found in labels}))  # two client randoms
        for label in ("CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"):
            self.assertEqual(2, [found[0] for found in labels].count(label), labels)
        self.assertTrue(all(len(found) == 3 and re.fullmatch("[0-9a-f]{64}", found[1]) for found in labels), labels)


if __name__ == "__main__":
    harness.main()
