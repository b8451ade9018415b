"""Input that can't be right: one clear error, the documented exit code, and no connection where none is needed."""

import json
import os

import harness
import mqtt

USAGE, INPUT, REFUSED = 2, 10, 6


class CommandLine(harness.MqttTest):
    """None of these reaches a broker: port 1 would give exit code 3."""

    def expect_usage(self, *args, texts=(), command="pub"):
        with self.subTest(args=args):
            result = self.run_mqrig(command, "-p", "1", *args)
            self.expect_failure(result, USAGE, *texts)
            self.assertLessEqual(len(result.err.splitlines()), 3, str(result))

    def test_unknown_flags_with_a_suggestion(self):
        self.expect_usage("-t", "a", "-m", "x", "--retian", texts=("--retian", "--retain"))
        self.expect_usage("-t", "a", "-m", "x", "--repaet=3", texts=("--repaet", "--repeat"))
        self.expect_usage("-t", "a", "--cuont", "3", texts=("--cuont", "--count"), command="sub")
        self.expect_usage("-t", "a", "-m", "x", "-Z", texts=("-Z",))

    def test_unknown_commands_with_a_suggestion(self):
        self.expect_failure(self.run_mqrig("pubb"), USAGE, "pubb", "pub")
        self.expect_failure(self.run_mqrig(), USAGE)

    def test_values_out_of_range_or_of_another_kind(self):
        for flag, values in (
                ("-q", ("3", "-1", "abc", "", "1x")), ("-p", ("0", "65536", "31883x", "")), ("-k", ("-1", "65536", "x")),
                ("-V", ("4", "6", "x")), ("--repeat", ("0", "-1", "x")), ("--repeat-delay", ("-1", "x")),
                ("--rate", ("0", "-5/s", "x", "1/y")), ("-M", ("0", "65536")), ("-x", ("-2", "4294967296", "x")),
                ("--message-expiry", ("-1", "4294967296")), ("--will-qos", ("3",)), ("--receive-maximum", ("0", "65536")),
                ("--color", ("sometimes",)), ("--connect-timeout", ("-1", "x"))):
            for value in values:
                self.expect_usage("-t", "a", "-m", "x", flag, value, texts=(f"{flag}|--",))
        for flag, values in (("-C", ("0", "-1", "x")), ("-W", ("-1", "x")), ("--idle-timeout", ("-1", "x")),
                             ("--retain-handling", ("3", "x")), ("--subscription-id", ("0", "268435456"))):
            for value in values:
                self.expect_usage("-t", "a", flag, value, command="sub")

    def test_a_missing_value_topic_or_source(self):
        self.expect_usage("-m", "x", texts=("topic",))
        self.expect_usage("-t", "a", texts=("(?i)message|source|-m",))
        self.expect_usage("-t", "a", "-m", texts=("-m",))
        self.expect_usage("-q", "1", texts=("topic|-t",), command="sub")

    def test_two_sources_or_two_names_of_the_broker(self):
        self.expect_usage("-t", "a", "-m", "x", "-n")
        self.expect_usage("-t", "a", "-l", "-s")
        self.expect_usage("-t", "a", "-t", "b", "-m", "x")
        self.expect_usage("-t", "a", "-m", "x", "-i", "me", "-I", "prefix")
        self.expect_usage("-t", "a", "-m", "x", "-h", "localhost", "--unix", "/tmp/x")
        self.expect_usage("-t", "a", "-j", "-F", "%t", command="sub")
        self.expect_usage("-t", "a", "-R", "--retained-only", command="sub")

    def test_invalid_topics(self):
        for topic in ("", "a/#", "+/b", "a\udcff", "x" * 65536, "a\ud800"):
            with self.subTest(topic=topic[:20]):
                raw = topic.encode("utf-8", "surrogatepass") if "\ud800" in topic else os.fsencode(topic)
                result = self.run_mqrig("pub", "-p", "1", "-m", "x", "-t", raw)
                self.expect_failure(result, USAGE, "(?i)topic")

    def test_invalid_filters(self):
        for topic in ("", "a#", "a/#/b", "a+", "+a/b", "$share/g", "$share//a", "$share/g+/a", "$share/g/", "x" * 65536):
            for flag in ("-t", "-T", "-U"):
                if flag == "-T" and topic.startswith("$share"):
                    continue
                with self.subTest(topic=topic[:20], flag=flag):
                    others = () if flag == "-t" else ("-t", "ok")
                    result = self.run_mqrig("sub", "-p", "1", *others, flag, topic)
                    self.expect_failure(result, USAGE, "(?i)topic|filter|share|unsub")

    def test_invalid_utf8_in_properties(self):
        bad = b"\xff\xfe"
        for words in (("publish", "content-type", bad), ("publish", "response-topic", bad), ("publish", "user-property", "k", bad),
                      ("publish", "user-property", bad, "v"), ("connect", "user-property", "k", bad), ("will", "content-type", bad)):
            will = ("--will-topic", "w") if words[0] == "will" else ()
            self.expect_usage("-t", "a", "-m", "x", *will, "-D", *words, texts=("(?i)utf-8",))
        self.expect_usage("-t", "a", "-m", "x", "--content-type", bad, texts=("(?i)utf-8",))

    def test_properties_that_do_not_exist_or_do_not_belong_there(self):
        for words in (("publish", "no-such", "x"), ("nothing", "content-type", "x"), ("publish", "receive-maximum", "3"),
                      ("connect", "content-type", "x"), ("publish", "payload-format-indicator", "2"),
                      ("connect", "receive-maximum", "0"), ("publish", "message-expiry-interval", "x"),
                      ("publish", "content-type"), ("publish", "user-property", "key only")):
            self.expect_usage("-t", "a", "-m", "x", "-D", *words, texts=("-D|propert",))

    def test_a_property_that_stands_once_can_not_stand_twice(self):
        self.expect_usage("-t", "a", "-m", "x", "-D", "publish", "content-type", "a", "-D", "publish", "content-type", "b")

    def test_urls_that_are_none(self):
        for url in ("mqtt://", "mqtt://host:0/a", "mqtt://host:99999/a", "http://host/a", "mqtt://h%zz/a", "mqtt://[::1/a",
                    "mqtt://host/%00"):
            self.expect_usage("-L", url, "-m", "x")

    def test_version_five_flags_in_an_older_version(self):
        self.expect_usage("-V", "311", "-t", "a", "-m", "x", "--content-type", "text/plain", texts=("(?i)5|version",))
        self.expect_usage("-V", "31", "-t", "a", "-m", "x", "-D", "publish", "user-property", "a", "b", texts=("(?i)5|version",))


class Files(harness.MqttTest):
    def test_unreadable_files(self):
        server = self.broker()
        for path in (self.dir / "missing", self.dir):
            result = self.pub(server.port, "-t", "a", "-f", path)
            self.expect_failure(result, INPUT, str(path))
        result = self.pub(server.port, "-t", "a", "-m", "x", "-u", "u", "--password-file", self.dir / "missing")
        self.assertIn(result.code, (USAGE, INPUT), str(result))
        self.assertIn("missing", result.err)
        result = self.pub(server.port, "-t", "a", "-m", "x", "-u", "u", "--password-env", "NO_SUCH_VARIABLE")
        self.assertIn(result.code, (USAGE, INPUT), str(result))
        self.assertIn("NO_SUCH_VARIABLE", result.err)

    def test_bad_configuration_names_file_and_line(self):
        path = self.dir / "config.toml"
        for text in ("qos = 7\n", "no-such-key = 1\n", "qos = \n", "[no-such-command]\nqos = 1\n"):
            path.write_text(text)
            result = self.run_mqrig("pub", "--config", path, "-p", "1", "-t", "a", "-m", "x")
            self.expect_failure(result, USAGE, r"config\.toml:\d")
        result = self.run_mqrig("pub", "--config", self.dir / "none.toml", "-p", "1", "-t", "a", "-m", "x")
        self.expect_failure(result, USAGE, r"none\.toml")

    def test_bad_environment_names_the_variable(self):
        result = self.run_mqrig("pub", "-p", "1", "-t", "a", "-m", "x", env={"MQRIG_QOS": "7"})
        self.expect_failure(result, USAGE, "MQRIG_QOS")


class Lines(harness.MqttTest):
    BAD = (
        ("{", "the object ends too early"), ("[]", "no object"), ("x", "no JSON"), ('{"payload":"x"}', "no topic"),
        ('{"topic":"a/#","payload":"x"}', "a wildcard"), ('{"topic":"a","payload":"x","qos":3}', "no such QoS"),
        ('{"topic":"a","payload":"?","enc":"base64"}', "no base64"), ('{"topic":"a","payload":"x"} y', "more on the line"),
        ('{"topic":1,"payload":"x"}', "a number for a topic"), ('{"topic":"a","payload":"x","retain":"yes"}', "no boolean"),
        ('{"topic":"a","payload":"\\ud800"}', "half a surrogate pair"), ('{"topic":"a","payload":"x","enc":"rot13"}', "no such enc"),
    )

    def setUp(self):
        super().setUp()
        self.server = self.broker()
        self.seen = self.observer(self.server)

    def test_malformed_json_lines_stop_the_run_with_their_number(self):
        for line, why in self.BAD:
            with self.subTest(why):
                text = json.dumps({"topic": "ok", "payload": why}) + f"\n{line}\n" + '{"topic":"never","payload":"x"}\n'
                result = self.pub(self.server.port, "--ndjson", "-q", "1", input=text.encode())
                self.expect_failure(result, INPUT, r"\bline 2\b")
        found = self.seen.wait(len(self.BAD))
        self.assertEqual([("ok", why) for _, why in self.BAD], [(m.topic, m.payload.decode()) for m in found],
                         "what stands before the bad line is published, what follows is not")

    def test_invalid_utf8_in_a_json_line(self):
        result = self.pub(self.server.port, "--ndjson", input=b'{"topic":"a","payload":"\xff"}\n')
        self.expect_failure(result, INPUT, r"\bline 1\b")

    def test_skip_invalid_warns_and_goes_on(self):
        lines = []
        for line, why in self.BAD:
            lines += [line, json.dumps({"topic": "ok", "payload": why})]
        result = self.pub(self.server.port, "--ndjson", "--skip-invalid", "-q", "1", input="\n".join(lines).encode())
        for number in range(len(self.BAD)):
            self.assertRegex(result.err, rf"\bline {2 * number + 1}\b")
        found = self.seen.wait(len(self.BAD))
        self.assertEqual([why for _, why in self.BAD], [m.payload.decode() for m in found])
        self.assertIn(result.code, (0, INPUT), str(result))

    def test_a_line_without_the_topic_separator(self):
        result = self.pub(self.server.port, "-l", "--topic-separator", ":", input=b"a:x\nno separator\n")
        self.expect_failure(result, INPUT, r"\bline 2\b")
        self.seen.wait(1)

    def test_a_line_whose_own_topic_is_invalid(self):
        result = self.pub(self.server.port, "-l", "--topic-separator", ":", input=b"a:x\nb/#:y\n")
        self.expect_failure(result, INPUT, r"\bline 2\b", "(?i)topic")


class Refusals(harness.MqttTest):
    """Messages and subscriptions that the broker does not want."""

    ACL = "topic readwrite open/#\ntopic write in/#\ntopic read #\n"

    def test_a_payload_above_the_maximum_packet_size_of_the_broker(self):
        def dialogue(peer):
            peer.accept(maximum_packet_size=100)
            for found in peer.expect_closed():
                self.assertNotEqual("PUBLISH", found.name)
        for qos in (0, 1, 2):
            scripted = self.peer(dialogue)
            result = self.pub(scripted.port, "-q", qos, "-t", "a", "-m", "x" * 100)
            scripted.finish()
            self.assertIn(result.code, (REFUSED, INPUT), str(result))
            self.assertRegex(result.err, "100")
            self.assertEqual(1, scripted.connections)

    def test_a_line_above_the_maximum_packet_size_is_named(self):
        server = self.mosquitto(config="max_packet_size 1000")
        seen = self.observer(server)
        result = self.pub(server.port, "-q", 1, "-t", "a", "-l", input=b"short\n" + b"x" * 2000 + b"\nshort\n")
        self.assertIn(result.code, (REFUSED, INPUT), str(result))
        self.assertRegex(result.err, r"\bline 2\b")
        seen.wait(1)

    def test_a_line_above_the_message_size_of_mosquitto_is_named_and_the_others_arrive(self):
        """It is answered with a reason code that PUBACK and PUBREC do not list."""
        server = self.mosquitto(config="message_size_limit 1000")
        for qos in (1, 2):
            with self.subTest(qos=qos):
                seen = self.observer(server)
                result = self.pub(server.port, "-q", qos, "-t", "a", "-l", input=b"short\n" + b"x" * 2000 + b"\nshort\n")
                self.assertEqual(REFUSED, result.code, str(result))
                self.assertRegex(result.err, r"\bline 2\b.*(?i:too large)")
                seen.wait(2)

    def test_a_payload_above_the_protocol_itself(self):
        path = self.dir / "huge"
        with open(path, "wb") as file:
            file.truncate(268435456)
        server = self.broker()
        result = self.pub(server.port, "-t", "a", "-f", path)
        self.assertIn(result.code, (USAGE, INPUT, REFUSED), str(result))
        self.assertEqual(b"", result.out)

    def test_a_denied_publish_is_reported_in_version_five(self):
        server = self.broker(acl=self.ACL)
        for qos in (1, 2):
            result = self.pub(server.port, "-V", "5", "-q", qos, "-t", "closed", "-m", "x")
            self.expect_failure(result, REFUSED, "(?i)not authori[sz]ed", "closed")

    def test_a_denied_line_is_named_and_the_others_arrive(self):
        server = self.broker(acl=self.ACL)
        seen = self.observer(server)
        result = self.pub(server.port, "-V", "5", "-q", 1, "-l", "--topic-separator", " ",
                          input=b"open/1 a\nclosed b\nopen/2 c\n")
        self.expect_failure(result, REFUSED, r"\bline 2\b", "(?i)not authori[sz]ed")
        seen.wait(1)

    def test_a_denied_subscription_is_reported_in_each_version(self):
        def dialogue(codes):
            def play(peer):
                peer.accept()
                peer.grant(codes)
                peer.expect_closed()
            return play
        for version, code in (("311", 0x80), ("5", 0x87), ("5", 0x8F), ("5", 0xA2), ("5", 0x9E)):
            scripted = self.peer(dialogue([code]))
            result = self.run_mqrig("sub", "-p", scripted.port, "-V", version, "-t", "closed/#")
            scripted.finish()
            self.expect_failure(result, REFUSED, "closed/#")
            self.assertEqual(1, scripted.connections)

    def test_one_denied_subscription_of_two_is_told(self):
        def dialogue(peer):
            peer.accept()
            peer.grant([0x87, 0])
            peer.send(mqtt.publish(peer.version, "open", b"x"))
            peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-t", "closed", "-t", "open", "-C", 1)
        self.assertIn("closed", result.err)
        self.expect_code(result, 0, REFUSED)

    def test_retain_and_qos_that_the_broker_does_not_offer(self):
        for flags, props, text in ((("-r",), {"retain_available": 0}, "(?i)retain"), (("-q", "2"), {"maximum_qos": 1}, "(?i)qos")):
            def dialogue(peer, offered=props):
                peer.accept(**offered)
                for found in peer.expect_closed():
                    self.assertNotEqual("PUBLISH", found.name)
            scripted = self.peer(dialogue)
            result = self.pub(scripted.port, "-t", "a", "-m", "x", *flags)
            scripted.finish()
            self.expect_failure(result, REFUSED, text)


if __name__ == "__main__":
    harness.main()
