"""Logins by SCRAM at our broker: by a client that is written here, from the specification alone."""

import base64
import hashlib
import hmac
import os
import select
import subprocess

import harness
import mqtt
from server_test_case import ServerTest

PROOF = object()


def attributes(message):
    return dict(part.split("=", 1) for part in message.decode().split(","))


class Scram:
    """The client's side (RFC 5802): what stands in Authentication Data."""

    def __init__(self, user, password, method="SCRAM-SHA-256"):
        self.hash = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}[method]
        self.method, self.user, self.password = method, user, password.encode()
        self.nonce = base64.b64encode(os.urandom(18)).decode()

    def hmac(self, key, message):
        return hmac.digest(key, message, self.hash)

    def first(self):
        self.bare = f"n={self.user},r={self.nonce}"
        return f"n,,{self.bare}".encode()

    def last(self, answer):
        found = attributes(answer)
        assert found["r"].startswith(self.nonce) and len(found["r"]) > len(self.nonce), answer
        salt, count = base64.b64decode(found["s"]), int(found["i"])
        salted = hashlib.pbkdf2_hmac(self.hash, self.password, salt, count)
        key = self.hmac(salted, b"Client Key")
        self.without_proof = f"c=biws,r={found['r']}"
        signed = ",".join((self.bare, answer.decode(), self.without_proof)).encode()
        signature = self.hmac(hashlib.new(self.hash, key).digest(), signed)
        self.proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
        self.expected = b"v=" + base64.b64encode(self.hmac(self.hmac(salted, b"Server Key"), signed))
        return f"{self.without_proof},p={self.proof}".encode()


def auth(reason, method, data=None):
    props = {"authentication-method": method}
    if data is not None:
        props["authentication-data"] = data
    return mqtt.packet("AUTH", bytes([reason]) + mqtt.properties(props))


class ScramTest(ServerTest):
    options = ("--no-allow-anonymous",)

    @classmethod
    def start_broker(cls):
        directory = cls.dir / "broker"
        directory.mkdir()
        cls.passwords = directory / "passwords"
        cls.set_user("joe", "secret", "sha-1", "sha-256")
        cls.set_user("ann", "hidden", "sha-256")
        cls.set_user("bob", "plain")
        acl = directory / "acl"
        acl.write_text("user joe\ntopic readwrite joe/#\n")
        return harness.Broker(directory, "--password-file", cls.passwords, "--acl-file", acl, *cls.options).start()

    @classmethod
    def set_user(cls, user, password, *mechanisms):
        form = ["--scram"] * bool(mechanisms) + [word for one in mechanisms for word in ("--mechanism", one)]
        subprocess.run([harness.BINARY, "passwd", "--iterations", "4096", *form, cls.passwords, user],
                       input=password + "\n", text=True, check=True, capture_output=True)

    def begin_login(self, scram, data=PROOF, method=None, source="127.0.0.1"):
        client = self.raw(source=source)
        props = {"authentication-method": method or scram.method}
        if data is not None:
            props["authentication-data"] = scram.first() if data is PROOF else data
        client.send(mqtt.connect(self.called("c"), props=props))
        return client

    def log_in(self, scram, **more):
        client = self.begin_login(scram, **more)
        client.send(auth(0x18, scram.method, scram.last(self.challenge(client, scram))))
        return client

    def challenge(self, client, scram):
        """The data of the server's AUTH."""
        found = client.expect("AUTH")
        self.assertEqual((0x18, scram.method), (found.reason, found.props["authentication-method"]))
        return found.props["authentication-data"]

    def expect_login(self, client, scram):
        found = client.expect("CONNACK")
        self.assertEqual(0, found.reason, found)
        self.assertEqual(scram.method, found.props["authentication-method"])
        self.assertEqual(scram.expected, found.props["authentication-data"])

    def connected(self, scram, **more):
        client = self.log_in(scram, **more)
        self.expect_login(client, scram)
        return client


class Login(ScramTest):
    def test_who_knows_the_password_gets_in_and_the_server_proves_the_same(self):
        """[MQTT-4.12.0-2] [MQTT-4.12.0-5]"""
        for method in ("SCRAM-SHA-1", "SCRAM-SHA-256"):
            with self.subTest(method=method):
                self.connected(Scram("joe", "secret", method)).ping()

    def test_a_wrong_password_and_an_unknown_user_are_refused_alike(self):
        """[MQTT-4.12.0-4]"""
        for number, (user, password) in enumerate((("joe", "wrong"), ("nobody", "secret"), ("bob", "plain"))):
            with self.subTest(user=user):
                client = self.log_in(Scram(user, password), source=f"127.0.1.{number}")
                self.expect_refused(client, 0x87)

    def test_the_user_has_the_rights_of_the_name_that_was_proved(self):
        client = self.connected(Scram("joe", "secret"))
        self.assertEqual([0x01], client.subscribe(("joe/a", 1)).codes)
        self.assertEqual([0x87], client.subscribe(("ann/a", 1)).codes)

    def test_one_file_serves_logins_by_password_too(self):
        for user, password, reason in (("ann", b"hidden", 0), ("joe", b"secret", 0), ("bob", b"plain", 0)):
            with self.subTest(user=user):
                self.assertEqual(reason, self.raw().connect(username=user, password=password).reason)
        self.assertEqual(0x86, self.raw(source="127.0.2.1").connect(username="ann", password=b"x").reason)

    def test_methods_that_nobody_has_are_refused(self):
        """[MQTT-4.12.0-1]"""
        for method in ("SCRAM-SHA-512", "scram-sha-256", "SCRAM-SHA-256-PLUS", "PLAIN", ""):
            with self.subTest(method=method):
                client = self.begin_login(Scram("joe", "secret"), method=method or " ")
                self.expect_refused(client, 0x8C)

    def test_what_is_sent_with_connect_does_not_stand_in_for_a_proof(self):
        client = self.raw(source="127.0.3.1")
        scram = Scram("joe", "wrong")
        client.send(mqtt.connect(self.called("c"), username="bob", password=b"plain", props={
            "authentication-method": scram.method, "authentication-data": scram.first()}))
        client.send(auth(0x18, scram.method, scram.last(self.challenge(client, scram))))
        self.expect_refused(client, 0x87)


class Guesses(ScramTest):
    def test_the_fourth_guess_of_an_address_has_to_wait(self):
        here = {"source": "127.0.9.1"}
        for _ in range(3):
            self.expect_refused(self.log_in(Scram("joe", "wrong"), **here), 0x87)
        slowed = self.log_in(Scram("joe", "wrong"), **here)  # the challenge comes at once
        for _ in range(2):  # turns of the event loop, which has the guess by then
            self.connected(Scram("joe", "secret")).ping()
        self.assertEqual(([], [], []), select.select([slowed.sock], [], [], 0))


class Malformed(ScramTest):
    def test_first_messages(self):
        for number, data in enumerate((
                None, b"", b"n,,", b"n,,n=joe", b"n,,r=abc,n=joe", b"n=joe,r=abc", b"y,n=joe,r=abc", b"n,,n=joe,r=",
                b"p=tls-unique,,n=joe,r=abc", b"n,,m=x,n=joe,r=abc", b"n,a=ann,n=joe,r=abc", b"n,,n=j=oe,r=abc",
                b"n,,n=joe,r=abc,", b"\x00\xff", b"n,,n=joe,r=\xc3\xa4", b"x" * 60000)):
            with self.subTest(data=data):
                client = self.begin_login(Scram("joe", "secret"), data, source=f"127.1.{number}.1")
                self.expect_refused(client, 0x87)

    def test_last_messages(self):
        for number, change in enumerate((
                lambda s: None, lambda s: b"", lambda s: s.without_proof.encode(), lambda s: f"p={s.proof}".encode(),
                lambda s: f"{s.without_proof},p=".encode(), lambda s: f"{s.without_proof},p={s.proof[:-1]}".encode(),
                lambda s: f"{s.without_proof},p={s.proof},x=1".encode(),
                lambda s: f"{s.without_proof}x,p={s.proof}".encode(),
                lambda s: f"{s.without_proof.replace('biws', 'eSws')},p={s.proof}".encode(),
                lambda s: f"r={s.nonce},c=biws,p={s.proof}".encode(), lambda s: s.first())):
            with self.subTest(number=number):
                scram = Scram("joe", "secret")
                client = self.begin_login(scram, source=f"127.2.{number}.1")
                scram.last(self.challenge(client, scram))
                client.send(auth(0x18, scram.method, change(scram)))
                self.expect_refused(client, 0x87)

    def test_packets_out_of_order(self):
        """[MQTT-3.1.2-30] [MQTT-4.12.0-3] [MQTT-4.12.0-5]"""
        scram = Scram("joe", "secret")
        for packet, reason in ((mqtt.packet("PINGREQ"), 0x82), (mqtt.connect("x"), 0x82),
                               (mqtt.publish(mqtt.V5, "joe/a", b"x"), 0x82), (auth(0x19, scram.method, b"x"), 0x82),
                               (auth(0x00, scram.method, b"x"), 0x82), (mqtt.packet("AUTH"), 0x82),
                               (auth(0x18, "SCRAM-SHA-1", b"x"), 0x8C), (mqtt.packet("AUTH", flags=1), 0x81)):
            with self.subTest(packet=packet):
                client = self.begin_login(scram)
                self.challenge(client, scram)
                client.send(packet)
                self.expect_refused(client, reason)

    def test_who_leaves_amid_an_exchange_is_forgotten(self):
        scram = Scram("joe", "secret")
        for packet in (mqtt.disconnect(mqtt.V5), b""):
            client = self.begin_login(scram)
            self.challenge(client, scram)
            client.send(packet)
            client.drop()
        self.connected(scram)


class Again(ScramTest):
    """Re-authentication."""

    def reauthenticate(self, client, scram):
        client.send(auth(0x19, scram.method, scram.first()))
        client.send(auth(0x18, scram.method, scram.last(self.challenge(client, scram))))

    def test_the_same_user_goes_on(self):
        """[MQTT-4.12.1-1]"""
        client = self.connected(Scram("joe", "secret"))
        client.subscribe("joe/a")
        for _ in range(2):
            scram = Scram("joe", "secret")
            client.send(auth(0x19, scram.method, scram.first()))
            challenge = self.challenge(client, scram)
            client.send(mqtt.publish(mqtt.V5, "joe/a", b"meanwhile"))
            self.assertEqual(b"meanwhile", client.expect("PUBLISH").payload)
            client.send(auth(0x18, scram.method, scram.last(challenge)))
            found = client.expect("AUTH")
            self.assertEqual((0, scram.expected), (found.reason, found.props["authentication-data"]))
        client.ping()

    def test_another_user_or_a_wrong_password_ends_the_connection(self):
        """[MQTT-4.12.1-2]"""
        for number, (user, password) in enumerate((("ann", "hidden"), ("joe", "wrong"), ("nobody", "x"))):
            with self.subTest(user=user, password=password):
                client = self.connected(Scram("joe", "secret"), source=f"127.3.{number}.1")
                self.reauthenticate(client, Scram(user, password))
                self.expect_closed(client, 0x87)

    def test_another_method_or_an_answer_to_nothing_ends_the_connection(self):
        """[MQTT-4.12.1-1] [MQTT-4.12.0-5]"""
        for packet, reason in ((auth(0x19, "SCRAM-SHA-1", Scram("joe", "secret").first()), 0x8C),
                               (auth(0x18, "SCRAM-SHA-256", b"x"), 0x82), (mqtt.packet("AUTH", b"\x19\x00"), 0x82)):
            with self.subTest(packet=packet):
                client = self.connected(Scram("joe", "secret"))
                client.send(packet)
                self.expect_closed(client, reason)

    def test_who_logged_in_by_password_has_no_method_to_do_it_again_with(self):
        """[MQTT-4.12.0-7]"""
        client = self.client(username="joe", password=b"secret")
        client.send(auth(0x19, "SCRAM-SHA-256", Scram("joe", "secret").first()))
        self.expect_closed(client, 0x82)


if __name__ == "__main__":
    harness.main()
