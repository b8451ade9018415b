"""mqrig sub: every flag against a real broker."""

import harness
import mqtt

VERSIONS = ("31", "311", "5")


class Printing(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker()

    def publish(self, topic, payload, *args):
        self.expect_ok(self.pub(self.server.port, "-t", topic, "-m", payload, *args))

    def finish(self, reader, code=0):
        self.assertEqual(code, reader.wait(), reader.err.text())
        return reader.out.bytes()

    def test_payloads_at_each_qos_in_each_version(self):
        for version in VERSIONS:
            for qos in (0, 1, 2):
                reader = self.start_sub(self.server.port, "-V", version, "-q", qos, "-t", "a/+", "-C", 2)
                self.publish("a/1", "one", "-q", 2)
                self.publish("a/2", "two", "-q", 0)
                self.assertEqual(b"one\ntwo\n", self.finish(reader))

    def test_many_topics_and_verbose(self):
        reader = self.start_sub(self.server.port, "-v", "-t", "a/#", "-t", "b", "-C", 3)
        self.publish("b", "1")
        self.publish("other", "no")
        self.publish("a/x/y", "2 words")
        self.publish("a", "")
        self.assertEqual(b"b 1\na/x/y 2 words\na \n", self.finish(reader))

    def test_a_url_names_the_filter(self):
        self.publish("lamp/1", "kept", "-r")
        result = self.run_mqrig("sub", f"mqtt://127.0.0.1:{self.server.port}/lamp/+", "-C", 1)
        self.expect_ok(result)
        self.assertEqual(b"kept\n", result.out)

    def test_a_unix_socket(self):
        self.publish("a", "kept", "-r")
        for version in VERSIONS:
            result = self.run_mqrig("sub", "--unix", self.server.unix, "-V", version, "-t", "a", "-C", 1)
            self.expect_ok(result)
            self.assertEqual(b"kept\n", result.out)

    def test_no_newline(self):
        reader = self.start_sub(self.server.port, "-N", "-t", "a", "-C", 2)
        self.publish("a", "one")
        self.publish("a", "two")
        self.assertEqual(b"onetwo", self.finish(reader))

    def test_filter_out(self):
        reader = self.start_sub(self.server.port, "-v", "-t", "#", "-T", "a/#", "-T", "+/no", "-C", 2)
        for topic in ("a/1", "b/no", "b/yes", "a", "c"):
            self.publish(topic, "x")
        self.assertEqual(b"b/yes x\nc x\n", self.finish(reader))

    def test_stale_messages_are_left_out(self):
        self.publish("a/1", "stale", "-r")
        reader = self.start_sub(self.server.port, "-R", "-t", "a/#", "-C", 1)
        self.publish("a/1", "fresh")
        self.assertEqual(b"fresh\n", self.finish(reader))

    def test_retained_only_ends_at_the_first_live_message(self):
        self.publish("a/1", "stale 1", "-r")
        self.publish("a/2", "stale 2", "-r")
        reader = self.start_sub(self.server.port, "--retained-only", "-v", "-t", "a/#")
        reader.out.wait_lines(2)
        self.publish("a/3", "live")
        self.assertEqual(["a/1 stale 1", "a/2 stale 2"], sorted(self.finish(reader).decode().splitlines()))

    def test_exit_after_the_subscription(self):
        for version in VERSIONS:
            result = self.sub(self.server.port, "-V", version, "-t", "a", "-t", "b", "-E")
            self.expect_ok(result)
            self.assertEqual((b"", ""), (result.out, result.err))

    def test_a_time_out_has_an_exit_code_of_its_own(self):
        result = self.sub(self.server.port, "-t", "a", "-W", "1", "-C", "1")
        self.expect_code(result, 7)
        self.publish("a", "kept", "-r")
        result = self.sub(self.server.port, "-t", "a", "-W", "20", "-C", "1")
        self.expect_ok(result)

    def test_an_idle_time_out_counts_from_the_last_message(self):
        self.publish("a", "kept", "-r")
        result = self.sub(self.server.port, "-t", "a", "--idle-timeout", "0.3")
        self.assertEqual(b"kept\n", result.out)
        self.expect_ok(result)

    def test_retained_messages_are_removed_but_those_left_out(self):
        for topic in ("a/1", "a/2", "b/1"):
            self.publish(topic, "stale", "-r")
        result = self.sub(self.server.port, "-v", "-t", "#", "-T", "b/#", "--remove-retained", "--retained-only", "-C", 2)
        self.expect_ok(result)
        self.assertEqual(["a/1 stale", "a/2 stale"], sorted(result.out.decode().splitlines()))
        result = self.sub(self.server.port, "-v", "-t", "#", "--idle-timeout", "0.3")
        self.assertEqual(b"b/1 stale\n", result.out)

    def test_a_random_share_of_the_messages(self):
        reader = self.start_sub(self.server.port, "-t", "a", "-t", "end", "--random-filter", "50", "--idle-timeout", "2")
        self.expect_ok(self.pub(self.server.port, "-t", "a", "-l", input=b"x\n" * 2000))
        count = self.finish(reader).count(b"\n")
        self.assertTrue(800 < count < 1200, count)

    def test_json(self):
        reader = self.start_sub(self.server.port, "-j", "-q", 1, "-t", "a", "-C", 1)
        self.publish("a", "grüß", "-q", "1")
        found = self.json_lines(self.finish(reader))[0]
        self.assertEqual(("a", "grüß", 1, False, "utf8", 6),
                         tuple(found[key] for key in ("topic", "payload", "qos", "retain", "enc", "size")))

    def test_a_pattern_shared_by_two_readers_gives_each_message_once(self):
        for version in ("311", "5"):
            readers = [self.start_sub(self.server.port, "-V", version, "-q", 1, "-t", "$share/g/work") for _ in range(2)]
            lines = [f"job {version} {i}" for i in range(20)]
            self.expect_ok(self.pub(self.server.port, "-q", 1, "-t", "work", "-l", input="\n".join(lines).encode()))
            harness.wait_until(lambda r=readers: sum(len(p.out.lines()) for p in r) >= 20, "all jobs are taken")
            self.assertEqual(sorted(lines), sorted(readers[0].out.lines() + readers[1].out.lines()))
            for reader in readers:
                reader.stop()


class PrintingInVersion31(Printing):
    version = ("-V", "31")


class PrintingInVersion311(Printing):
    version = ("-V", "311")


class Subscriptions(harness.MqttTest):
    """Flags that the broker acts on."""

    def setUp(self):
        super().setUp()
        self.server = self.broker()

    def subscribe_packet(self, *args):
        """What goes over the wire: the SUBSCRIBE that these flags lead to."""
        def dialogue(peer):
            peer.accept()
            self.subscription = peer.grant()
            peer.expect_closed()
        scripted = self.peer(dialogue)
        self.expect_ok(self.run_mqrig("sub", "-p", scripted.port, "-E", *args))
        scripted.finish()
        return self.subscription

    def test_options_of_a_subscription(self):
        plain = self.subscribe_packet("-t", "a", "-q", 1)
        self.assertEqual([("a", 1)], plain.filters)
        self.assertEqual({}, plain.props)
        full = self.subscribe_packet("-t", "a", "-t", "b", "-q", 2, "--no-local", "--retain-as-published",
                                     "--retain-handling", "never", "--subscription-id", "77",
                                     "-D", "subscribe", "user-property", "k", "v")
        self.assertEqual([("a", 2 | 4 | 8 | 32), ("b", 2 | 4 | 8 | 32)], full.filters)
        self.assertEqual({"subscription-identifier": [77], "user-property": [("k", "v")]}, full.props)

    def test_retain_as_published_keeps_the_flag(self):
        for args, shown in (((), b"0\n"), (("--retain-as-published",), b"1\n")):
            reader = self.start_sub(self.server.port, "-F", "%r", "-t", "a", "--retain-handling", "never", *args, "-C", 1)
            self.expect_ok(self.pub(self.server.port, "-t", "a", "-r", "-m", "x"))
            self.assertEqual(0, reader.wait())
            self.assertEqual(shown, reader.out.bytes())

    def test_retain_handling_chooses_what_comes_at_first(self):
        self.expect_ok(self.pub(self.server.port, "-t", "a", "-r", "-m", "kept"))
        for handling, expected in (("always", b"kept\nlive\n"), ("new", b"kept\nlive\n"), ("never", b"live\n")):
            reader = self.start_sub(self.server.port, "-t", "a", "--retain-handling", handling, "-C", expected.count(b"\n"))
            self.expect_ok(self.pub(self.server.port, "-t", "a", "-m", "live"))
            self.assertEqual(0, reader.wait())
            self.assertEqual(expected, reader.out.bytes())

    def test_the_subscription_id_comes_back(self):
        reader = self.start_sub(self.server.port, "-t", "a", "--subscription-id", "268435455", "-j", "-C", 1)
        self.expect_ok(self.pub(self.server.port, "-t", "a", "-m", "x"))
        self.assertEqual(0, reader.wait())
        self.assertEqual([268435455], self.json_lines(reader.out.bytes())[0]["props"]["sub_ids"])

    def test_connect_properties(self):
        def dialogue(peer):
            self.connect = peer.accept()
            peer.grant()
            peer.expect_closed()
        scripted = self.peer(dialogue)
        self.expect_ok(self.run_mqrig(
            "sub", "-p", scripted.port, "-E", "-t", "a", "-i", "me", "-c", "-x", "100", "-k", "17", "-u", "name", "-P", "word",
            "--receive-maximum", "9", "--maximum-packet-size", "10000", "--topic-alias-maximum", "5",
            "--connect-user-property", "a=b", "--will-topic", "w", "--will-payload", "p", "--will-qos", "2", "--will-retain",
            "--will-delay", "3", "--will-expiry", "4", "--will-content-type", "ct", "--will-payload-format", "utf8",
            "--will-response-topic", "r", "--will-correlation-data", "c", "--will-user-property", "k=v"))
        scripted.finish()
        found = self.connect
        self.assertEqual(("me", False, 17, "name", b"word"),
                         (found.client_id, found.clean, found.keep_alive, found.username, found.password))
        self.assertEqual({"session-expiry-interval": 100, "receive-maximum": 9, "maximum-packet-size": 10000,
                          "topic-alias-maximum": 5, "user-property": [("a", "b")]}, found.props)
        self.assertEqual(("w", b"p", 2, True), (found.will_topic, found.will_payload, found.will_qos, found.will_retain))
        self.assertEqual({"will-delay-interval": 3, "message-expiry-interval": 4, "content-type": "ct",
                          "payload-format-indicator": 1, "response-topic": "r", "correlation-data": b"c",
                          "user-property": [("k", "v")]}, found.will_props)

    def test_connect_properties_with_D(self):
        def dialogue(peer):
            self.connect = peer.accept()
            peer.grant()
            peer.expect_closed()
        scripted = self.peer(dialogue)
        self.expect_ok(self.run_mqrig(
            "sub", "-p", scripted.port, "-E", "-t", "a", "--will-topic", "w",
            "-D", "connect", "session-expiry-interval", "7", "-D", "connect", "receive-maximum", "8",
            "-D", "connect", "maximum-packet-size", "9000", "-D", "connect", "topic-alias-maximum", "10",
            "-D", "connect", "request-problem-information", "0", "-D", "connect", "request-response-information", "1",
            "-D", "connect", "user-property", "a", "b", "-D", "will", "will-delay-interval", "11",
            "-D", "will", "content-type", "ct"))
        scripted.finish()
        self.assertEqual({"session-expiry-interval": 7, "receive-maximum": 8, "maximum-packet-size": 9000,
                          "topic-alias-maximum": 10, "request-problem-information": 0, "request-response-information": 1,
                          "user-property": [("a", "b")]}, self.connect.props)
        self.assertEqual({"will-delay-interval": 11, "content-type": "ct"}, self.connect.will_props)


class PersistentSessions(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker()

    def resume(self, version, *args, **options):
        expiry = ("-x", "60") if version == "5" else ()
        return self.run_mqrig("sub", "-p", self.server.port, "-V", version, "-i", f"s{version}", "-c", *expiry, *args, **options)

    def test_what_came_while_we_were_away_is_printed(self):
        for version in VERSIONS:
            self.expect_ok(self.resume(version, "-q", 2, "-t", "a", "-E"))
            lines = [f"{i}" for i in range(50)]
            self.expect_ok(self.pub(self.server.port, "-q", 2, "-t", "a", "-l", input="\n".join(lines).encode()))
            result = self.resume(version, "-q", 2, "-t", "a", "-C", 50)
            self.expect_ok(result)
            self.assertEqual(lines, result.out.decode().split())

    def test_only_what_was_printed_is_acknowledged(self):
        """-C ends in the middle of the backlog: the rest comes to the next run."""
        for version in VERSIONS:
            self.expect_ok(self.resume(version, "-q", 1, "-t", "a", "-E"))
            lines = [f"{i}" for i in range(10)]
            self.expect_ok(self.pub(self.server.port, "-q", 1, "-t", "a", "-l", input="\n".join(lines).encode()))
            first = self.resume(version, "-q", 1, "-t", "a", "-C", 4)
            self.assertEqual(lines[:4], first.out.decode().split())
            rest = self.resume(version, "-q", 1, "-t", "a", "-C", 6)
            self.assertEqual(lines[4:], rest.out.decode().split())

    def test_a_killed_reader_repeats_and_never_loses(self):
        for version in VERSIONS:
            for qos in (1, 2):
                args = ("-V", version, "-c", "-i", f"k{version}{qos}", "-q", qos, "-t", "a")
                self.expect_ok(self.sub(self.server.port, *args, "-E"))
                lines = [f"{i}" for i in range(1000)]
                self.expect_ok(self.pub(self.server.port, "-q", 2, "-t", "a", "-l", input="\n".join(lines).encode()))
                reader = self.start("sub", "-p", self.server.port, *args, "-C", 1000)
                reader.out.wait_lines(300)
                reader.child.kill()
                reader.wait()
                first = reader.out.text().splitlines()
                rest = self.sub(self.server.port, *args, "--idle-timeout", "1").out.decode().split()
                self.assertEqual(set(lines), set(first) | set(rest))

    def test_unsubscribe_ends_a_subscription_of_the_session(self):
        for version in VERSIONS:
            self.expect_ok(self.resume(version, "-q", 1, "-t", "a", "-t", "b", "-E"))
            self.expect_ok(self.resume(version, "-q", 1, "-U", "a", "-t", "b", "-E"))
            self.expect_ok(self.pub(self.server.port, "-q", 1, "-t", "a", "-m", "not for us"))
            self.expect_ok(self.pub(self.server.port, "-q", 1, "-t", "b", "-m", "for us"))
            result = self.resume(version, "-q", 1, "-t", "b", "-C", 1)
            self.assertEqual(b"for us\n", result.out)

    def test_a_clean_start_throws_the_session_away(self):
        self.expect_ok(self.resume("5", "-q", 1, "-t", "a", "-E"))
        self.expect_ok(self.pub(self.server.port, "-q", 1, "-t", "a", "-m", "old"))
        reader = self.start_sub(self.server.port, "-i", "s5", "-q", 1, "-t", "a", "-C", 1)
        self.expect_ok(self.pub(self.server.port, "-q", 1, "-t", "a", "-m", "new"))
        self.assertEqual(0, reader.wait())
        self.assertEqual(b"new\n", reader.out.bytes())

    def test_a_resumed_session_goes_on_with_a_qos_2_exchange(self):
        """The broker sends PUBREL for a message of the last connection: it is completed, and not printed again."""
        def first(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.publish(peer.version, "a", b"once", qos=2, mid=5))
            peer.expect("PUBREC")

        def second(peer):
            peer.accept(session_present=True)
            peer.send(mqtt.publish(peer.version, "a", b"once", qos=2, mid=5, dup=True))
            peer.expect("PUBREC")
            peer.send(mqtt.ack("PUBREL", 5))
            peer.expect("PUBCOMP")
            peer.send(mqtt.publish(peer.version, "a", b"next", qos=2, mid=5))
            peer.expect("PUBREC")
            peer.expect_closed()

        scripted = self.peer(first, second)
        result = self.run_mqrig("sub", "-p", scripted.port, "-i", "me", "-c", "-x", "60", "-q", 2, "-t", "a", "-C", 2,
                                "--reconnect-delay", "0.05")
        scripted.finish()
        self.expect_ok(result)
        self.assertEqual(b"once\nnext\n", result.out)


if __name__ == "__main__":
    harness.main()
