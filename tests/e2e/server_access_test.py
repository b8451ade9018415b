"""What a client is told, and what is done, when the broker does not allow what it asks for."""

import select
import unittest

import harness
import mqtt
from mqtt import V31, V311, V5
from server_test_case import OTHER, ServerTest, in_versions


class Credentials(ServerTest):
    users = {"alice": "secret", "bob": "other"}

    @in_versions()
    def test_the_right_password_is_accepted(self, version):
        """[MQTT-3.1.4-2] [MQTT-3.1.4-5] [MQTT-3.1.4-4 of 3.1.1]"""
        self.client(version=version, username="alice", password=b"secret")

    @in_versions()
    def test_any_other_is_refused(self, version):
        """[MQTT-3.1.4-2] [MQTT-3.2.2-6] [MQTT-3.2.2-7] [MQTT-3.2.2-8] [MQTT-4.13.2-1] [MQTT-3.2.2-4 of 3.1.1]
        [MQTT-3.2.2-5 of 3.1.1]"""
        for user, password in (("alice", b"other"), ("alice", b""), ("nobody", b"secret"), ("alice", None)):
            # After a login that succeeds the next one is not made to wait.
            self.client("alice", version, username="alice", password=b"secret").disconnect()
            client = self.raw(version)
            client.send(mqtt.connect(self.called("x"), version, username=user, password=password))
            with self.subTest(user=user, password=password):
                self.expect_refused(client, *((0x86, 0x87) if version == V5 else (4, 5)))

    @in_versions()
    def test_a_session_is_not_touched_by_who_is_refused(self, version):
        """[MQTT-3.1.4-2] [MQTT-3.1.4-6] [MQTT-3.1.4-5 of 3.1.1]"""
        owner = self.client("owner", version, username="alice", password=b"secret")
        client = self.raw(version)
        client.send(mqtt.connect(self.called("owner"), version, username="alice", password=b"wrong"),
                    mqtt.publish(version, self.topic(), b"x", retain=True))
        self.expect_refused(client, *((0x86, 0x87) if version == V5 else (4, 5)))
        owner.subscribe((self.topic(), 1))
        self.expect_nothing(owner)


class Guesses(ServerTest):
    """With a broker of their own: whoever guesses is slowed for a while."""
    users = {"alice": "secret"}

    @unittest.skipIf(OTHER, "mosquitto does not slow down who guesses")
    def test_many_at_once_are_slowed_and_other_addresses_are_not(self):
        guesses = [self.raw() for _ in range(200)]
        for guess in guesses:
            guess.send(mqtt.connect("", username="alice", password=b"wrong"))
        self.expect_refused(guesses[0], 0x86)
        other = self.raw(source="127.0.0.2")
        self.assertEqual(0, other.connect(self.called("alice"), username="alice", password=b"secret").reason)
        answered, _, _ = select.select([guess.sock for guess in guesses[1:]], [], [], 0)
        # Two are checked at a time, and from the third failure on each one has to wait.
        self.assertLess(len(answered), 10)


class Herd(ServerTest):
    """Many clients behind one address, each with a password of its own."""
    users = {f"device{number}": f"secret{number}" for number in range(80)}

    def test_right_passwords_do_not_wait_for_each_other(self):
        devices = [self.raw() for _ in self.users]
        for device, (name, password) in zip(devices, self.users.items()):
            device.send(mqtt.connect(self.called(name), username=name, password=password.encode()))
        # With two in each half second, the last would be answered after the deadline.
        self.assertEqual({0}, {device.expect("CONNACK").reason for device in devices})


class AccessRules(ServerTest):
    users = {"admin": "secret"}
    acl = "topic readwrite open/#\ntopic read quiet/#\ntopic write loud/#\nuser admin\ntopic readwrite #\n"

    def begin(self):
        super().begin()
        self.open, self.quiet, self.loud = (f"{name}/{self.number}" for name in ("open", "quiet", "loud"))

    def admin(self):
        client = self.client("admin", username="admin", password=b"secret")
        for name in ("open", "quiet", "loud"):
            client.subscribe((f"{name}/#", 0x22))  # no retained messages
        return client

    def test_version_five_is_told_that_a_publish_is_not_allowed(self):
        """[MQTT-3.4.2-1] [MQTT-3.5.2-1]"""
        seen, client = self.admin(), self.client()
        self.assertEqual([0x87, 0x87], [client.publish(self.quiet, b"x", qos).reason for qos in (1, 2)])
        client.publish(self.quiet, b"x", 0)
        client.publish(self.open, b"end", 1)
        self.expect_payloads(seen, b"end")

    def test_a_refused_qos_2_identifier_is_free_again(self):
        """[MQTT-4.3.3-9]"""
        seen, client = self.admin(), self.client()
        for topic, reason in ((self.quiet, 0x87), (self.quiet, 0x87), (self.open, 0)):
            client.send_publish(topic, topic.encode(), 2, mid=5)
            self.assertEqual(reason, client.expect("PUBREC").reason)
        self.assertEqual(0, client.release(5).reason)
        self.expect_payloads(seen, self.open.encode())

    @in_versions(V31, V311)
    def test_older_versions_get_a_positive_answer_and_nothing_happens(self, version):
        """[MQTT-3.3.5-2 of 3.1.1]"""
        seen, client = self.admin(), self.client(version=version)
        for qos in (0, 1, 2):
            client.publish(self.quiet, b"x", qos, retain=True)
        client.publish(self.open, b"end", 1)
        self.expect_payloads(seen, b"end")

    @in_versions()
    def test_a_message_is_delivered_to_who_may_read_it(self, version):
        admin, client = self.admin(), self.client(version=version)
        codes = client.subscribe(("#", 1)).codes
        if codes[0] >= 0x80:  # a broker may refuse the filter, or keep back what it matches
            client.subscribe(("open/#", 1), ("quiet/#", 1))
        for topic in (self.loud, self.quiet, self.open, "other"):
            admin.publish(topic, topic.encode(), 1)
        self.expect_payloads(client, self.quiet.encode(), self.open.encode())

    @in_versions()
    def test_a_will_that_is_not_allowed_is_not_published(self, version):
        seen = self.admin()
        client = self.raw(version)
        answer = client.connect(self.called("x"), will=mqtt.Will(self.quiet, b"gone", 1))
        if answer.reason == 0:
            client.drop()
        self.client("other").publish(self.open, b"end", 1)
        self.expect_payloads(seen, b"end")

    @in_versions()
    def test_a_retained_message_is_sent_to_who_may_read_it(self, version):
        admin = self.client("admin", username="admin", password=b"secret")
        for topic in (self.loud, self.quiet):
            admin.publish(topic, topic.encode(), 1, retain=True)
        client = self.client(version=version)
        client.subscribe((self.loud, 1), (self.quiet, 1))
        self.expect_payloads(client, self.quiet.encode())


if __name__ == "__main__":
    harness.main()
