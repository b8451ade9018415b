"""mqrig pub: every input and every flag, seen from the other side of the broker."""

import json
import os
import subprocess
import time

import harness
import mqtt

VERSIONS = ("31", "311", "5")


class Inputs(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker(config="max_inflight_messages 100\nmax_queued_messages 0")
        self.seen = self.observer(self.server)

    def expect_payloads(self, payloads, *args, input=b"", topic="in"):
        result = self.pub(self.server.port, "-t", topic, *args, input=input)
        self.expect_ok(result)
        self.assertEqual("", result.err, str(result))
        self.assertEqual(payloads, [m.payload for m in self.seen.wait(len(payloads))])

    def test_a_message_at_each_qos_in_each_version(self):
        expected = []
        for version in VERSIONS:
            for qos in (0, 1, 2):
                self.expect_ok(self.pub(self.server.port, "-V", version, "-q", qos, "-t", f"a/{version}", "-m", f"{qos}"))
                expected.append((f"a/{version}", qos, f"{qos}".encode(), False))
        found = self.seen.wait(len(expected))
        self.assertEqual(expected, [(m.topic, m.qos, m.payload, m.retain) for m in found])

    def test_mosquitto_sees_the_version_asked_for(self):
        server = self.mosquitto()
        for version, logged in (("31", "p1"), ("311", "p2"), ("5", "p5"), ("auto", "p5")):
            self.expect_ok(self.pub(server.port, "-V", version, "-i", f"v{version}", "-t", "a", "-m", "x"))
            server.log.wait_text(rf"as v{version} \({logged}, c1, k60\)")

    def test_a_file_is_sent_byte_for_byte(self):
        content = bytes(range(256)) * 300
        path = self.dir / "content"
        path.write_bytes(content)
        self.expect_payloads([content], "-q", "1", "-f", path)

    def test_stdin_is_one_message(self):
        self.expect_payloads([b"one\ntwo\n\0three"], "-s", input=b"one\ntwo\n\0three")

    def test_stdin_as_a_file_named_dash(self):
        self.expect_payloads([b"from a pipe"], "-f", "-", input=b"from a pipe")

    def test_lines_are_messages_with_nul_and_empty_lines_and_no_final_newline(self):
        lines = [b"first", b"", b"with\0nul", b"\xff\xfe not UTF-8", b"last without newline"]
        self.expect_payloads(lines, "-l", "-q", "1", input=b"\n".join(lines))

    def test_a_line_of_a_megabyte_is_one_message(self):
        lines = [b"a", b"x" * (1 << 20), b"b"]
        self.expect_payloads(lines, "-l", "-q", "2", input=b"\n".join(lines) + b"\n")

    def test_a_line_is_sent_at_once_while_stdin_stays_open(self):
        process = self.start("pub", "-p", self.server.port, *self.version, "-t", "in", "-l")
        for number in range(3):
            process.write(b"line %d\n" % number)
            self.assertEqual(b"line %d" % number, self.seen.wait(number + 1)[-1].payload)
        process.close_input()
        self.assertEqual(0, process.wait())

    def test_the_connection_stays_while_stdin_has_nothing(self):
        def dialogue(peer):
            peer.accept()
            for _ in range(2):
                peer.expect("PINGREQ")
                peer.send(mqtt.packet("PINGRESP"))
            process.write(b"late\n")
            self.assertEqual(b"late", peer.expect("PUBLISH").payload)
            process.close_input()
            peer.expect("DISCONNECT")
        scripted = self.peer(dialogue)
        process = self.start("pub", "-p", scripted.port, *self.version, "-t", "in", "-k", 1, "-l")
        self.assertEqual(0, process.wait())
        scripted.finish()

    def test_no_lines_are_no_messages_and_no_failure(self):
        self.expect_payloads([], "-l", input=b"")

    def test_records_end_with_nul(self):
        self.expect_payloads([b"a\nb", b"", b"c"], "-0", "-q", "1", input=b"a\nb\0\0c\0")

    def test_a_null_message_is_empty(self):
        self.expect_payloads([b""], "-n")

    def test_an_empty_message_is_empty(self):
        self.expect_payloads([b""], "-m", "")

    def test_repeat_sends_the_message_again(self):
        self.expect_payloads([b"x"] * 5, "-m", "x", "--repeat", "5")

    def test_repeat_delay_lies_between_two_messages(self):
        begin = time.monotonic()
        self.expect_payloads([b"x"] * 3, "-q", "1", "-m", "x", "--repeat", "3", "--repeat-delay", "0.2")
        self.assertGreater(time.monotonic() - begin, 0.4)

    def test_rate_spreads_lines_over_time(self):
        begin = time.monotonic()
        lines = [b"%d" % i for i in range(11)]
        self.expect_payloads(lines, "-q", "1", "-l", "--rate", "25/s", input=b"\n".join(lines))
        self.assertGreater(time.monotonic() - begin, 0.29)  # a late start is caught up by at most 100 ms

    def test_a_topic_for_each_line(self):
        result = self.pub(self.server.port, "-l", "-q", "1", "--topic-separator", " ", input=b"a/1 one\na/2 two words\na/3 \n")
        self.expect_ok(result)
        found = [(m.topic, m.payload) for m in self.seen.wait(3)]
        self.assertEqual([("a/1", b"one"), ("a/2", b"two words"), ("a/3", b"")], found)

    def test_twenty_thousand_lines_arrive_in_order_at_each_qos(self):
        lines = [b"line %d" % i for i in range(20000)]
        for number, qos in enumerate((0, 1, 2)):
            with self.subTest(qos=qos):
                result = self.pub(self.server.port, "-t", f"q{qos}", "-l", "-q", qos, input=b"\n".join(lines), timeout=60)
                self.expect_ok(result)
                found = self.seen.wait((number + 1) * len(lines), timeout=60)[number * len(lines):]
                self.assertTrue(lines == [m.payload for m in found], "lost, doubled or in another order")


class InputsInVersion31(Inputs):
    version = ("-V", "31")


class InputsInVersion311(Inputs):
    version = ("-V", "311")


class JsonLines(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker()
        self.seen = self.observer(self.server)

    def publish(self, *objects, args=()):
        text = "".join(json.dumps(o) + "\n" for o in objects)
        result = self.pub(self.server.port, "--ndjson", *args, input=text.encode())
        self.expect_ok(result)
        return self.seen.wait(len(objects))

    def test_topic_payload_qos_and_retain_come_from_the_line(self):
        found = self.publish(
            {"topic": "a/1", "payload": "grüß", "qos": 1, "retain": True},
            {"topic": "a/2", "payload": "AP8=", "enc": "base64", "qos": 2},
            {"topic": "a/3", "payload": {"n": [1.0, 1e2]}, "enc": "json"},
            {"topic": "a/4", "payload": ""})
        self.assertEqual(
            [("a/1", "grüß".encode(), 1, True), ("a/2", b"\0\xff", 2, False), ("a/3", b'{"n": [1.0, 100.0]}', 0, False),
             ("a/4", b"", 0, False)],
            sorted((m.topic, m.payload, m.qos, m.retain) for m in found))

    def test_flags_are_the_defaults_of_a_line(self):
        found = self.publish({"payload": "x"}, {"topic": "own", "payload": "y", "qos": 0},
                             args=("-t", "default", "-q", "1"))
        self.assertEqual([("default", 1), ("own", 0)], [(m.topic, m.qos) for m in found])

    def test_properties_come_from_the_line(self):
        found = self.publish({"topic": "a", "payload": "x", "props": {
            "content_type": "text/plain", "response_topic": "r/t", "correlation_data": "AQID", "expiry": 60, "format": 1,
            "user": [["k", "v"], ["k", "w"]]}})
        self.assertEqual("text/plain", found[0].props["content-type"])
        self.assertEqual("r/t", found[0].props["response-topic"])
        self.assertEqual(b"\1\2\3", found[0].props["correlation-data"])
        self.assertIn(found[0].props["message-expiry-interval"], (59, 60))
        self.assertEqual(1, found[0].props["payload-format-indicator"])
        self.assertEqual([("k", "v"), ("k", "w")], found[0].props["user-property"])

    def test_what_sub_prints_is_taken_back(self):
        reader = self.start_sub(self.server.port, "-t", "#", "-q", "2", "-j", "-C", "3")
        self.publish({"topic": "a", "payload": "text\n\"quoted\" \u0001", "qos": 1},
                     {"topic": "b", "payload": "/w==", "enc": "base64", "qos": 2},
                     {"topic": "c", "payload": "x", "props": {"user": [["a", "b"]], "content_type": "t"}})
        self.assertEqual(0, reader.wait())
        printed = reader.out.bytes()
        again = self.pub(self.server.port, "--ndjson", input=printed)
        self.expect_ok(again)
        found = self.seen.wait(6)
        key = [(m.topic, m.payload, m.qos, m.props) for m in found]
        self.assertEqual(key[:3], key[3:])


class Flags(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker()

    def publish(self, *args, **options):
        seen = self.observer(self.server)
        result = self.pub(self.server.port, *args, **options)
        self.expect_ok(result)
        return seen.wait(1)[0]

    def test_a_retained_message_stays_until_an_empty_one(self):
        for version in VERSIONS:
            topic = f"keep/{version}"
            self.expect_ok(self.pub(self.server.port, "-V", version, "-r", "-q", "1", "-t", topic, "-m", "kept"))
            late = self.observer(self.server, topic, client_id="late")
            self.assertEqual((b"kept", True), (late.wait(1)[0].payload, late.wait(1)[0].retain))
            self.expect_ok(self.pub(self.server.port, "-V", version, "-r", "-q", "1", "-t", topic, "-n"))
            late.wait(2)
            later = self.observer(self.server, topic, client_id="later")
            self.expect_ok(self.pub(self.server.port, "-t", topic, "-m", "new"))
            self.assertEqual(b"new", later.wait(1)[0].payload)

    def test_publish_properties_with_D(self):
        found = self.publish(
            "-t", "a", "-m", "x", "-D", "publish", "content-type", "text/plain", "-D", "publish", "response-topic", "re/ply",
            "-D", "publish", "correlation-data", "abc", "-D", "publish", "message-expiry-interval", "100",
            "-D", "PUBLISH", "payload-format-indicator", "1", "-D", "publish", "user-property", "k", "v",
            "-D", "publish", "user-property", "k", "w")
        self.assertIn(found.props.pop("message-expiry-interval"), (99, 100))
        self.assertEqual(
            {"content-type": "text/plain", "response-topic": "re/ply", "correlation-data": b"abc",
             "payload-format-indicator": 1, "user-property": [("k", "v"), ("k", "w")]}, found.props)

    def test_publish_properties_with_flags_of_their_own(self):
        found = self.publish(
            "-t", "a", "-m", "x", "--content-type", "text/plain", "--response-topic", "re/ply", "--correlation-data", "abc",
            "--message-expiry", "100", "--payload-format", "utf8", "--user-property", "k=v", "--user-property", "k=w=")
        self.assertIn(found.props.pop("message-expiry-interval"), (99, 100))
        self.assertEqual(
            {"content-type": "text/plain", "response-topic": "re/ply", "correlation-data": b"abc",
             "payload-format-indicator": 1, "user-property": [("k", "v"), ("k", "w=")]}, found.props)

    def test_the_broker_over_a_unix_socket(self):
        seen = self.observer(self.server)
        for version in VERSIONS:
            self.expect_ok(self.run_mqrig("pub", "--unix", self.server.unix, "-V", version, "-q", "1", "-t", "u", "-m", version))
        self.assertEqual([v.encode() for v in VERSIONS], [m.payload for m in seen.wait(3)])
        self.expect_ok(self.run_mqrig("pub", f"unix://{self.server.unix}", "-t", "u", "-m", "url"))
        self.assertEqual(b"url", seen.wait(4)[3].payload)

    def test_a_url_names_host_port_and_topic(self):
        seen = self.observer(self.server)
        self.expect_ok(self.run_mqrig("pub", f"mqtt://127.0.0.1:{self.server.port}/lamp/1", "-m", "on"))
        self.assertEqual(("lamp/1", b"on"), (seen.wait(1)[0].topic, seen.wait(1)[0].payload))

    def test_a_bind_address(self):
        server = self.mosquitto()
        self.expect_ok(self.pub(server.port, "-A", "127.0.0.7", "-i", "bound", "-t", "a", "-m", "x"))
        server.log.wait_text(r"from 127\.0\.0\.7:\d+ as bound")

    def test_client_id_prefix_keep_alive_and_persistent_session(self):
        server = self.mosquitto()
        for version in VERSIONS:
            self.expect_ok(self.pub(server.port, "-V", version, "-I", f"pre{version}-", "-k", "33", "-t", "a", "-m", "x"))
            server.log.wait_text(rf"as pre{version}-\S+ \(p\d, c1, k33\)")
            self.expect_ok(self.pub(server.port, "-V", version, "-c", "-i", f"stay{version}", "-t", "a", "-m", "x"))
            server.log.wait_text(rf"as stay{version} \(p\d, c0, k60\)")

    def test_the_trace_goes_to_stderr_and_names_each_packet(self):
        for qos, packets in ((0, ["PUBLISH"]), (1, ["PUBLISH", "PUBACK"]), (2, ["PUBLISH", "PUBREC", "PUBREL", "PUBCOMP"])):
            result = self.pub(self.server.port, "-d", "-q", qos, "-t", "a", "-m", "x")
            self.expect_ok(result)
            self.assertEqual(b"", result.out)
            for name in ["CONNECT", "CONNACK", *packets, "DISCONNECT"]:
                self.assertIn(name, result.err)

    def test_the_connection_ends_with_disconnect_so_that_no_will_fires(self):
        seen = self.observer(self.server)
        for version in VERSIONS:
            self.expect_ok(self.pub(self.server.port, "-V", version, "--will-topic", "will", "--will-payload", "dead",
                                    "-t", "a", "-m", "x"))
            self.expect_ok(self.pub(self.server.port, "-V", version, "--will-topic", "will", "--will-payload", "dead",
                                    "-q", "1", "-t", "a", "-l", input=b"one\ntwo\n"))
        self.expect_ok(self.pub(self.server.port, "-t", "end", "-m", "x"))
        found = seen.wait_for(lambda messages: messages and messages[-1].topic == "end")
        self.assertNotIn("will", [m.topic for m in found])

    def test_the_will_fires_when_the_process_is_killed(self):
        seen = self.observer(self.server)
        for version in VERSIONS:
            process = self.start("pub", "-p", self.server.port, "-V", version, "-l", "-t", "a", "--will-topic", f"will/{version}",
                                 "--will-payload", "dead", "--will-qos", "1", "--will-retain")
            process.write(b"alive\n")
            seen.wait_for(lambda messages: messages[-1:] and messages[-1].topic == "a")
            process.child.kill()
            will = seen.wait_for(lambda messages, v=version: messages[-1].topic == f"will/{v}")[-1]
            self.assertEqual((b"dead", 1, True), (will.payload, will.qos, will.retain))

    def test_stdin_is_left_alone_by_a_message_from_the_command_line(self):
        reading, writing = os.pipe()
        with open(reading, "rb") as rest:
            os.write(writing, b"untouched")
            os.close(writing)
            self.expect_ok(self.run_with_stdin(rest, "-t", "a", "-m", "x"))
            self.assertEqual(b"untouched", rest.read())

    def run_with_stdin(self, stdin, *args):
        process = self.start("pub", "-p", self.server.port, *args, stdin=stdin, stdout=subprocess.PIPE)
        return harness.Result(process, process.wait())


if __name__ == "__main__":
    harness.main()
