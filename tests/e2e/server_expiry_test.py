"""Messages that grow old while the broker has them."""

import harness
import mqtt
from mqtt import V5
from server_test_case import ServerTest

LEFT = "message-expiry-interval"


class MessageExpiry(ServerTest):
    def pass_time(self, seconds=1):
        """Until a message that is published now with this expiry is gone: the broker says when."""
        publisher = self.client("clock")
        publisher.publish(self.topic("clock"), b"tick", 1, retain=True, message_expiry_interval=seconds)
        watch = self.client("watch")

        def gone():
            watch.subscribe((self.topic("clock"), 0))
            return not watch.rest()
        harness.wait_until(gone, "the message has expired")

    def absent(self, options=2):
        client = self.persistent("sub")
        client.subscribe((self.topic(), options))
        client.drop()

    def test_an_interval_is_passed_on(self):
        """[MQTT-3.3.2-6]"""
        seen = self.subscriber(self.topic())
        publisher = self.client("pub")
        for interval in (10, 1000, 0xFFFFFFFF):
            publisher.publish(self.topic(), b"x", 1, message_expiry_interval=interval)
            self.assertIn(seen.message().props[LEFT], range(interval - 5, interval + 1))
        publisher.publish(self.topic(), b"x", 1)
        self.assertNotIn(LEFT, seen.message().props)

    def test_a_message_that_waited_has_less_time_left(self):
        """[MQTT-3.3.2-6]"""
        self.absent()
        publisher = self.client("pub")
        for qos in (1, 2):
            publisher.publish(self.topic(), b"x", qos, message_expiry_interval=1000)
        self.pass_time()
        for found in self.persistent("sub").messages(2):
            self.assertLess(found.props[LEFT], 1000)
            self.assertGreater(found.props[LEFT], 980)

    def test_a_retained_message_has_less_time_left(self):
        """[MQTT-3.3.2-6]"""
        self.client("pub").publish(self.topic(), b"x", 1, retain=True, message_expiry_interval=1000)
        self.pass_time()
        found = self.subscriber(self.topic()).message()
        self.assertLess(found.props[LEFT], 1000)
        self.assertGreater(found.props[LEFT], 980)

    def test_a_message_that_is_too_old_is_not_delivered(self):
        """[MQTT-3.3.2-5]"""
        self.absent()
        publisher = self.client("pub")
        publisher.publish(self.topic(), b"old", 1, message_expiry_interval=1)
        publisher.publish(self.topic(), b"old", 2, message_expiry_interval=1)
        publisher.publish(self.topic(), b"new", 1, message_expiry_interval=1000)
        publisher.publish(self.topic(), b"forever", 1)
        self.pass_time()
        self.expect_payloads(self.persistent("sub"), b"new", b"forever")

    def test_a_message_that_waits_for_a_place_grows_old_too(self):
        """[MQTT-3.3.2-5]"""
        seen = self.client("sub", receive_maximum=1)
        seen.subscribe((self.topic(), 1))
        publisher = self.client("pub")
        publisher.publish(self.topic(), b"first", 1)
        publisher.publish(self.topic(), b"old", 1, message_expiry_interval=1)
        publisher.publish(self.topic(), b"new", 1)
        self.pass_time()
        self.expect_payloads(seen, b"first", b"new")

    def test_a_retained_message_that_is_too_old_is_gone(self):
        """[MQTT-3.3.2-5]"""
        publisher = self.client("pub")
        publisher.publish(self.topic("a"), b"old", 1, retain=True, message_expiry_interval=1)
        publisher.publish(self.topic("b"), b"new", 1, retain=True)
        self.pass_time()
        self.expect_payloads(self.subscriber(self.topic("+")), b"new")

    def test_a_message_that_was_sent_is_sent_again_however_old(self):
        """[MQTT-4.3.3-7] [MQTT-4.4.0-1]"""
        first = self.persistent("sub")
        first.subscribe((self.topic(), 2))
        self.client("pub").publish(self.topic(), b"x", 2, message_expiry_interval=1)
        sent = first.expect("PUBLISH")
        self.pass_time()
        first.drop()
        found = self.persistent("sub").message()
        self.assertEqual((sent.mid, b"x", True), (found.mid, found.payload, found.dup))

    def test_an_exchange_with_an_old_message_is_completed(self):
        """[MQTT-4.3.3-13]"""
        self.absent()
        publisher = self.client("pub")
        publisher.send_publish(self.topic(), b"x", 2, 1, message_expiry_interval=1)
        self.assertEqual(0, publisher.expect("PUBREC").reason)
        self.pass_time()
        publisher.send_publish(self.topic(), b"x", 2, 1, dup=True, message_expiry_interval=1)
        self.assertLess(publisher.expect("PUBREC").reason, 0x80)
        self.assertEqual(0, publisher.release(1).reason)
        self.expect_nothing(self.persistent("sub"))

    def test_an_interval_of_a_version_that_has_none_is_for_ever(self):
        self.absent()
        self.client("pub", mqtt.V311).publish(self.topic(), b"x", 1)
        found = self.persistent("sub", V5).message()
        self.assertEqual({}, found.props)


if __name__ == "__main__":
    harness.main()
