"""Tokens that are renewed by another connection, while messages flow: nothing is lost, nothing twice."""

import json
import re
import time

import harness
import mqtt
import raw_client
from jwt_issuer import base64url

OK = 0
COUNT, RATE = 300, 200
LIFE = 1  # seconds; other tokens are had after 80 %
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

    def renewed(self, start, *args):
        """A client that has logged in with a token that is soon to be replaced by the one that is in the file now."""
        path = self.dir / f"token-{len(list(self.dir.glob('token-*')))}"
        path.write_text(token(LIFE))
        process = start(*args, "-d", "--token-file", path)
        process.err.wait_text("received CONNACK")
        path.write_text(token(3600))
        return process

    def publish(self, topic, *args):
        lines = self.dir / topic.replace("/", "-")
        lines.write_text("".join(f"{number}\n" for number in NUMBERS))
        with open(lines, "rb") as stdin:
            return self.start("pub", "-p", self.port, "-t", topic, "-l", "--rate", RATE, *args, stdin=stdin)

    def check(self, process):
        self.assertEqual(OK, process.wait(), process.err.text())
        self.assertGreater(len(re.findall("received CONNACK", process.err.text())), 1)
        self.assertNotIn("connection lost", process.err.text())

    def test_subscribers(self):
        cases = [(V5, 0), (V5, 2), (V311, 0), (V311, 1), (V311, 2)]
        # At QoS 1 some may come twice.
        ends = [("--idle-timeout", "0.5") if qos == 1 else ("-C", COUNT) for _, qos in cases]
        subs = [self.renewed(self.start_sub, self.port, "-t", "n", "-q", qos, *end, *version)
                for (version, qos), end in zip(cases, ends)]
        pub = self.publish("n", "-q", 2)
        self.assertEqual(OK, pub.wait(), pub.err.text())
        for (version, qos), sub in zip(cases, subs):
            with self.subTest(version=version[1], qos=qos):
                self.check(sub)
                lines = sub.out.text().split()
                self.assertEqual(NUMBERS, list(dict.fromkeys(lines)) if qos == 1 else lines)

    def test_publishers(self):
        cases = [(V5, 0), (V5, 2), (V311, 0), (V311, 2)]
        topics = [f"p/{version[1]}/{qos}" for version, qos in cases]
        recorder = self.start_sub(self.port, "-t", "p/#", "-q", 2, "-C", COUNT * len(cases), "-v")
        pubs = [self.renewed(self.publish, topic, "-q", qos, *version) for topic, (version, qos) in zip(topics, cases)]
        for pub in pubs:
            self.check(pub)
        self.assertEqual(OK, recorder.wait(), recorder.err.text())
        lines = recorder.out.text().splitlines()
        for topic in topics:
            with self.subTest(topic):
                self.assertEqual(NUMBERS, [line.split()[1] for line in lines if line.startswith(topic + " ")])

    def test_a_session_that_was_kept_for_it_before_5_ends_with_the_run(self):
        sub = self.renewed(self.start_sub, self.port, "-t", "n", "-q", 1, "-C", 1, "-i", "mine", *V311)
        self.expect_ok(self.pub(self.port, "-t", "n", "-m", "x", "-q", 1))
        self.check(sub)
        client = raw_client.RawClient(self.port, version=mqtt.V311)
        self.addCleanup(client.close)
        self.assertFalse(client.connect("mine", clean=False).session_present)

    def test_a_will_is_not_published(self):
        watch = self.start_sub(self.port, "-t", "#", "-q", 1, "-C", 1)
        sub = self.renewed(self.start_sub, self.port, "-t", "n", "--will-topic", "will", "--will-payload", "gone")
        sub.err.wait_text(r"(?s)received CONNACK.*received CONNACK")
        self.expect_ok(self.pub(self.port, "-t", "after", "-m", "all is well"))
        self.assertEqual(OK, watch.wait())
        self.assertEqual("all is well\n", watch.out.text())


if __name__ == "__main__":
    harness.main()
