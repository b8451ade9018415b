"""What a broker does with the messages that it is given: quality of service, order, content."""

import itertools

import harness
import mqtt
from mqtt import V31, V311, V5
from server_test_case import OTHER, ServerTest, in_versions


class Delivery(ServerTest):
    @in_versions()
    def test_a_message_has_the_lesser_qos_of_its_publisher_and_the_subscription(self, version):
        """[MQTT-3.8.4-7] [MQTT-3.8.4-8] [MQTT-3.2.2-10] [MQTT-4.3.1-1] [MQTT-2.2.1-2] [MQTT-3.3.1-2] [MQTT-3.3.1-4]
        [MQTT-3.8.4-5 of 3.1.1] [MQTT-3.8.4-6 of 3.1.1] [MQTT-4.3.1-1 of 3.1.1] [MQTT-2.3.1-5 of 3.1.1]
        [MQTT-3.3.1-2 of 3.1.1] [MQTT-3.3.1-4 of 3.1.1]"""
        publisher = self.client("pub", version)
        for granted, sent in itertools.product(range(3), range(3)):
            subscriber = self.subscriber(self.topic(f"{granted}/{sent}"), name="sub", version=version, options=granted)
            publisher.publish(self.topic(f"{granted}/{sent}"), b"x", sent)
            found = subscriber.message()
            self.assertEqual((min(granted, sent), False, b"x"), (found.qos, found.dup, found.payload))
            self.assertEqual(min(granted, sent) > 0, bool(found.mid))
            self.expect_nothing(subscriber)

    @in_versions()
    def test_topic_and_payload_arrive_as_they_were_sent(self, version):
        """[MQTT-3.3.2-1] [MQTT-3.3.2-3] [MQTT-1.5.4-3] [MQTT-3.3.2-1 of 3.1.1] [MQTT-3.3.2-3 of 3.1.1]
        [MQTT-1.5.3-3 of 3.1.1]"""
        seen = self.subscriber(self.topic("#"), version=version)
        publisher = self.client("pub", version)
        for name, payload in (("b", b""), ("\ufeffbom\ufeff", bytes(range(256))), ("//x/ y", b"\0"), ("東京/ü", b"x" * 70000)):
            publisher.publish(self.topic(name), payload, 1)
            found = seen.message()
            self.assertEqual((self.topic(name), payload), (found.topic, found.payload))

    @in_versions()
    def test_a_large_message_arrives_whole(self, version):
        seen = self.subscriber(self.topic(), version=version)
        payload = bytes(range(256)) * 20000
        self.client("pub", version).publish(self.topic(), payload, 2)
        self.assertTrue(payload == seen.message().payload)

    @in_versions()
    def test_messages_of_one_client_stay_in_order(self, version):
        """[MQTT-4.6.0-5] [MQTT-4.6.0-6] [MQTT-4.6.0-5 of 3.1.1] [MQTT-4.6.0-6 of 3.1.1]"""
        for qos in range(3):
            seen = self.subscriber(self.topic(), name=f"sub{qos}", version=version, options=qos)
            publisher = self.client("pub", version)
            payloads = [b"%d" % number for number in range(60)]
            for at in range(0, len(payloads), 15):
                ids = [publisher.send_publish(self.topic(), payload, qos) for payload in payloads[at:at + 15]]
                if qos == 1:
                    self.assertEqual(ids, [publisher.expect("PUBACK").mid for _ in ids])
                elif qos == 2:
                    self.assertEqual(ids, [publisher.expect("PUBREC").mid for _ in ids])
                    for mid in ids:
                        publisher.release(mid)
            self.expect_payloads(seen, *payloads)

    @in_versions()
    def test_dup_of_the_publisher_is_not_passed_on(self, version):
        """[MQTT-3.3.1-3] [MQTT-3.3.1-3 of 3.1.1]"""
        seen = self.subscriber(self.topic(), version=version)
        publisher = self.client("pub", version)
        for qos in (1, 2):
            publisher.publish(self.topic(), b"x", qos, dup=True)
            self.assertFalse(seen.message().dup)

    def test_versions_are_translated(self):
        """What 3.1.1 cannot carry is left out."""
        filters = {version: self.subscriber(self.topic(), name=f"v{version}", version=version)
                   for version in (V31, V311, V5)}
        publishers = {version: self.client(f"pub{version}", version) for version in (V31, V311, V5)}
        for version, publisher in publishers.items():
            more = {"content_type": "text/plain"} if version == V5 else {}
            publisher.publish(self.topic(), b"x", 1, **more)
            for target, seen in filters.items():
                found = seen.message()
                self.assertEqual((b"x", 1), (found.payload, found.qos))
                self.assertEqual("text/plain" if version == target == V5 else None, found.props.get("content-type"))

    def test_the_properties_of_a_message_are_passed_on_unaltered(self):
        """[MQTT-3.3.2-4] [MQTT-3.3.2-13] [MQTT-3.3.2-14] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17]
        [MQTT-3.3.2-18] [MQTT-3.3.2-19] [MQTT-3.3.2-20] [MQTT-1.5.7-1]"""
        props = {"payload_format_indicator": 1, "content_type": "a/b \ufeff", "response_topic": "answers/ü",
                 "correlation_data": bytes(range(256)),
                 "user_property": [("z", "1"), ("a", "2"), ("z", "1"), ("", ""), ("é", "東")]}
        publisher = self.client("pub")
        for qos, sending in itertools.product(range(3), ({}, {"topic_alias": 1})):
            seen = self.subscriber(self.topic(), options=qos)
            publisher.publish(self.topic(), b"x", qos, **props, **sending)
            self.assertEqual(mqtt.named(props), seen.message().props)

    def test_a_payload_format_that_is_absent_or_zero_stays_so(self):
        """[MQTT-3.3.2-4]"""
        seen, publisher = self.subscriber(self.topic()), self.client("pub")
        publisher.publish(self.topic(), b"x", 1, payload_format_indicator=0)
        publisher.publish(self.topic(), b"x", 1)
        self.assertEqual(0, seen.message().props.get("payload-format-indicator"))
        self.assertEqual({}, seen.message().props)


class Acknowledgement(ServerTest):
    @in_versions()
    def test_a_qos_1_message_is_answered_with_puback(self, version):
        """[MQTT-3.3.4-1] [MQTT-4.3.2-4] [MQTT-2.2.1-5] [MQTT-3.4.2-1] [MQTT-3.3.4-1 of 3.1.1]
        [MQTT-4.3.2-2 of 3.1.1] [MQTT-2.3.1-6 of 3.1.1]"""
        self.subscriber(self.topic(), version=version)
        publisher = self.client("pub", version)
        for mid in (1, 7, 65535):
            found = publisher.publish(self.topic(), b"x", 1, mid=mid)
            self.assertEqual((mid, 0), (found.mid, found.reason))
            self.expect_nothing(publisher)

    @in_versions()
    def test_a_qos_2_message_is_answered_with_pubrec_and_pubcomp(self, version):
        """[MQTT-3.3.4-1] [MQTT-4.3.3-8] [MQTT-4.3.3-11] [MQTT-2.2.1-5] [MQTT-3.5.2-1] [MQTT-3.7.2-1]
        [MQTT-3.3.4-1 of 3.1.1] [MQTT-4.3.3-2 of 3.1.1] [MQTT-2.3.1-6 of 3.1.1]"""
        self.subscriber(self.topic(), version=version)
        publisher = self.client("pub", version)
        for mid in (1, 7, 65535):
            publisher.send_publish(self.topic(), b"x", 2, mid)
            found = publisher.expect("PUBREC")
            self.assertEqual((mid, 0), (found.mid, found.reason))
            found = publisher.release(mid)
            self.assertEqual((mid, 0), (found.mid, found.reason))
            self.expect_nothing(publisher)

    def test_a_qos_0_message_is_not_answered(self):
        """[MQTT-3.3.4-1]"""
        publisher = self.client("pub")
        publisher.send_publish(self.topic(), b"x")
        self.expect_nothing(publisher)

    def test_the_publisher_learns_that_nobody_subscribes(self):
        """[MQTT-3.4.2-1] [MQTT-3.5.2-1]"""
        publisher = self.client("pub")
        self.assertEqual([0x10, 0x10], [publisher.publish(self.topic(), b"x", qos).reason for qos in (1, 2)])

    def test_a_payload_that_is_not_the_text_that_it_says_is_refused(self):
        """[MQTT-3.4.2-1] [MQTT-3.5.2-1]"""
        if OTHER:
            self.skipTest("a server need not look")
        publisher = self.client("pub")
        self.assertEqual([0x99, 0x99], [publisher.publish(self.topic(), b"\xff", qos, payload_format_indicator=1).reason
                                        for qos in (1, 2)])
        publisher.send_publish(self.topic(), b"\xff", payload_format_indicator=1)
        self.expect_closed(publisher, 0x99)

    @in_versions()
    def test_an_identifier_that_was_acknowledged_is_a_new_message(self, version):
        """Whatever DUP says. [MQTT-4.3.2-5] [MQTT-4.3.3-12] [MQTT-4.3.2-2 of 3.1.1] [MQTT-4.3.3-2 of 3.1.1]"""
        seen = self.subscriber(self.topic(), version=version)
        publisher = self.client("pub", version)
        for qos in (1, 2):
            publisher.publish(self.topic(), b"one", qos, mid=5)
            publisher.publish(self.topic(), b"two", qos, mid=5, dup=True)
        self.expect_payloads(seen, b"one", b"two", b"one", b"two")

    @in_versions()
    def test_a_qos_2_message_that_comes_again_is_not_delivered_again(self, version):
        """[MQTT-4.3.3-10] [MQTT-4.3.3-2 of 3.1.1]"""
        seen = self.subscriber(self.topic(), version=version)
        publisher = self.client("pub", version)
        for _ in range(3):
            publisher.send_publish(self.topic(), b"x", 2, mid=5, dup=True)
            self.assertEqual(5, publisher.expect("PUBREC").mid)
        publisher.release(5)
        self.expect_payloads(seen, b"x")

    @in_versions()
    def test_pubrel_for_nothing_is_answered(self, version):
        """[MQTT-4.3.3-11] [MQTT-3.7.2-1]"""
        publisher = self.client("pub", version)
        found = publisher.release(77)
        self.assertEqual((77, 0x92 if version == V5 else 0), (found.mid, found.reason))


class Sending(ServerTest):
    """The broker as the sender of QoS 1 and 2."""

    @in_versions()
    def test_identifiers_are_not_zero_and_not_in_use(self, version):
        """[MQTT-2.2.1-4] [MQTT-4.3.2-1] [MQTT-4.3.2-2] [MQTT-4.3.3-1] [MQTT-4.3.3-2] [MQTT-2.3.1-1 of 3.1.1]
        [MQTT-2.3.1-4 of 3.1.1] [MQTT-4.3.2-1 of 3.1.1] [MQTT-4.3.3-1 of 3.1.1]"""
        seen = self.subscriber(self.topic(), version=version)
        publisher = self.client("pub", version)
        for number in range(10):
            publisher.publish(self.topic(), b"%d" % number, 1 + number % 2)
        found = [seen.expect("PUBLISH") for _ in range(10)]
        self.assertEqual(10, len({one.mid for one in found} - {0}))
        self.assertEqual([(1 + number % 2, False) for number in range(10)], [(one.qos, one.dup) for one in found])

    @in_versions()
    def test_pubrec_is_answered_with_pubrel(self, version):
        """[MQTT-4.3.3-4] [MQTT-3.6.1-1] [MQTT-2.1.3-1] [MQTT-3.6.2-1] [MQTT-2.2.1-5] [MQTT-4.3.3-1 of 3.1.1]
        [MQTT-3.6.1-1 of 3.1.1] [MQTT-2.2.2-1 of 3.1.1] [MQTT-2.3.1-6 of 3.1.1]"""
        seen = self.subscriber(self.topic(), version=version)
        self.client("pub", version).publish(self.topic(), b"x", 2)
        mid = seen.expect("PUBLISH").mid
        seen.send(mqtt.ack("PUBREC", mid))
        found = seen.expect("PUBREL")
        self.assertEqual((mid, 0, 2), (found.mid, found.reason, found.flags))
        seen.send(mqtt.ack("PUBCOMP", mid))
        self.expect_nothing(seen)

    @in_versions()
    def test_nothing_is_sent_again_while_the_connection_lasts(self, version):
        """[MQTT-4.4.0-1] [MQTT-4.3.2-3] [MQTT-4.3.3-3]"""
        seen = self.subscriber(self.topic(), version=version)
        publisher = self.client("pub", version)
        publisher.publish(self.topic(), b"one", 1)
        publisher.publish(self.topic(), b"two", 2)
        seen.expect("PUBLISH"), seen.expect("PUBLISH")
        publisher.publish(self.topic(), b"three", 0)
        self.assertEqual([b"three"], [found.payload for found in seen.rest()])

    def test_an_error_of_the_receiver_ends_the_exchange(self):
        """[MQTT-4.4.0-2] [MQTT-4.3.3-4]"""
        publisher = self.client("pub")
        first = self.persistent("sub")
        first.subscribe((self.topic(), 2))
        for qos, answer in ((1, "PUBACK"), (2, "PUBREC")):
            publisher.publish(self.topic(), b"x", qos)
            first.send(mqtt.ack(answer, first.expect("PUBLISH").mid, 0x80))
            self.expect_nothing(first)
        first.drop()
        self.expect_nothing(self.persistent("sub"))

    def test_in_version_3_1_requests_may_come_with_dup(self):
        client = self.client(version=V31)
        client.send(mqtt.packet("SUBSCRIBE", b"\0\1" + mqtt.binary(self.topic()) + b"\2", 10))
        self.assertEqual([2], client.expect("SUBACK").codes)
        client.send_publish(self.topic(), b"x", 2, mid=5)
        client.answer("PUBREC")
        client.send(mqtt.packet("PUBREL", b"\0\5", 10))
        self.assertEqual(5, client.answer("PUBCOMP").mid)
        self.assertEqual(b"x", client.message().payload)
        client.send(mqtt.packet("UNSUBSCRIBE", b"\0\2" + mqtt.binary(self.topic()), 10))
        self.assertEqual(2, client.expect("UNSUBACK").mid)

    def test_an_answer_to_nothing_is_no_harm(self):
        client = self.client()
        client.send(mqtt.ack("PUBACK", 9), mqtt.ack("PUBCOMP", 9))
        client.ping()


if __name__ == "__main__":
    harness.main()
