"""mqrig sub: which messages are taken, what the broker refuses, and when the run ends."""

import signal

import harness
import mqtt

VERSIONS = ("31", "311", "5")
FAST = ("--reconnect-delay", "0.05")


class Selection(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker()

    def publish(self, topic, payload, *args):
        self.expect_ok(self.pub(self.server.port, "-t", topic, "-m", payload, *args))

    def retained(self):
        """The topics that the broker retains."""
        result = self.run_mqrig("sub", "-p", self.server.port, "-t", "#", "-F", "%t", "--retained-only", "--idle-timeout", "0.3")
        self.expect_ok(result)
        return result.out.decode().split()

    def test_removing_retained_messages_clears_what_was_printed_and_nothing_else(self):
        for version in VERSIONS:
            for qos in (0, 2):
                for topic in ("a/1", "a/2", "b/1", "c"):
                    self.publish(topic, "old", "-r")
                result = self.run_mqrig("sub", "-p", self.server.port, "-V", version, "-q", qos, "-t", "a/#", "-t", "b/#",
                                        "-T", "b/1", "--remove-retained", "-v", "--idle-timeout", "0.3")
                self.expect_ok(result)
                self.assertEqual(["a/1 old", "a/2 old"], sorted(result.out.decode().splitlines()))
                self.assertEqual(["b/1", "c"], sorted(self.retained()))

    def test_removals_are_done_before_a_count_ends_the_run(self):
        for topic in ("a/1", "a/2", "a/3"):
            self.publish(topic, "old", "-r")
        result = self.run_mqrig("sub", "-p", self.server.port, "-t", "a/+", "--remove-retained", "-C", 2)
        self.expect_ok(result)
        self.assertEqual(b"old\nold\n", result.out)
        self.assertEqual(1, len(self.retained()))

    def test_removing_with_the_flag_kept_as_published_does_not_go_in_circles(self):
        self.publish("a", "old", "-r")
        result = self.run_mqrig("sub", "-p", self.server.port, "-t", "a", "--retain-as-published", "--remove-retained",
                                "-v", "--idle-timeout", "0.3")
        self.expect_ok(result)
        self.assertEqual(b"a old\n", result.out)

    def test_a_removal_that_is_refused_is_an_error(self):
        def dialogue(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.publish(peer.version, "a", b"old", retain=True))
            found = peer.expect("PUBLISH")
            self.assertEqual(("a", b"", True, 1), (found.topic, found.payload, found.retain, found.qos))
            peer.send(mqtt.ack("PUBACK", found.mid, 0x87))
            peer.expect("DISCONNECT")
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "--remove-retained", "-C", 1)
        scripted.finish()
        self.assertEqual((6, b"old\n"), (result.code, result.out))
        self.assertRegex(result.err, "'a'.*(?i:not authorized)")

    def test_a_random_share(self):
        lines = b"x\n" * 1000
        for share, few, many in ((0, 0, 0), (100, 1000, 1000), (50, 350, 650)):
            reader = self.start_sub(self.server.port, "-q", 1, "-t", "a", "--random-filter", share, "--idle-timeout", "1")
            self.expect_ok(self.pub(self.server.port, "-q", 1, "-t", "a", "-l", input=lines))
            self.assertEqual(0, reader.wait())
            self.assertTrue(few <= len(reader.out.lines()) <= many, f"{len(reader.out.lines())} at {share} %")

    def test_a_message_that_was_filtered_out_is_acknowledged(self):
        def dialogue(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.publish(peer.version, "no", b"x", qos=1, mid=1))
            self.assertEqual(1, peer.expect("PUBACK").mid)
            peer.send(mqtt.publish(peer.version, "yes", b"y", qos=1, mid=2))
            self.assertEqual(2, peer.expect("PUBACK").mid)
            peer.expect("DISCONNECT")
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-q", 1, "-t", "#", "-T", "no", "-C", 1)
        scripted.finish()
        self.assertEqual((0, b"y\n"), (result.code, result.out))

    def test_exit_after_subscribe_leaves_messages_to_the_session(self):
        session = ("sub", "-p", self.server.port, "-i", "s", "-c", "-q", 1, "-t", "a")
        self.expect_ok(self.run_mqrig(*session, "-E"))
        self.publish("a", "later", "-q", 1)
        result = self.run_mqrig(*session, "-E")
        self.assertEqual((0, b""), (result.code, result.out))
        result = self.run_mqrig(*session, "-C", 1)
        self.assertEqual((0, b"later\n"), (result.code, result.out))


class Refusals(harness.MqttTest):
    def answered(self, codes, *args, **options):
        def dialogue(peer):
            peer.accept()
            peer.send(mqtt.suback(peer.version, peer.expect("SUBSCRIBE").mid, codes))
            if codes[0] < 0x80:
                peer.send(mqtt.publish(peer.version, "a", b"x"))
            peer.expect("DISCONNECT")
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, *args, **options)
        scripted.finish()
        return result

    def test_each_refused_filter_is_named_and_the_others_go_on(self):
        for version, code in (("311", 0x80), ("5", 0x87), ("5", 0x9E)):
            result = self.answered([0, code, code], "-V", version, "-t", "a", "-t", "b/#", "-t", "c", "-C", 1)
            self.assertEqual((6, b"x\n"), (result.code, result.out), str(result))
            self.assertRegex(result.err, "(?s)'b/#'.*'c'")
            self.assertNotIn("'a'", result.err)

    def test_nothing_granted_is_the_end(self):
        for version, code in (("311", 0x80), ("5", 0x87)):
            result = self.answered([code, code], "-V", version, "-t", "a", "-t", "b")
            self.expect_failure(result, 6, "'a'", "'b'")

    def test_a_lower_qos_than_asked_is_no_error(self):
        result = self.answered([0], "-q", 2, "-t", "a", "-C", 1)
        self.assertEqual((0, ""), (result.code, result.err))

    def test_an_unsubscription_that_is_refused(self):
        def dialogue(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.suback(peer.version, peer.expect("UNSUBSCRIBE").mid, [0x87], "UNSUBACK"))
            peer.expect("DISCONNECT")
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-V", "5", "-t", "a", "-U", "b", "-E")
        scripted.finish()
        self.expect_failure(result, 6, "'b'")

    def test_no_topic_at_all_is_wrong_usage(self):
        self.expect_failure(self.run_mqrig("sub", "-p", harness.free_port()), 2, "topic")

    def test_an_unsubscription_needs_no_topic(self):
        server = self.broker()
        self.expect_ok(self.run_mqrig("sub", "-p", server.port, "-U", "a", "-E"))


class Ends(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = self.broker()

    def test_idle_before_the_count_is_reached_is_a_time_out(self):
        self.expect_ok(self.pub(self.server.port, "-t", "a", "-m", "x", "-r"))
        result = self.run_mqrig("sub", "-p", self.server.port, "-t", "a", "-C", 2, "--idle-timeout", "0.2")
        self.assertEqual((7, b"x\n"), (result.code, result.out))

    def test_the_time_is_over_without_a_connection(self):
        scripted = self.peer(lambda peer: peer.expect_closed())
        result = self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "-W", "0.3")
        self.expect_code(result, 7)

    def test_the_time_is_over_while_the_connection_is_lost(self):
        def hang_up(peer):
            peer.accept()
            peer.grant()
        scripted = self.peer(hang_up)
        result = self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "-W", "1", "--reconnect-delay", "100")
        self.expect_code(result, 7)

    def test_the_time_is_over_while_the_reader_stalls(self):
        def flood(peer):
            peer.accept()
            peer.grant()
            for _ in range(40):
                peer.send(mqtt.publish(peer.version, "a", b"x" * 65000))
            peer.expect_closed()
        scripted = self.peer(flood)
        reader = self.start("sub", "-p", scripted.port, "-t", "a", "-C", 40, "-W", "1", reading=False)
        self.assertEqual(7, reader.child.wait(harness.DEADLINE))

    def test_any_end_of_its_own_makes_a_signal_cut_the_run_short(self):
        for args, code in (((), 0), (("-v", "-q", 1), 0), (("-W", "100"), 143), (("--idle-timeout", "100"), 143),
                           (("--retained-only",), 143), (("-C", 100), 143)):
            reader = self.start_sub(self.server.port, "-t", "a", *args)
            reader.signal(signal.SIGTERM)
            self.assertEqual(code, reader.wait(), args)

    def test_a_count_stops_in_the_middle_of_a_read(self):
        """More messages arrive in one piece than are wanted: the others are neither printed nor acknowledged."""
        def dialogue(peer):
            peer.accept()
            peer.grant()
            peer.send(b"".join(mqtt.publish(peer.version, "a", b"%d" % i, qos=1, mid=i) for i in range(1, 10)))
            self.packets = peer.expect_closed()
        for version in VERSIONS:
            scripted = self.peer(dialogue)
            result = self.run_mqrig("sub", "-p", scripted.port, "-V", version, "-q", 1, "-t", "a", "-C", 3)
            scripted.finish()
            self.assertEqual((0, b"1\n2\n3\n"), (result.code, result.out))
            self.assertEqual([("PUBACK", 1), ("PUBACK", 2), ("PUBACK", 3), ("DISCONNECT", None)],
                             [(p.name, getattr(p, "mid", None) if p.name == "PUBACK" else None) for p in self.packets])


if __name__ == "__main__":
    harness.main()
