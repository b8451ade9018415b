"""Tokens that are renewed by another connection, while messages flow: nothing is lost, nothing twice."""

import json
import re
import time

import harness
from jwt_issuer import base64url

OK = 0
COUNT, RATE = 300, 200
LIFE = 1.2  # seconds; other tokens are had after 80 %
NUMBERS = [str(number) for number in range(COUNT)]
V5, V311 = ("-V", "5"), ("-V", "311")


def token(life):
    """Brokers of these tests do not look into it; clients look when it ends."""
    claims = {"sub": "joe", "exp": time.time() + life}
    return ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "ES256"}, claims)) + ".AAAA"


class Renewal(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.port = self.broker().port
        self.token = self.dir / "token"
        self.token.write_text(token(LIFE))

    def publish(self, topic, *args):
        lines = self.dir / topic.replace("/", "-")
        lines.write_text("".join(f"{number}\n" for number in NUMBERS))
        with open(lines, "rb") as stdin:
            return self.start("pub", "-p", self.port, "-t", topic, "-l", "--rate", RATE, *args, stdin=stdin)

    def check(self, process, connections):
        self.assertEqual(OK, process.wait(), process.err.text())
        # A session that is not clean has a connection at its end.
        self.assertGreaterEqual(len(re.findall("received CONNACK", process.err.text())), connections)
        self.assertNotIn("connection lost", process.err.text())

    def test_subscribers(self):
        cases = [(V5, 0), (V5, 2), (V311, 0), (V311, 1), (V311, 2)]
        subs = [self.start_sub(self.port, "-t", "n", "-q", qos, "-C" if qos != 1 else "--idle-timeout", COUNT if qos != 1 else "0.5",
                               *version, "--token-file", self.token) for version, qos in cases]
        pub = self.publish("n", "-q", 2)
        self.token.write_text(token(3600))
        self.assertEqual(OK, pub.wait(), pub.err.text())
        for (version, qos), sub in zip(cases, subs):
            with self.subTest(version=version[1], qos=qos):
                self.check(sub, 2 if version == V5 else 3)
                lines = sub.out.text().split()
                # At QoS 1 some may come twice.
                self.assertEqual(NUMBERS, list(dict.fromkeys(lines)) if qos == 1 else lines)

    def test_publishers(self):
        cases = [(V5, 0), (V5, 2), (V311, 0), (V311, 2)]
        topics = [f"p/{version[1]}/{qos}" for version, qos in cases]
        recorder = self.start_sub(self.port, "-t", "p/#", "-q", 2, "-C", COUNT * len(cases), "-v")
        pubs = [self.publish(topic, "-q", qos, "-d", *version, "--token-file", self.token)
                for topic, (version, qos) in zip(topics, cases)]
        for pub in pubs:
            pub.err.wait_text("received CONNACK")
        self.token.write_text(token(3600))
        for pub in pubs:
            self.check(pub, 2)
        self.assertEqual(OK, recorder.wait(), recorder.err.text())
        lines = recorder.out.text().splitlines()
        for topic in topics:
            with self.subTest(topic):
                self.assertEqual(NUMBERS, [line.split()[1] for line in lines if line.startswith(topic + " ")])

    def test_a_will_is_not_published(self):
        watch = self.start_sub(self.port, "-t", "#", "-q", 1, "-C", 1)
        sub = self.start_sub(self.port, "-t", "n", "--will-topic", "will", "--will-payload", "gone", "--token-file", self.token)
        self.token.write_text(token(3600))
        sub.err.wait_text(r"(?s)received CONNACK.*received CONNACK")
        self.expect_ok(self.pub(self.port, "-t", "after", "-m", "all is well"))
        self.assertEqual(OK, watch.wait())
        self.assertEqual("all is well\n", watch.out.text())


if __name__ == "__main__":
    harness.main()
