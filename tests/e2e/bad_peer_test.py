"""Peers that are no broker, or a broken one: one clear error, the documented exit code, never a hang."""

import socket
import time

import harness
import mqtt

CONNECT, DISCONNECTED, PROTOCOL = 3, 8, 9
SOON = ("--connect-timeout", "0.5")


class NoBroker(harness.MqttTest):
    def expect_fast_failure(self, codes, *args, texts=(), within=10):
        for command in (("pub", "-t", "a", "-m", "x"), ("sub", "-t", "a")):
            begin = time.monotonic()
            result = self.run_mqrig(*command, *args)
            self.assertIn(result.code, codes, str(result))
            self.assertEqual(b"", result.out)
            for text in texts:
                self.assertRegex(result.err, text)
            self.assertEqual(1, result.err.count("error"), "one error, once: " + str(result))
            self.assertLess(time.monotonic() - begin, within)

    def test_a_refused_port(self):
        port = harness.free_port()
        self.expect_fast_failure((CONNECT,), "-h", "127.0.0.1", "-p", port, texts=("(?i)refused", str(port)))

    def test_an_unknown_name(self):
        self.expect_fast_failure((CONNECT,), "-h", "no-such-host.invalid", texts=(r"no-such-host\.invalid",), within=15)

    def test_a_missing_unix_socket(self):
        self.expect_fast_failure((CONNECT,), "--unix", self.dir / "none", texts=("none",))

    def test_a_host_that_never_answers(self):
        """A listener whose backlog is full: the handshake hangs as it does with an unroutable address."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            port = listener.getsockname()[1]
            fillers = []
            for _ in range(4):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
                fillers.append(filler)
            self.expect_fast_failure((CONNECT,), "-p", port, "-h", "127.0.0.1", *SOON, texts=("(?i)answer",))
            for filler in fillers:
                filler.close()

    def test_a_bind_address_that_is_not_ours(self):
        server = self.broker()
        self.expect_fast_failure((CONNECT,), "-p", server.port, "-h", "127.0.0.1", "-A", "192.0.2.1", texts=(r"192\.0\.2\.1",))


class NoMqtt(harness.MqttTest):
    """What comes instead of CONNACK."""

    def expect_end(self, dialogue, codes, *texts, args=()):
        for command in (("pub", "-t", "a", "-m", "x"), ("pub", "-q", "2", "-t", "a", "-m", "x"), ("sub", "-t", "a")):
            for version in ("311", "5"):
                scripted = self.peer(dialogue)
                begin = time.monotonic()
                result = self.run_mqrig(*command, "-p", scripted.port, "-V", version, "--no-reconnect", *SOON, *args)
                scripted.finish()
                self.assertIn(result.code, codes, str(result))
                self.assertEqual(b"", result.out)
                for text in texts:
                    self.assertRegex(result.err, text)
                self.assertLess(time.monotonic() - begin, 10)
                self.assertEqual(1, scripted.connections)

    def test_an_http_answer(self):
        self.expect_end(lambda peer: (peer.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), peer.expect_closed()),
                        (PROTOCOL,), "(?i)http|mqtt")

    def test_garbage(self):
        self.expect_end(lambda peer: (peer.send(bytes(range(255, 0, -1)) * 10), peer.expect_closed()), (PROTOCOL,))

    def test_silence(self):
        self.expect_end(lambda peer: peer.expect_closed(), (CONNECT,), "(?i)time|answer")

    def test_half_a_packet_and_silence(self):
        self.expect_end(lambda peer: (peer.send(b"\x20\x03\x00"), peer.expect_closed()), (CONNECT, PROTOCOL))

    def test_half_a_packet_and_the_end(self):
        self.expect_end(lambda peer: (peer.expect("CONNECT"), peer.send(b"\x20\x03\x00")), (CONNECT, DISCONNECTED, PROTOCOL))

    def test_an_endless_remaining_length(self):
        self.expect_end(lambda peer: (peer.send(b"\x20\xff\xff\xff\xff\xff\xff"), peer.expect_closed()), (PROTOCOL,))

    def test_a_connack_of_256_megabytes_is_not_waited_for(self):
        self.expect_end(lambda peer: (peer.send(b"\x20\xff\xff\xff\x7f\x00\x00"), peer.expect_closed()), (PROTOCOL,))

    def test_another_packet_than_connack(self):
        self.expect_end(lambda peer: (peer.send(mqtt.publish(mqtt.V5, "a", b"x")), peer.expect_closed()), (PROTOCOL,))

    def test_an_unknown_return_code(self):
        self.expect_end(lambda peer: (peer.send(b"\x20\x02\x00\x7f"), peer.expect_closed()), (CONNECT, PROTOCOL))

    def test_an_early_end(self):
        self.expect_end(lambda peer: peer.expect("CONNECT"), (CONNECT, DISCONNECTED), "(?i)clos|end")


class Misbehaviour(harness.MqttTest):
    """A broker that greets properly and then breaks the protocol."""

    def after_subscribe(self, data, version):
        def dialogue(peer):
            peer.accept()
            peer.grant()
            peer.send(data)
            self.farewell = peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-V", version, "-t", "a", "-q", "2", "--no-reconnect")
        scripted.finish()
        return result

    def test_packets_that_break_the_protocol_end_the_run_with_their_reason(self):
        five, four = mqtt.V5, mqtt.V311
        for what, version, data, reason in (
                ("a reserved type", "5", b"\x00\x00", 0x81), ("QoS 3", "5", b"\x36\x05\x00\x01a\x00\x01", 0x81),
                ("a second CONNACK", "5", mqtt.connack(five), 0x82), ("a CONNECT", "5", mqtt.connect("x"), 0x82),
                ("a wildcard in a topic", "5", mqtt.publish(five, "a/#", b""), None),
                ("a topic that is not UTF-8", "5", mqtt.publish(five, b"\xff", b""), 0x81),
                ("packet id 0", "5", mqtt.publish(five, "a", b"", 1, 0), None),
                ("a topic alias that we did not allow", "5", mqtt.publish(five, "a", b"", props={"topic-alias": 65535}), 0x94),
                ("an unknown topic alias", "5", mqtt.publish(five, "", b"", props={"topic-alias": 1}), None),
                ("SUBACK for nothing", "5", mqtt.suback(five, 999, [0]), None),
                ("flags on PINGRESP", "5", b"\xd1\x00", 0x81), ("a short PUBLISH", "5", b"\x30\x01\x00", 0x81),
                ("an overlong length", "5", b"\x30\x80\x80\x80\x80\x01", 0x81),
                ("garbage", "311", b"\xff" * 40, None), ("QoS 3", "311", b"\x36\x05\x00\x01a\x00\x01", None),
                ("a second CONNACK", "311", mqtt.connack(four), None), ("DISCONNECT from the server", "311", b"\xe0\x00", None)):
            with self.subTest(what, version=version):
                result = self.after_subscribe(data, version)
                self.expect_failure(result, PROTOCOL)
                if version == "5":
                    self.assertEqual(["DISCONNECT"], [p.name for p in self.farewell])
                    if reason:
                        self.assertEqual(reason, self.farewell[0].reason)
                    self.assertGreaterEqual(self.farewell[0].reason, 0x80)

    def test_a_packet_above_our_maximum_is_refused(self):
        def dialogue(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.publish(peer.version, "a", b"x" * 200))
            self.farewell = peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "--maximum-packet-size", "100", "--no-reconnect")
        scripted.finish()
        self.expect_failure(result, PROTOCOL)
        self.assertEqual(0x95, self.farewell[-1].reason)

    def test_a_half_publish_and_the_end_is_never_printed(self):
        def dialogue(peer):
            peer.accept()
            peer.grant()
            peer.send(mqtt.publish(peer.version, "a", b"whole"), mqtt.publish(peer.version, "a", b"half of it")[:-3])
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "--no-reconnect")
        scripted.finish()
        self.assertEqual(b"whole\n", result.out)
        self.expect_code(result, DISCONNECTED)

    def test_a_broker_that_stops_answering_pings(self):
        def dialogue(peer):
            peer.accept()
            peer.grant()
            peer.expect("PINGREQ")
            peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-t", "a", "-k", "1", "--no-reconnect")
        scripted.finish()
        self.expect_code(result, DISCONNECTED, CONNECT)
        self.assertRegex(result.err, "(?i)ping|keep.?alive|answer|respon")

    def test_a_server_disconnect_tells_its_reason(self):
        for reason, text in ((0x8B, "(?i)shut"), (0x8E, "(?i)taken over"), (0x98, "(?i)administrative"), (0x93, "(?i)receive maximum")):
            with self.subTest(hex(reason)):
                result = self.after_subscribe(
                    mqtt.disconnect(mqtt.V5, reason, {"reason-string": "the moon is full", "server-reference": "other:1883"}), "5")
                self.expect_failure(result, DISCONNECTED, text, "the moon is full")

    def test_a_broker_that_sends_one_byte_at_a_time(self):
        def dialogue(peer):
            peer.expect("CONNECT")
            for byte in mqtt.connack(mqtt.V5):
                peer.send(bytes([byte]))
            found = peer.expect("SUBSCRIBE")
            for byte in mqtt.suback(mqtt.V5, found.mid, [2]) + mqtt.publish(mqtt.V5, "a", b"slow", 2, 7):
                peer.send(bytes([byte]))
            peer.expect("PUBREC")
            for byte in mqtt.ack("PUBREL", 7):
                peer.send(bytes([byte]))
            peer.expect("PUBCOMP")
            peer.send(mqtt.publish(mqtt.V5, "a", b"end"))
            peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.run_mqrig("sub", "-p", scripted.port, "-V", "5", "-q", 2, "-t", "a", "-C", 2)
        scripted.finish()
        self.expect_ok(result)
        self.assertEqual(b"slow\nend\n", result.out)


if __name__ == "__main__":
    harness.main()
