"""Every packet that is not as it should be ends the connection that it came on, and no other."""

import harness
import mqtt
import raw_client
from mqtt import V311, V5
from server_test_case import ServerTest, in_versions

MALFORMED, PROTOCOL_ERROR = 0x81, 0x82
# The specification names no code for a wildcard at the wrong place.
BAD_FILTER, BAD_NAME = (0x81, 0x82, 0x8F), (0x81, 0x82, 0x90)
ID = b"\0\1"
BAD_TEXTS = {"surrogate": b"a\xed\xa0\x80", "overlong": b"\xc0\x80", "cut off": b"\xe6\x9d", "null": b"a\0b"}


def frame(first, body=b""):
    return bytes([first]) + mqtt.varint(len(body)) + body


def prop(name, value):
    """One property; a text may be bytes that are none."""
    number, kind = mqtt.IDENTIFIERS[name]
    return bytes([number]) + (mqtt.binary(value) if kind in ("s", "b") else value.to_bytes(kind, "big"))


class MalformedTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bystander = cls.connect_bystander()
        cls.addClassCleanup(cls.bystander.close)

    @classmethod
    def connect_bystander(cls):
        client = raw_client.RawClient(cls.broker.port)
        client.connect("bystander")
        client.subscribe("#")
        return client

    def expect_end(self, version, case, data, *reasons):
        """Of the connection on which this comes, and of nothing else; what stands behind it is not processed."""
        with self.subTest(case, version=version):
            client = self.client(version=version)
            client.send(data, mqtt.publish(version, self.topic(), b"behind"))
            try:
                self.expect_closed(client, *reasons)
            finally:
                heard = self.bystander.rest()
            self.assertEqual([], heard)


class Frames(MalformedTest):
    @in_versions(V311, V5)
    def test_a_remaining_length_is_minimal_and_has_four_bytes_at_most(self, version):
        """[MQTT-1.5.5-1] [MQTT-4.13.1-1] [MQTT-4.8.0-1 of 3.1.1] [MQTT-4.8.0-2 of 3.1.1]"""
        for length in (b"\x80\x00", b"\x80\x80\x00", b"\xff\xff\xff\xff\x01", b"\x80\x80\x80\x80\x00"):
            self.expect_end(version, length, b"\xc0" + length, MALFORMED)

    @in_versions(V311, V5)
    def test_reserved_flags_have_the_value_that_the_specification_lists(self, version):
        """[MQTT-2.1.3-1] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1] [MQTT-2.2.2-1 of 3.1.1]
        [MQTT-2.2.2-2 of 3.1.1] [MQTT-3.6.1-1 of 3.1.1] [MQTT-3.8.1-1 of 3.1.1] [MQTT-3.10.1-1 of 3.1.1]
        [MQTT-3.14.1-1 of 3.1.1]"""
        for name, flags in (("PUBACK", 0), ("PUBREC", 0), ("PUBREL", 2), ("PUBCOMP", 0), ("SUBSCRIBE", 2),
                            ("UNSUBSCRIBE", 2), ("PINGREQ", 0), ("DISCONNECT", 0)):
            none = b"\0" if version == V5 else b""
            body = {"SUBSCRIBE": ID + none + mqtt.binary("a") + b"\0", "UNSUBSCRIBE": ID + none + mqtt.binary("a"),
                    "PINGREQ": b"", "DISCONNECT": b""}.get(name, ID)
            for bad in {flags ^ 1, flags ^ 2, flags ^ 8, 15}:
                self.expect_end(version, f"{name} {bad}", mqtt.packet(name, body, bad), MALFORMED)

    def test_the_flags_of_auth_are_reserved(self):
        """[MQTT-3.15.1-1] [MQTT-2.1.3-1]"""
        self.expect_end(V5, "AUTH", mqtt.packet("AUTH", b"\x18\x00", 1), MALFORMED)

    @in_versions(V311, V5)
    def test_packets_that_no_client_sends_end_the_connection(self, version):
        """[MQTT-4.13.1-1] [MQTT-4.8.0-1 of 3.1.1]"""
        none = b"\0" if version == V5 else b""
        for case, data in (("CONNACK", mqtt.connack(version)), ("SUBACK", mqtt.suback(version, 1, [0])),
                           ("UNSUBACK", mqtt.packet("UNSUBACK", ID + none + none)),
                           ("PINGRESP", mqtt.packet("PINGRESP"))):
            self.expect_end(version, case, data, PROTOCOL_ERROR)
        self.expect_end(version, "RESERVED", b"\x00\x00", MALFORMED)
        if version == V311:
            self.expect_end(version, "AUTH", b"\xf0\x00")

    @in_versions(V311, V5)
    def test_packets_are_neither_too_short_nor_too_long(self, version):
        """[MQTT-4.13.1-1] [MQTT-4.8.0-1 of 3.1.1]"""
        for case, data in (("PINGREQ with a body", frame(0xC0, b"x")), ("empty PUBACK", frame(0x40)),
                           ("short PUBREL", frame(0x62, b"\0")), ("empty PUBLISH", frame(0x30)),
                           ("PUBLISH without id", frame(0x32, mqtt.binary("a"))), ("empty SUBSCRIBE", frame(0x82)),
                           ("topic behind the end", frame(0x30, b"\0\5a")),
                           ("no options", mqtt.subscribe(version, 1, [("a", 0)])[:1] + b"\x06" * (version == V5) +
                            b"\x05" * (version == V311) + ID + b"\0" * (version == V5) + mqtt.binary("a"))):
            self.expect_end(version, case, data, MALFORMED)


class Publishes(MalformedTest):
    @in_versions(V311, V5)
    def test_qos_3_and_dup_at_qos_0_are_malformed(self, version):
        """[MQTT-3.3.1-2] [MQTT-3.3.1-4] [MQTT-3.3.1-4 of 3.1.1] [MQTT-3.3.1-2 of 3.1.1]"""
        none = b"\0" if version == V5 else b""
        self.expect_end(version, "QoS 3", frame(0x36, mqtt.binary("a") + ID + none), MALFORMED)
        self.expect_end(version, "DUP", frame(0x38, mqtt.binary("a") + none), MALFORMED)

    @in_versions(V311, V5)
    def test_a_packet_identifier_is_not_zero(self, version):
        """[MQTT-2.3.1-1 of 3.1.1]"""
        none = b"\0" if version == V5 else b""
        for case, data in (("PUBLISH", frame(0x32, mqtt.binary("a") + b"\0\0" + none)),
                           ("SUBSCRIBE", mqtt.subscribe(version, 0, [("a", 0)])),
                           ("UNSUBSCRIBE", mqtt.unsubscribe(version, 0, ["a"]))):
            self.expect_end(version, case, data, MALFORMED, PROTOCOL_ERROR)

    @in_versions(V311, V5)
    def test_a_topic_is_a_name(self, version):
        """[MQTT-3.3.2-1] [MQTT-3.3.2-2] [MQTT-4.7.0-1] [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-1.5.4-1] [MQTT-1.5.4-2]
        [MQTT-3.3.2-1 of 3.1.1] [MQTT-3.3.2-2 of 3.1.1] [MQTT-4.7.1-1 of 3.1.1] [MQTT-4.7.3-1 of 3.1.1]
        [MQTT-4.7.3-2 of 3.1.1] [MQTT-1.5.3-1 of 3.1.1] [MQTT-1.5.3-2 of 3.1.1]"""
        for topic in ("#", "+", "a/#", "a/+/b", "a+", "#a"):
            self.expect_end(version, topic, mqtt.publish(version, topic), *BAD_NAME)
        for case, topic in BAD_TEXTS.items():
            self.expect_end(version, case, mqtt.publish(version, topic), MALFORMED)
        self.expect_end(version, "empty, no alias", mqtt.publish(version, ""), PROTOCOL_ERROR)

    def publish_with(self, data):
        return frame(0x30, mqtt.binary(self.topic()) + mqtt.varint(len(data)) + data)

    def test_properties_that_are_not_as_they_should_be(self):
        """[MQTT-2.2.2-1] [MQTT-3.3.4-6] [MQTT-4.13.1-1]"""
        content = prop("content-type", "t")
        for case, data, reason in (
                ("subscription identifier", b"\x0b\x01", PROTOCOL_ERROR), ("twice", content * 2, PROTOCOL_ERROR),
                ("format 2", prop("payload-format-indicator", 2), PROTOCOL_ERROR), ("unknown", b"\x7f\x01", MALFORMED),
                ("of CONNECT", prop("session-expiry-interval", 1), MALFORMED), ("cut off", content[:-1], MALFORMED),
                ("identifier not minimal", b"\x83\x00" + content[1:], MALFORMED)):
            self.expect_end(V5, case, self.publish_with(data), reason)
        self.expect_end(V5, "none at all", frame(0x30, mqtt.binary("a")), MALFORMED)
        self.expect_end(V5, "longer than the packet", frame(0x30, mqtt.binary("a") + b"\x09" + content), MALFORMED)

    def test_texts_in_properties_are_well_formed(self):
        """[MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-1.5.7-1] [MQTT-3.3.2-13] [MQTT-3.3.2-14] [MQTT-3.3.2-19]"""
        for case, text in BAD_TEXTS.items():
            for name in ("content-type", "response-topic"):
                self.expect_end(V5, f"{name} {case}", self.publish_with(prop(name, text)), MALFORMED)
            for pair in ((text, b""), (b"", text)):
                data = b"\x26" + mqtt.binary(pair[0]) + mqtt.binary(pair[1])
                self.expect_end(V5, f"user property {case}", self.publish_with(data), MALFORMED)
        for topic in ("a/#", "+"):
            self.expect_end(V5, topic, self.publish_with(prop("response-topic", topic)), *BAD_NAME)


class Requests(MalformedTest):
    @in_versions(V311, V5)
    def test_a_request_has_at_least_one_filter(self, version):
        """[MQTT-3.8.3-2] [MQTT-3.10.3-2] [MQTT-3.8.3-3 of 3.1.1] [MQTT-3.10.3-2 of 3.1.1]"""
        self.expect_end(version, "SUBSCRIBE", mqtt.subscribe(version, 1, []), PROTOCOL_ERROR)
        self.expect_end(version, "UNSUBSCRIBE", mqtt.unsubscribe(version, 1, []), PROTOCOL_ERROR)

    @in_versions(V311, V5)
    def test_a_filter_is_a_text_with_wildcards_in_their_places(self, version):
        """[MQTT-3.8.3-1] [MQTT-3.10.3-1] [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.3-1] [MQTT-4.7.3-2]
        [MQTT-3.8.3-1 of 3.1.1] [MQTT-3.10.3-1 of 3.1.1] [MQTT-4.7.1-2 of 3.1.1] [MQTT-4.7.1-3 of 3.1.1]
        [MQTT-4.7.3-1 of 3.1.1] [MQTT-4.7.3-2 of 3.1.1]"""
        for filter in ("", "a#", "#/a", "a/#/b", "a+", "+a/b", "##"):
            self.expect_end(version, f"SUBSCRIBE {filter}", mqtt.subscribe(version, 1, [("ok", 0), (filter, 0)]),
                            *BAD_FILTER)
            self.expect_end(version, f"UNSUBSCRIBE {filter}", mqtt.unsubscribe(version, 1, ["ok", filter]), *BAD_FILTER)
        for case, filter in BAD_TEXTS.items():
            self.expect_end(version, f"SUBSCRIBE {case}", mqtt.subscribe(version, 1, [(filter, 0)]), MALFORMED)
            self.expect_end(version, f"UNSUBSCRIBE {case}", mqtt.unsubscribe(version, 1, [filter]), MALFORMED)

    @in_versions(V311, V5)
    def test_the_options_of_a_subscription_have_no_other_values(self, version):
        """[MQTT-3.8.3-5] [MQTT-3.8.3-4 of 3.1.1]"""
        reserved = (0x40, 0x80, 0xC1) if version == V5 else (0x04, 0x08, 0x10, 0x20, 0x40, 0x80)
        for options in reserved:
            self.expect_end(version, hex(options), mqtt.subscribe(version, 1, [("a", options)]), MALFORMED)
        for options in (0x03, 0x30) if version == V5 else (0x03,):
            self.expect_end(version, hex(options), mqtt.subscribe(version, 1, [("a", options)]), PROTOCOL_ERROR)

    def test_a_subscription_identifier_is_given_once_and_not_zero(self):
        """[MQTT-1.5.5-1]"""
        for case, data, reason in (("zero", b"\x0b\x00", PROTOCOL_ERROR), ("twice", b"\x0b\x01\x0b\x02", PROTOCOL_ERROR),
                                   ("not minimal", b"\x0b\x81\x00", MALFORMED),
                                   ("five bytes", b"\x0b\x80\x80\x80\x80\x01", MALFORMED)):
            body = ID + mqtt.varint(len(data)) + data + mqtt.binary("a") + b"\0"
            self.expect_end(V5, case, frame(0x82, body), reason)

    def test_a_reason_code_is_one_of_its_packet(self):
        """[MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] [MQTT-3.14.2-1]"""
        for name in ("PUBACK", "PUBREC", "PUBREL", "PUBCOMP"):
            self.expect_end(V5, name, mqtt.ack(name, 1, 0x01), MALFORMED, PROTOCOL_ERROR)
        self.expect_end(V5, "DISCONNECT", mqtt.packet("DISCONNECT", b"\x01\x00"), MALFORMED, PROTOCOL_ERROR)


if __name__ == "__main__":
    harness.main()
