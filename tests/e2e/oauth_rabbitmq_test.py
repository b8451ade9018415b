"""Tokens at a broker that is none of ours: RabbitMQ with its OAuth 2 plugin."""

import re
import unittest

import harness
import rabbitmq
from oauth_case import OauthCase

OK, NOT_AUTHORISED = 0, 5


class RabbitMq(OauthCase):
    def test_it_takes_our_tokens_and_renewals(self):
        if not rabbitmq.available():
            self.skipTest("RabbitMQ is not installed")
        issuer = self.provider(lifetime=4, algorithm="RSA")
        broker = rabbitmq.RabbitMq(self.dir / "rabbitmq", self.dir / "public.pem", [harness.free_port() for _ in range(4)])
        self.addCleanup(broker.stop)
        broker.wait()

        with self.subTest("over TCP and WebSocket"):
            sensor = self.sensor(issuer, preset="rabbitmq")
            self.expect_ok(self.pub(broker.port, "-t", "a", "-m", "x", "-q", "1", *sensor))
            self.expect_ok(self.run_mqrig("pub", f"ws://127.0.0.1:{broker.web_port}/ws", "-t", "a", "-m", "x", "-q", "1", *sensor))

        with self.subTest("a token for nobody"):
            (self.dir / "token").write_text(harness.secret("this-is-no-token"))
            result = self.pub(broker.port, "-t", "a", "-m", "x", "--token-file", self.dir / "token", "--token-preset", "rabbitmq")
            self.expect_failure(result, NOT_AUTHORISED)

        with self.subTest("beyond the life of a token"):
            # It speaks 3.1.1, where only a session that is not clean outlives its connection.
            sub = self.start_sub(broker.port, "-t", "n", "-q", "1", "-C", "70", "-i", "reader", "-c", *sensor)
            pub = self.start("pub", "-p", broker.port, "-t", "n", "-q", "1", "-m", "x", "--repeat", 70, "--repeat-delay", "100ms", "-d",
                             *sensor)
            self.assertEqual(OK, pub.wait(60), pub.err.text())
            self.assertEqual(OK, sub.wait(60), sub.err.text())
            for process in (pub, sub):
                self.assertGreater(len(re.findall("CONNACK", process.err.text())), 1)
                self.assertNotIn("connection lost", process.err.text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
