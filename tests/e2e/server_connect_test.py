"""How a broker answers CONNECT."""

import struct
import time

import harness
import mqtt
from mqtt import V31, V311, V5
from server_test_case import OTHER, ServerTest, in_versions


def connect_with_flags(version, flags, payload):
    """CONNECT with these connect flags and, behind the properties, this payload."""
    name = "MQIsdp" if version == V31 else "MQTT"
    body = mqtt.binary(name) + bytes([version, flags]) + struct.pack("!H", 0)
    return mqtt.packet("CONNECT", body + (b"\0" if version == V5 else b"") + payload)


class Connect(ServerTest):
    @in_versions()
    def test_a_bare_connect_is_accepted(self, version):
        """[MQTT-3.1.4-5] [MQTT-3.2.0-1] [MQTT-3.2.2-1] [MQTT-3.2.2-8] [MQTT-4.2-1] [MQTT-4.12.0-6]
        [MQTT-3.1.4-4 of 3.1.1] [MQTT-3.2.0-1 of 3.1.1] [MQTT-7.0.0-2 of 3.1.1] [MQTT-7.1.1-1 of 3.1.1]"""
        answer = self.client(version=version).connack
        self.assertEqual(b"\0\0", answer.body[:2])
        self.assertNotIn("authentication-method", answer.props)
        if version != V5:
            self.assertEqual(2, len(answer.body))

    def test_all_that_a_server_may_leave_out_is_offered(self):
        """Every QoS, retained messages, wildcards, subscription identifiers, shared subscriptions.
        [MQTT-3.2.2-9] [MQTT-3.2.2-12] [MQTT-3.2.2-13]"""
        client = self.client(will=mqtt.Will(self.topic(), b"gone", 2, True))
        for name in ("maximum-qos", "retain-available", "wildcard-subscription-available",
                     "subscription-identifier-available", "shared-subscription-available"):
            self.assertNotIn(client.connack.props.get(name), (0,), name)
        self.assertNotIn("maximum-qos", client.connack.props)

    @in_versions()
    def test_a_connect_that_comes_byte_by_byte_is_the_same(self, version):
        """[MQTT-4.2-1]"""
        client = self.raw(version)
        for byte in mqtt.connect(self.called("slow"), version):
            client.send(bytes([byte]))
        self.assertEqual(0, client.expect("CONNACK").reason)

    @in_versions()
    def test_what_follows_connect_at_once_is_processed(self, version):
        client = self.raw(version)
        client.send(mqtt.connect(self.called("hasty"), version), mqtt.subscribe(version, 1, [("a", 1)]),
                    mqtt.packet("PINGREQ"))
        self.assertEqual(["CONNACK", "SUBACK", "PINGRESP"], [client.read().name for _ in range(3)])

    @in_versions()
    def test_the_first_packet_must_be_connect(self, version):
        """And nothing is sent to who begins otherwise. [MQTT-3.1.0-1] [MQTT-3.14.0-1] [MQTT-3.1.0-1 of 3.1.1]"""
        for first in (mqtt.packet("PINGREQ"), mqtt.publish(version, self.topic(), b"x"), mqtt.disconnect(version),
                      mqtt.subscribe(version, 1, [("a", 0)]), mqtt.packet("CONNACK", b"\0\0")):
            client = self.raw(version)
            client.send(first)
            self.assertEqual([], client.finish())

    @in_versions()
    def test_a_second_connect_ends_the_connection(self, version):
        """And has no second CONNACK. [MQTT-3.1.0-2] [MQTT-3.2.0-2] [MQTT-3.1.0-2 of 3.1.1]"""
        client = self.client(version=version)
        client.send(mqtt.connect(self.called("client"), version))
        self.expect_closed(client, 0x82)

    def test_another_protocol_name_is_not_served(self):
        """[MQTT-3.1.2-1] [MQTT-3.1.2-1 of 3.1.1]"""
        for name in ("MQTX", "mqtt", "HTTP", ""):
            client = self.raw()
            client.send(mqtt.packet("CONNECT", mqtt.binary(name) + b"\5\2\0\0\0" + mqtt.binary("x")))
            found = client.finish()
            self.assertLessEqual([(one.name, one.reason) for one in found], [("CONNACK", 0x84)])

    def test_an_unknown_protocol_level_is_refused(self):
        """[MQTT-3.1.2-2] [MQTT-3.1.2-2 of 3.1.1]"""
        for level in (0, 1, 2, 6, 9, 0x7F):
            client = self.raw(V311)
            client.send(mqtt.packet("CONNECT", mqtt.binary("MQTT") + bytes([level]) + b"\2\0\0" + mqtt.binary("x")))
            self.expect_refused(client, 1, 0x84)

    @in_versions(V311, V5)
    def test_the_reserved_connect_flag_must_be_zero(self, version):
        """[MQTT-3.1.2-3] [MQTT-3.1.4-1] [MQTT-3.1.2-3 of 3.1.1] [MQTT-3.1.4-1 of 3.1.1] [MQTT-3.2.2-6 of 3.1.1]"""
        client = self.raw(version)
        client.send(connect_with_flags(version, 3, mqtt.binary("x")))
        self.expect_malformed_connect(client)

    @in_versions(V311, V5)
    def test_connect_flags_must_not_contradict_each_other(self, version):
        """[MQTT-3.1.2-11] [MQTT-3.1.2-12] [MQTT-3.1.2-13] [MQTT-3.1.4-1] [MQTT-3.1.2-11 of 3.1.1]
        [MQTT-3.1.2-13 of 3.1.1] [MQTT-3.1.2-14 of 3.1.1] [MQTT-3.1.2-15 of 3.1.1] [MQTT-3.1.4-1 of 3.1.1]"""
        will = (b"\0" if version == V5 else b"") + mqtt.binary("t") + mqtt.binary("x")
        for case, flags, payload in (("will QoS without will", 0x0A, b""), ("will retain without will", 0x22, b""),
                                     ("will QoS 3", 0x1E, will)):
            client = self.raw(version)
            client.send(connect_with_flags(version, flags, mqtt.binary("x") + payload))
            with self.subTest(case):
                self.expect_malformed_connect(client)

    @in_versions(V311, V5)
    def test_the_fields_that_the_flags_announce_must_be_there_and_no_others(self, version):
        """[MQTT-3.1.2-9] [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.3-3]
        [MQTT-3.1.2-9 of 3.1.1] [MQTT-3.1.2-18 of 3.1.1] [MQTT-3.1.2-19 of 3.1.1] [MQTT-3.1.2-20 of 3.1.1]
        [MQTT-3.1.2-21 of 3.1.1] [MQTT-3.1.3-3 of 3.1.1]"""
        for case, flags, payload in (
                ("no client id", 0x02, b""), ("no will", 0x06, mqtt.binary("x")),
                ("no user name", 0x82, mqtt.binary("x")), ("no password", 0xC2, mqtt.binary("x") + mqtt.binary("u")),
                ("a field too many", 0x02, mqtt.binary("x") + mqtt.binary("u"))):
            client = self.raw(version)
            client.send(connect_with_flags(version, flags, payload))
            with self.subTest(case):
                self.expect_malformed_connect(client)

    def test_a_password_without_user_name_is_allowed_since_version_five(self):
        """[MQTT-3.1.2-22 of 3.1.1]"""
        self.assertEqual(0, self.raw(V5).connect(self.called("x"), password=b"secret").reason)
        client = self.raw(V311)
        client.send(connect_with_flags(V311, 0x42, mqtt.binary("x") + mqtt.binary("secret")))
        self.expect_malformed_connect(client)

    @in_versions(V311, V5)
    def test_texts_in_connect_must_be_well_formed(self, version):
        """[MQTT-3.1.3-4] [MQTT-3.1.3-11] [MQTT-3.1.3-12] [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-3.1.3-4 of 3.1.1]
        [MQTT-3.1.3-10 of 3.1.1] [MQTT-3.1.3-11 of 3.1.1] [MQTT-1.5.3-1 of 3.1.1] [MQTT-1.5.3-2 of 3.1.1]"""
        none = b"\0" if version == V5 else b""
        for bad in (b"a\0b", b"\xed\xa0\x80", b"\xff"):
            for flags, payload in ((0x02, mqtt.binary(bad)),
                                   (0x06, mqtt.binary("x") + none + mqtt.binary(bad) + mqtt.binary("x")),
                                   (0x82, mqtt.binary("x") + mqtt.binary(bad))):
                client = self.raw(version)
                client.send(connect_with_flags(version, flags, payload))
                with self.subTest(bad=bad, flags=flags):
                    self.expect_malformed_connect(client)

    def expect_malformed_connect(self, client):
        """5.0 is told that the packet is malformed; before, such a connection is closed without CONNACK."""
        if client.version == V5:
            self.expect_refused(client, 0x81)
        else:
            self.assertEqual([], client.finish())

    @in_versions(V311, V5)
    def test_a_will_topic_is_no_filter(self, version):
        """[MQTT-3.1.4-1]"""
        client = self.raw(version)
        client.send(mqtt.connect(self.called("x"), version, will=mqtt.Will("a/#", b"x")))
        if version == V5:
            self.expect_refused(client, 0x81, 0x90)
        else:
            self.assertEqual([], client.finish())

    def test_limits_of_zero_are_a_protocol_error(self):
        for props in ({"receive-maximum": 0}, {"maximum-packet-size": 0}, {"request-response-information": 2},
                      {"request-problem-information": 2}):
            client = self.raw()
            client.send(mqtt.connect(self.called("x"), props=props))
            with self.subTest(**props):
                self.expect_refused(client, 0x82)

    @in_versions()
    def test_pings_are_answered(self, version):
        """[MQTT-3.12.4-1] [MQTT-3.12.4-1 of 3.1.1]"""
        client = self.client(version=version)
        client.send(*[mqtt.packet("PINGREQ")] * 3)
        self.assertEqual(["PINGRESP"] * 3, [client.read().name for _ in range(3)])

    def test_response_information_is_only_for_who_asks(self):
        """[MQTT-3.1.2-28]"""
        self.assertNotIn("response-information", self.client("absent").connack.props)
        self.assertNotIn("response-information", self.client("no", request_response_information=0).connack.props)

    def test_response_information_begins_the_topics_of_answers(self):
        """Each client has its own, whatever its identifier is. [MQTT-3.1.2-28]"""
        if OTHER:
            self.skipTest("a server may leave it out")
        clients = [self.client(name, request_response_information=1) for name in ("x", "y", "+", "a/#")]
        given = [client.connack.props["response-information"] for client in clients]
        self.assertEqual(4, len(set(given)))
        responder = self.subscriber(self.topic("ask"))
        for client, prefix in zip(clients, given):
            self.assertEqual([1], client.subscribe((prefix + "#", 1)).codes)
            client.publish(self.topic("ask"), b"?", 1, response_topic=prefix + "1", correlation_data=b"c")
            request = responder.message().props
            responder.publish(request["response-topic"], b"!", 1, correlation_data=request["correlation-data"])
            answer = client.message()
            self.assertEqual((prefix + "1", b"!", b"c"), (answer.topic, answer.payload, answer.props["correlation-data"]))
        self.expect_nothing(*clients)

    def test_without_problem_information_only_the_ends_carry_words(self):
        """[MQTT-3.1.2-29]"""
        client = self.client(request_problem_information=0)
        answers = [client.subscribe(("$share/g/" + self.topic(), 1), (self.topic("b"), 2)),
                   client.unsubscribe("none", self.topic("b")), client.publish(self.topic("c"), b"x", 1),
                   client.publish(self.topic("c"), b"x", 2)]
        client.send(mqtt.ack("PUBREL", 999))
        answers.append(client.answer("PUBCOMP"))
        for found in answers:
            self.assertNotIn("reason-string", found.props)
            self.assertNotIn("user-property", found.props)

    def test_an_authentication_method_that_is_not_supported_is_refused(self):
        """No AUTH is sent. [MQTT-4.12.0-1] [MQTT-4.12.0-2] [MQTT-4.12.0-4] [MQTT-4.12.0-5] [MQTT-3.15.2-1]
        [MQTT-3.15.2-2] [MQTT-3.15.2-3]"""
        client = self.raw()
        client.send(mqtt.connect(self.called("x"), props={"authentication-method": "unheard-of"}))
        self.expect_refused(client, 0x8C)

    def test_auth_without_a_method_ends_the_connection(self):
        """[MQTT-4.12.0-7] [MQTT-4.12.1-2] [MQTT-4.12.0-3]"""
        for reason in (0x18, 0x19):
            client = self.client()
            client.send(mqtt.packet("AUTH", bytes([reason]) + mqtt.properties({"authentication-method": "m"})))
            self.expect_closed(client, 0x82)

    def test_nothing_behind_a_refused_connect_is_processed(self):
        """[MQTT-3.1.4-6] [MQTT-3.2.2-6] [MQTT-3.2.2-7] [MQTT-4.13.2-1] [MQTT-3.1.4-5 of 3.1.1]
        [MQTT-3.2.2-4 of 3.1.1] [MQTT-3.2.2-5 of 3.1.1]"""
        seen = self.subscriber(self.topic("#"))
        for version, connect, reason in (
                (V5, mqtt.connect("x", props={"authentication-method": "unheard-of"}), 0x8C),
                (V311, mqtt.connect("", V311, clean=False), 2)):
            client = self.raw(version)
            client.send(connect, mqtt.publish(version, self.topic(), b"x"), mqtt.packet("PINGREQ"))
            self.expect_refused(client, reason)
        self.expect_nothing(seen)

    def test_a_refusal_fits_into_the_clients_maximum_packet_size(self):
        """[MQTT-3.2.2-19] [MQTT-3.2.2-20] [MQTT-3.1.2-24]"""
        client = self.raw()
        client.send(mqtt.connect(self.called("x"), props={"authentication-method": "unheard-of",
                                                          "maximum-packet-size": 8}))
        for found in client.finish():
            self.assertLessEqual(len(found.body) + 2, 8)


class ClientIdentifier(ServerTest):
    @in_versions()
    def test_twenty_three_letters_and_digits_are_accepted(self, version):
        """[MQTT-3.1.3-5] [MQTT-3.1.3-5 of 3.1.1]"""
        letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for one in (letters[:23], letters[23:46], letters[46:], "x"):
            self.assertEqual(0, self.raw(version).connect(one).reason)

    @in_versions(V311, V5)
    def test_longer_ones_and_other_characters_are_accepted(self, version):
        for one in ("x" * 1000, "a b/c+#", "Zürich 東京"):
            self.assertEqual(0, self.raw(version).connect(one).reason)

    @in_versions(V311, V5)
    def test_fields_may_be_as_long_as_a_text_can_be(self, version):
        """[MQTT-3.1.3-4] [MQTT-3.1.3-11] [MQTT-3.1.3-12]"""
        long = "x" * 65535
        client = self.raw(version)
        answer = client.connect(long, will=mqtt.Will(long, b"p" * 65535), username=long, password=b"s" * 65535)
        self.assertEqual(0, answer.reason)
        client.disconnect()
        if version == V5:
            client = self.raw()
            self.assertEqual(0, client.connect(long, request_response_information=1).reason)
            client.ping()

    def test_an_empty_one_is_replaced_by_a_unique_one_that_holds(self):
        """[MQTT-3.1.3-6] [MQTT-3.1.3-7] [MQTT-3.2.2-16]"""
        clients = [self.raw() for _ in range(5)]
        given = [client.connect("", session_expiry_interval=60).props["assigned-client-identifier"]
                 for client in clients]
        self.assertEqual(5, len(set(given)))
        clients[0].disconnect()
        self.assertTrue(self.raw().connect(given[0], clean=False).session_present)
        self.assertNotIn("assigned-client-identifier", self.client("mine").connack.props)

    def test_before_version_five_an_empty_one_needs_a_clean_session(self):
        """[MQTT-3.1.3-6 of 3.1.1] [MQTT-3.1.3-8 of 3.1.1] [MQTT-3.1.3-9 of 3.1.1] [MQTT-3.2.2-4 of 3.1.1]"""
        clients = [self.raw(V311), self.raw(V311)]
        self.assertEqual([0, 0], [client.connect("").reason for client in clients])
        for client in clients:
            client.ping()
        refused = self.raw(V311)
        refused.send(mqtt.connect("", V311, clean=False))
        self.expect_refused(refused, 2)

    def test_in_version_3_1_it_must_not_be_empty(self):
        """[MQTT-3.1.3-8]"""
        client = self.raw(V31)
        client.send(mqtt.connect("", V31))
        self.expect_refused(client, 2)


class KeepAlive(ServerTest):
    options = ("--max-keep-alive", 10)
    config = "max_keepalive 10"

    def test_the_server_sets_the_keep_alive_where_it_has_a_limit(self):
        """[MQTT-3.1.2-21]"""
        for asked in (100, 0, 11):
            self.assertEqual(10, self.client(keep_alive=asked).connack.props.get("server-keep-alive"), asked)

    def test_a_keep_alive_within_the_limit_stays_the_clients(self):
        """[MQTT-3.2.2-22]"""
        for asked in (1, 10):
            self.assertNotIn("server-keep-alive", self.client(keep_alive=asked).connack.props)

    def test_silence_ends_the_connection_after_one_and_a_half_times_the_keep_alive(self):
        """As if the network had failed: the will is published. Who speaks stays.
        [MQTT-3.1.2-22] [MQTT-3.2.2-22] [MQTT-3.1.2-24 of 3.1.1]"""
        seen = self.subscriber(self.topic("+"))
        begin = time.monotonic()
        silent = [self.client(f"v{version}", version, keep_alive=1, will=mqtt.Will(self.topic(str(version)), b"gone"))
                  for version in (V31, V311, V5)]
        talking = self.client("talking", keep_alive=2)
        wills = []
        while len(wills) < 3 or time.monotonic() - begin < 3.2:
            talking.ping()
            try:
                wills.append(seen.read(0.3).topic)
                self.assertGreater(time.monotonic() - begin, 1.4)
            except TimeoutError:
                self.assertLess(time.monotonic() - begin, 15)
        self.assertEqual([self.topic(str(version)) for version in (V31, V311, V5)], sorted(wills))
        for client in silent:
            self.expect_closed(client, 0x8D)
        talking.ping()


class Patience(ServerTest):
    options = ("--connect-timeout", "0.5s")

    def test_who_does_not_complete_connect_in_time_is_disconnected(self):
        if OTHER:
            self.skipTest("it has no such time-out")
        begin = time.monotonic()
        clients = [self.raw(), self.raw()]
        clients[1].send(mqtt.connect(self.called("x"))[:-1])
        for client in clients:
            self.assertEqual([], client.finish())
        self.assertGreater(time.monotonic() - begin, 0.4)


class Shutdown(ServerTest):
    def test_a_broker_that_stops_tells_its_clients(self):
        """Nothing follows DISCONNECT. [MQTT-3.14.2-1] [MQTT-3.14.2-2] [MQTT-3.14.4-1] [MQTT-3.14.4-2]"""
        broker = self.start_broker()
        self.addCleanup(broker.stop)
        clients = []
        for version in (V311, V5):
            clients.append(self.raw(version, broker))
            clients[-1].connect("x%d" % version)
        broker.stop()
        for client in clients:
            self.expect_closed(client, 0x8B)


if __name__ == "__main__":
    harness.main()
