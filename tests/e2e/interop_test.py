"""What real brokers do and a client must survive, played by a scripted one."""

import harness
import mqtt

REFUSED = 6


class QosTwoInFlight(harness.MqttTest):
    """Some brokers acknowledge QoS 2 messages beyond their window and drop them: at most 20 before version 5."""

    def most_in_flight(self, version, lines, *args, **props):
        """Answers only when the client has stopped sending, and returns how many were uncompleted at most."""
        self.most = 0

        def dialogue(peer):
            peer.accept(**props)
            open_ids, received = set(), 0
            while received < lines or open_ids:
                try:
                    found = peer.read(0.3 if open_ids else harness.DEADLINE)
                except TimeoutError:
                    for mid in sorted(open_ids):
                        peer.send(mqtt.ack("PUBREC", mid))
                    for mid in sorted(open_ids):
                        self.assertEqual(mid, peer.expect("PUBREL").mid)
                    # Nothing new may come between PUBREC and PUBCOMP.
                    self.assertEqual([], [p for p in self.rest(peer) if p.name == "PUBLISH"])
                    for mid in sorted(open_ids):
                        peer.send(mqtt.ack("PUBCOMP", mid))
                    open_ids.clear()
                    continue
                self.assertEqual("PUBLISH", found.name)
                self.assertNotIn(found.mid, open_ids)
                open_ids.add(found.mid)
                received += 1
                self.most = max(self.most, len(open_ids))
            peer.expect("DISCONNECT")

        scripted = self.peer(dialogue)
        result = self.pub(scripted.port, "-V", version, "-q", 2, "-t", "a", "-l", *args, input=b"x\n" * lines)
        scripted.finish()
        self.expect_ok(result)
        return self.most

    @staticmethod
    def rest(peer):
        found = []
        try:
            while True:
                found.append(peer.read(0.2))
        except TimeoutError:
            return found

    def test_twenty_before_version_five(self):
        for version in ("31", "311"):
            self.assertEqual(20, self.most_in_flight(version, 50))

    def test_more_where_the_user_asks_for_it(self):
        self.assertEqual(30, self.most_in_flight("311", 50, "--max-inflight", "30"))

    def test_the_receive_maximum_of_version_five(self):
        self.assertEqual(2, self.most_in_flight("5", 7, receive_maximum=2))
        self.assertEqual(40, self.most_in_flight("5", 60, receive_maximum=40))

    def test_the_smaller_of_both_limits(self):
        self.assertEqual(3, self.most_in_flight("5", 7, "--max-inflight", "3", receive_maximum=10))

    def test_a_failed_pubrec_frees_its_slot_and_is_reported(self):
        def dialogue(peer):
            peer.accept(receive_maximum=1)
            peer.send(mqtt.ack("PUBREC", peer.expect("PUBLISH").mid, 0x97))
            second = peer.expect("PUBLISH")
            peer.send(mqtt.ack("PUBREC", second.mid))
            peer.send(mqtt.ack("PUBCOMP", peer.expect("PUBREL").mid))
            peer.expect("DISCONNECT")
        scripted = self.peer(dialogue)
        result = self.pub(scripted.port, "-V", "5", "-q", 2, "-t", "a", "-l", "--skip-invalid", input=b"one\ntwo\n")
        self.assertEqual(REFUSED, result.code, str(result))
        self.assertRegex(result.err, r"(?is)line 1.*quota")
        scripted.finish()


class Answers(harness.MqttTest):
    def publish(self, qos, *answer, version="5", codes=(0,), text=""):
        """PUBLISH, answered by these functions of the packet; the run must end with one of the codes."""
        def dialogue(peer):
            peer.accept()
            found = peer.expect("PUBLISH")
            for part in answer:
                if isinstance(part, str):
                    found = peer.expect(part)
                else:
                    peer.send(part(found.mid))
            peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.pub(scripted.port, "-V", version, "-q", qos, "-t", "a", "-m", "x", "--no-reconnect")
        scripted.finish()
        self.assertIn(result.code, codes, str(result))
        if text:
            self.assertRegex(result.err, text)

    def test_no_matching_subscribers_is_success(self):
        self.publish(1, lambda mid: mqtt.ack("PUBACK", mid, 0x10))
        self.publish(2, lambda mid: mqtt.ack("PUBREC", mid, 0x10), "PUBREL", lambda mid: mqtt.ack("PUBCOMP", mid, 0))
        self.publish(1, lambda mid: mqtt.ack("PUBACK", mid, 0x10, {"reason-string": "nobody", "user-property": [("a", "b")]}))

    def test_a_reason_that_is_a_failure(self):
        for reason in (0x80, 0x83, 0x87, 0x90, 0x97, 0x99):
            self.publish(1, lambda mid, r=reason: mqtt.ack("PUBACK", mid, r), codes=(REFUSED,))
            self.publish(2, lambda mid, r=reason: mqtt.ack("PUBREC", mid, r), codes=(REFUSED,))
        self.publish(1, lambda mid: mqtt.ack("PUBACK", mid, 0x97, {"reason-string": "come back later"}), codes=(REFUSED,),
                     text="come back later")

    def test_puback_for_a_qos_2_message_is_an_end_and_no_hang(self):
        """RabbitMQ 3.10 does it: not what the specification says, but the message is taken."""
        self.publish(2, lambda mid: mqtt.ack("PUBACK", mid), codes=(0, 9))

    def test_pubcomp_for_an_unknown_id_is_told_or_taken(self):
        self.publish(2, lambda mid: mqtt.ack("PUBREC", mid), "PUBREL", lambda mid: mqtt.ack("PUBCOMP", mid, 0x92), codes=(0, 6, 9))

    def test_each_form_of_disconnect(self):
        for data in (b"\xe0\x00", b"\xe0\x01\x8b", b"\xe0\x02\x8b\x00", mqtt.disconnect(mqtt.V5, 0x8B, {"reason-string": "why"})):
            def dialogue(peer, packet=data):
                peer.accept()
                peer.grant()
                peer.send(packet)
                peer.expect_closed()
            scripted = self.peer(dialogue)
            result = self.run_mqrig("sub", "-p", scripted.port, "-V", "5", "-t", "a", "--no-reconnect")
            scripted.finish()
            self.expect_failure(result, 8)

    def test_each_form_of_unsuback(self):
        for version, data in (("5", mqtt.suback(5, 0, [0x11], "UNSUBACK")[4:]), ("5", mqtt.suback(5, 0, [0], "UNSUBACK")[4:]),
                              ("311", b"")):
            def dialogue(peer, rest=data):
                peer.accept()
                peer.grant()
                found = peer.expect("UNSUBSCRIBE")
                peer.send(mqtt.packet("UNSUBACK", found.mid.to_bytes(2, "big") + rest))
                peer.expect_closed()
            scripted = self.peer(dialogue)
            result = self.run_mqrig("sub", "-p", scripted.port, "-V", version, "-t", "a", "-U", "b", "-E")
            scripted.finish()
            self.expect_ok(result)

    def test_a_lower_qos_than_asked_for_is_taken(self):
        def dialogue(peer):
            peer.accept()
            peer.grant([1])
            peer.send(mqtt.publish(peer.version, "a", b"x", 1, 9))
            peer.expect("PUBACK")
            peer.expect_closed()
        scripted = self.peer(dialogue)
        self.expect_ok(self.run_mqrig("sub", "-p", scripted.port, "-q", 2, "-t", "a", "-C", 1))
        scripted.finish()

    def test_messages_before_suback_are_printed(self):
        def dialogue(peer):
            peer.accept()
            found = peer.expect("SUBSCRIBE")
            peer.send(mqtt.publish(peer.version, "a", b"early"), mqtt.suback(peer.version, found.mid, [0]),
                      mqtt.publish(peer.version, "a", b"late"))
            peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "-C", 2)
        self.assertEqual(b"early\nlate\n", result.out)
        scripted.finish()

    def test_topic_aliases_of_the_broker(self):
        def dialogue(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.publish(5, "long/topic", b"1", props={"topic-alias": 1}), mqtt.publish(5, "", b"2", props={"topic-alias": 1}),
                      mqtt.publish(5, "other", b"3", props={"topic-alias": 1}), mqtt.publish(5, "", b"4", props={"topic-alias": 1}))
            peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-v", "-t", "#", "-C", 4, "--topic-alias-maximum", 1)
        self.assertEqual(b"long/topic 1\nlong/topic 2\nother 3\nother 4\n", result.out)
        scripted.finish()

    def test_the_keep_alive_of_the_server_overrides_ours(self):
        def dialogue(peer):
            peer.accept(server_keep_alive=1)
            peer.grant()
            for _ in range(2):
                peer.expect("PINGREQ")
                peer.send(mqtt.packet("PINGRESP"))
            peer.send(mqtt.publish(5, "a", b"end"))
            peer.expect_closed()
        scripted = self.peer(dialogue)
        self.expect_ok(self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "-k", 1000, "-C", 1))
        scripted.finish()

    def test_return_code_128_of_mochi(self):
        scripted = self.peer(lambda peer: (peer.expect("CONNECT"), peer.send(b"\x20\x02\x00\x80"), peer.expect_closed()))
        result = self.pub(scripted.port, "-V", "311", "-t", "a", "-m", "x")
        self.expect_failure(result, result.code)
        self.assertIn(result.code, (3, 5, 9))
        scripted.finish()

    def test_a_refused_client_id(self):
        for version, data in (("311", b"\x20\x02\x00\x02"), ("5", mqtt.connack(5, 0x85))):
            scripted = self.peer(lambda peer, d=data: (peer.expect("CONNECT"), peer.send(d), peer.expect_closed()))
            result = self.pub(scripted.port, "-V", version, "-i", "a#b", "-t", "a", "-m", "x")
            self.expect_failure(result, result.code, "(?i)client id|identifier")
            self.assertEqual(1, scripted.connections)
            scripted.finish()

    def test_before_version_five_an_id_is_made_up(self):
        for version in ("31", "311"):
            scripted = self.peer(lambda peer: (self.ids.append(peer.accept().client_id), peer.expect_closed()))
            self.ids = []
            self.expect_ok(self.pub(scripted.port, "-V", version, "-t", "a", "-m", "x"))
            scripted.finish()
            self.assertTrue(0 < len(self.ids[0]) <= 23, self.ids)

    def test_a_topic_of_too_many_levels_is_refused_or_closed(self):
        def close(peer):
            peer.accept()
            peer.expect("PUBLISH")
        scripted = self.peer(close)
        result = self.pub(scripted.port, "-q", 1, "-t", "/".join("x" * 300), "-m", "x", "--no-reconnect")
        self.expect_failure(result, 8)
        scripted.finish()

    def test_the_limits_of_the_paho_test_broker(self):
        """Receive maximum 2, topic alias maximum 2, packets of at most 256 bytes."""
        def dialogue(peer):
            peer.accept(receive_maximum=2, topic_alias_maximum=2, maximum_packet_size=256)
            open_ids = []
            for _ in range(100):
                found = peer.expect("PUBLISH")
                self.assertLessEqual(len(found.body) + 2, 256)
                self.assertLessEqual(found.props.get("topic-alias", 1), 2)
                open_ids.append(found.mid)
                if len(open_ids) == 2:
                    peer.send(*[mqtt.ack("PUBACK", mid) for mid in open_ids])
                    open_ids.clear()
            peer.expect("DISCONNECT")
        scripted = self.peer(dialogue)
        result = self.pub(scripted.port, "-q", 1, "-t", "a", "-l", input=b"line\n" * 100)
        scripted.finish()
        self.expect_ok(result)


if __name__ == "__main__":
    harness.main()
