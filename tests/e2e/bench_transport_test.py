"""`mqrig bench` over TLS and WebSocket, and with SCRAM and tokens: nothing is lost, and failures have their reason."""

import subprocess
import unittest

import harness
from bench_case import BenchCase, OK
from broker_case import BrokerCase
from tls_case import TlsCase

PASSWORD = harness.secret("hush-the-password")


class Transport(TlsCase, BenchCase):
    def setUp(self):
        BenchCase.setUp(self)

    def broker(self, scheme, *args):
        path = "/mqtt" if scheme.startswith("w") else ""
        identity = self.identity() if scheme in ("mqtts", "wss") else ()
        return BrokerCase.serve(self, "--listen", f"{scheme}://127.0.0.1:0{path}", *identity, *args)

    def run_at(self, url, *args, code=OK):
        trust = ("--cafile", self.files / "ca.pem") if url.startswith(("mqtts", "wss")) else ()
        return self.measure("pubsub", None, "-L", url, *trust, "-c", 3, "--count", 3000, *args, code=code)

    def test_every_message_comes_over_every_transport(self):
        for scheme in ("mqtts", "ws", "wss"):
            with self.subTest(scheme):
                url = self.broker(scheme).urls[0].replace("127.0.0.1", "localhost")
                report = self.run_at(url, "-q", 1)
                self.assertEqual(3000, report.of_all("distinct"), report)
                self.assertEqual({}, report.errors)

    def test_scram(self):
        users = self.dir / "users"
        subprocess.run([harness.BINARY, "passwd", "--scram", "--iterations", "4096", users, "u"], input=PASSWORD + "\n", text=True,
                       check=True, capture_output=True, env=self.environment())
        (self.dir / "password").write_text(PASSWORD)
        url = self.broker("mqtt", "--password-file", users).urls[0]
        login = ("--auth-method", "SCRAM-SHA-256", "-u", "u", "--password-file", self.dir / "password")
        self.assertEqual(3000, self.run_at(url, *login).of_all("distinct"))

    def test_a_wrong_authority_is_named_once(self):
        url = self.broker("mqtts").urls[0]
        process = self.measuring("pubsub", None, "-L", url, "-c", 3, "--count", 3000)
        code = process.process.wait()
        self.assertNotEqual(OK, code)
        said = process.process.out.text() + process.process.err.text()
        self.assertRegex(said, "certificate")


if __name__ == "__main__":
    unittest.main(verbosity=2)
