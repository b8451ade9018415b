"""mqrig broker and clients that are none of ours: paho-mqtt, MQTT.js, mosquitto_pub, mosquitto_sub and mosquitto_rr."""

import shutil

import harness
import outside_client
from outside_client import OutsideClient

VERSIONS = (3, 4, 5)
MEBIBYTE = 1 << 20


class InteropCase(harness.MqttTest):
    options = ()

    def setUp(self):
        super().setUp()
        self.server = harness.Broker(self.dir, *self.options)
        self.addCleanup(self.server.stop)
        self.server.start()


class Outside:
    """What each of the clients is asked to do, in each version it speaks."""

    def setUp(self):
        super().setUp()
        self.command()  # where it is missing, the test ends here

    def outside(self, version=5):
        client = OutsideClient(self.command(), self.dir, self.server.port, version)
        self.addCleanup(client.stop)
        return client

    def client(self, version=5, **connect):
        client = self.outside(version)
        client.connected = client.connect(**connect)
        return client

    def each_version(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                yield version, f"v{version}"

    def test_every_qos_both_ways(self):
        for version, topic in self.each_version():
            client = self.client(version)
            client.subscribe(f"{topic}/out", 2)
            reader = self.start_sub(self.server.port, "-q", 2, "-t", f"{topic}/in", "-F", "%q %p")
            for qos in (0, 1, 2):
                client.publish(f"{topic}/in", b"in", qos)
                self.expect_ok(self.pub(self.server.port, "-q", qos, "-t", f"{topic}/out", "-m", "out"))
            self.assertEqual([(b"out", qos) for qos in (0, 1, 2)], [(m["payload"], m["qos"]) for m in client.messages(3)])
            self.assertEqual(["0 in", "1 in", "2 in"], reader.out.wait_lines(3))
            client.disconnect()

    def test_retained_messages(self):
        for version, topic in self.each_version():
            self.client(version).publish(topic, b"kept", 1, retain=True)
            client = self.client(version)
            client.subscribe(topic, 1)
            found = client.messages(1)[0]
            self.assertEqual((b"kept", True), (found["payload"], found["retain"]))

    def test_the_will_of_a_client_that_dies(self):
        for version, topic in self.each_version():
            reader = self.client(version)
            reader.subscribe(topic, 2)
            self.client(version, will={"topic": topic, "payload": "gone", "qos": 2}).drop()
            self.assertEqual((b"gone", 2), [(m["payload"], m["qos"]) for m in reader.messages(1)][0])
            leaving = self.client(version, will={"topic": topic, "payload": "not this one", "qos": 2})
            leaving.disconnect()
            self.client(version).publish(topic, b"next", 1)
            self.assertEqual(b"next", reader.messages(1)[0]["payload"])

    def test_a_session_that_is_resumed(self):
        for version, topic in self.each_version():
            session = {"id": f"session{version}", "clean": False, "expiry": 100}
            client = self.client(version, **session)
            self.assertFalse(client.connected["present"])
            client.subscribe(topic, 2)
            client.disconnect()
            publisher = self.client(version)
            for qos in (1, 2):
                publisher.publish(topic, b"%d" % qos, qos)
            client = self.client(version, **session)
            # 3.1 has no flag for it.
            self.assertTrue(client.connected["present"] or version == 3)
            self.assertEqual([b"1", b"2"], [m["payload"] for m in client.messages(2)])

    def test_a_shared_subscription_serves_one_member(self):
        members = [self.client(version) for version in (4, 5)]
        for member in members:
            member.subscribe("$share/group/s", 1)
        publisher = self.client()
        for number in range(10):
            publisher.publish("s", b"%d" % number, 1)
        def all_there():
            lines = [member.process.out.bytes().count(b'"message"') for member in members]
            return sum(lines) == 10
        harness.wait_until(all_there, "ten messages")
        found = [m["payload"] for member in members
                 for m in member.messages(member.process.out.bytes().count(b'"message"'))]
        self.assertEqual(sorted(b"%d" % number for number in range(10)), sorted(found))

    def test_a_large_message(self):
        payload = bytes(range(256)) * (MEBIBYTE // 256 + 1)
        for version, topic in self.each_version():
            client = self.client(version)
            client.subscribe(topic, 2)
            for qos in (0, 2):
                self.client(version).publish(topic, payload, qos)
            self.assertTrue(all(found["payload"] == payload for found in client.messages(2)))

    def test_many_topics(self):
        for version, topic in self.each_version():
            reader, writer = self.client(version), self.client(version)
            reader.subscribe(f"{topic}/+/x/#", 1)
            names = [f"{topic}/{number}/x/{number % 7}" for number in range(200)]
            for name in names:
                writer.publish(name, name.encode(), 1)
            self.assertEqual(names, [m["topic"] for m in reader.messages(len(names))])

    def test_properties_of_version_5(self):
        properties = {"contentType": "text/plain", "responseTopic": "answers", "correlationData": "number 1", "messageExpiryInterval": 1000,
                      "userProperties": [["b", "1"], ["b", "2"], ["a", "3"]]}
        client = self.client()
        client.subscribe("p", 1)
        self.client().publish("p", b"x", 1, properties=properties)
        found = client.messages(1)[0]["properties"]
        left = found.pop("messageExpiryInterval")
        self.assertTrue(990 < left <= 1000, left)
        expected = {name: value for name, value in properties.items() if name != "messageExpiryInterval"}
        self.assertEqual(expected, {name: value for name, value in found.items() if name in expected})


class Paho(Outside, InteropCase):
    @staticmethod
    def command():
        return outside_client.paho_command()


class MqttJs(Outside, InteropCase):
    @staticmethod
    def command():
        return outside_client.mqtt_js_command()


class MosquittoClients(InteropCase):
    VERSIONS = ("mqttv31", "mqttv311", "mqttv5")

    def setUp(self):
        super().setUp()
        if not all(shutil.which(f"mosquitto_{name}") for name in ("pub", "sub", "rr")):
            outside_client.missing("mosquitto-clients")

    def begin(self, name, *args, **options):
        # stdbuf: -d writes through a buffer that nothing flushes.
        process = harness.Process(["stdbuf", "-oL", f"mosquitto_{name}", "-p", str(self.server.port), *map(str, args)],
                                  env=self.environment(), **options)
        self.addCleanup(process.stop)
        return process

    def publish(self, *args, code=0, **options):
        process = self.begin("pub", *args, **options)
        self.assertEqual(code, process.wait(), process.err.text())

    def reader(self, *args, **options):
        """mosquitto_sub, once its subscriptions are acknowledged: with -d it says so on stdout, between the messages."""
        process = self.begin("sub", "-d", *args, **options)
        process.out.wait_text("Subscribed")
        return process

    def lines(self, process, count):
        """Of a reader, which puts > before each message."""
        process.out.wait_for(lambda data: data.count(b"\n>") >= count, f"{count} messages")
        return [line[1:] for line in process.out.lines() if line.startswith(">")]

    def test_every_qos_and_version(self):
        for version in self.VERSIONS:
            reader = self.reader("-V", version, "-q", 2, "-t", f"{version}/#", "-F", ">%q %p")
            for qos in (0, 1, 2):
                self.publish("-V", version, "-q", qos, "-t", f"{version}/{qos}", "-m", "x")
            self.assertEqual(["0 x", "1 x", "2 x"], self.lines(reader, 3))

    def test_retained_messages_and_wills(self):
        for version in self.VERSIONS:
            self.publish("-V", version, "-r", "-q", 1, "-t", f"{version}/r", "-m", "kept")
            reader = self.reader("-V", version, "-q", 1, "-t", f"{version}/#", "-F", ">%t %r %p")
            dying = self.reader("-V", version, "-t", "x", "--will-topic", f"{version}/w", "--will-payload", "gone", "--will-qos", 1)
            dying.child.kill()
            self.assertEqual([f"{version}/r 1 kept", f"{version}/w 0 gone"], self.lines(reader, 2))

    def test_a_session_that_is_resumed(self):
        for version in self.VERSIONS:
            session = ("-V", version, "-i", version, "-c", "-q", 2, "-t", f"{version}/q", *(("-x", 100) if version == "mqttv5" else ()))
            away = self.begin("sub", *session, "-E")
            self.assertEqual(0, away.wait(), away.err.text())
            for number in range(3):
                self.publish("-V", version, "-q", 2, "-t", f"{version}/q", "-m", number)
            back = self.begin("sub", *session, "-C", 3)
            self.assertEqual(0, back.wait())
            self.assertEqual(["0", "1", "2"], back.out.lines())

    def test_shared_subscriptions(self):
        members = [self.reader("-q", 1, "-t", "$share/g/s", "-F", ">%p") for _ in range(2)]
        self.publish("-q", 1, "-t", "s", "-l", stdin=self.file(b"".join(b"%d\n" % number for number in range(10))))
        harness.wait_until(lambda: sum(one.out.bytes().count(b"\n>") for one in members) == 10, "ten messages")
        self.assertEqual(list(range(10)), sorted(int(line) for one in members for line in self.lines(one, 0)))

    def file(self, data):
        path = self.dir / "input"
        path.write_bytes(data)
        opened = open(path, "rb")
        self.addCleanup(opened.close)
        return opened

    def test_a_large_message(self):
        payload = bytes(range(256)) * (MEBIBYTE // 256 + 1)
        (self.dir / "large").write_bytes(payload)
        for version in self.VERSIONS:
            self.publish("-V", version, "-q", 2, "-r", "-t", version, "-f", self.dir / "large")
            got = self.begin("sub", "-V", version, "-q", 2, "-t", version, "-C", 1, "-N")
            self.assertEqual(0, got.wait(), got.err.text())
            self.assertEqual(payload, got.out.bytes())

    def test_user_properties_in_their_order(self):
        reader = self.reader("-V", "mqttv5", "-q", 1, "-t", "p", "-F", ">%P %C %p")
        pairs = [word for name, value in (("b", "1"), ("a", "2"), ("b", "3")) for word in ("-D", "publish", "user-property", name, value)]
        self.publish("-V", "mqttv5", "-q", 1, "-t", "p", "-m", "x", "-D", "publish", "content-type", "text", *pairs)
        self.assertEqual(["b:1 a:2 b:3 text x"], self.lines(reader, 1))

    def test_a_request_and_its_response(self):
        """mosquitto_rr asks; mqrig reads the request and answers with its correlation data."""
        asked = self.start_sub(self.server.port, "-t", "question", "-q", 1, "-C", 1, "-F", "%R\t%D")
        question = self.begin("rr", "-V", "mqttv5", "-q", 1, "-t", "question", "-e", "answer/1", "-m", "?",
                              "-D", "publish", "correlation-data", "c0ffee")
        topic, data = asked.out.wait_lines(1)[0].split("\t")
        self.assertEqual(("answer/1", "c0ffee"), (topic, data))
        self.publish("-V", "mqttv5", "-q", 1, "-t", topic, "-m", "!", "-D", "publish", "correlation-data", data)
        self.assertEqual(0, question.wait(), question.err.text())
        self.assertEqual(["!"], question.out.lines())


if __name__ == "__main__":
    harness.main()
