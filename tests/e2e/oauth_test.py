"""OAuth 2.0 from end to end: an identity provider, `mqrig broker` that trusts it, and clients with its tokens."""

import re
import signal
import stat
import unittest

import harness
from oauth_case import SCOPE, Browser, OauthCase

OK, CONNECT, NOT_AUTHORISED, INPUT = 0, 3, 5, 10


class ClientCredentials(OauthCase):
    def test_a_token_opens_the_broker(self):
        issuer = self.provider()
        broker = self.own_broker(issuer)
        for token_in in ("password", "auth"):
            with self.subTest(token_in):
                self.expect_ok(self.pub(broker.port, "-t", "t", "-m", "x", "-q", "1", *self.sensor(issuer, token_in)))

    def test_without_one_it_stays_closed(self):
        broker = self.own_broker(self.provider())
        self.expect_failure(self.pub(broker.port, "-t", "t", "-m", "x"), NOT_AUTHORISED)

    def test_debugging_shows_whose_it_is_and_until_when(self):
        issuer = self.provider()
        result = self.pub(self.own_broker(issuer).port, "-t", "t", "-m", "x", "-d", *self.sensor(issuer))
        self.assertRegex(result.err, r"sensor")
        self.assertRegex(result.err, r"mqtt")
        self.assertRegex(result.err, r"valid until \d{4}-")

    def test_a_wrong_secret_is_told_and_not_repeated(self):
        issuer = self.provider()
        broker = self.own_broker(issuer)
        (self.dir / "client-secret").write_text(harness.secret("not-the-secret") + "\n")
        result = self.pub(broker.port, "-t", "t", "-m", "x", *self.sensor(issuer))
        self.expect_failure(result, NOT_AUTHORISED, "invalid_client")

    def test_a_provider_that_is_down_is_told(self):
        issuer = self.provider()
        broker = self.own_broker(issuer)
        self.idp.stop()
        result = self.pub(broker.port, "-t", "t", "-m", "x", *self.sensor(issuer))
        self.expect_failure(result, CONNECT, re.escape(issuer))


class Renewal(OauthCase):
    """Tokens live for four seconds at most, connections no longer; the numbers go on for six."""

    def numbers(self, token_in):
        issuer = self.provider(lifetime=4)
        broker = self.own_broker(issuer)
        sensor = self.sensor(issuer, token_in)
        sub = self.start_sub(broker.port, "-t", "n", "-q", "2", "-C", "60", *sensor)
        pub = self.start("pub", "-p", broker.port, "-t", "n", "-q", "2", "-m", "x", "--repeat", 60,
                         "--repeat-delay", "100ms", "-d", *sensor)
        self.assertEqual(OK, pub.wait(), pub.err.text())
        self.assertEqual(OK, sub.wait(), sub.err.text())
        self.assertEqual(60, len(sub.out.lines()))
        return [pub.err.text(), sub.err.text()]

    def test_a_token_in_the_password_is_renewed_on_new_connections(self):
        for text in self.numbers("password"):
            self.assertGreater(len(re.findall(r"CONNACK", text)), 1)
            self.assertNotIn("connection lost", text)

    def test_one_in_auth_on_the_same(self):
        for text in self.numbers("auth"):
            self.assertEqual(1, len(re.findall(r"CONNACK", text)))
            self.assertRegex(text, "AUTH")


class Login(OauthCase):
    def login(self, issuer):
        """`mqrig login`, and a person that does as it says."""
        process = self.start("login", "--oauth-issuer", issuer, "--oauth-client-id", "person", "--oauth-scope",
                             f"openid offline_access {SCOPE}")
        process.err.wait_text(r"[A-Z]{4}-[A-Z]{4}")
        url = re.search(rf"{issuer}/device\?user_code=\S+", process.err.text())
        self.assertTrue(url, process.err.text())
        Browser().approve(url[0])
        self.assertEqual(OK, process.wait(), process.err.text())
        self.assertEqual(b"", process.out.bytes())

    def person(self, issuer):
        return ["--oauth-issuer", issuer, "--oauth-client-id", "person", "--token-in", "password"]

    def test_who_has_logged_in_is_known_until_logging_out(self):
        issuer = self.provider()
        broker = self.own_broker(issuer)
        self.login(issuer)
        kept = [path for path in (self.dir / ".local/state").rglob("*") if path.is_file()]
        self.assertTrue(kept)
        for path in kept:
            self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        for _ in range(2):  # the refresh token is another one then
            self.expect_ok(self.pub(broker.port, "-t", "t", "-m", "x", "-q", "1", *self.person(issuer)))
        self.expect_ok(self.run_mqrig("logout", "--oauth-issuer", issuer, "--oauth-client-id", "person"))
        self.assertEqual([], [path for path in kept if path.exists() and path.stat().st_size])
        self.expect_failure(self.pub(broker.port, "-t", "t", "-m", "x", *self.person(issuer)), NOT_AUTHORISED, "mqrig login")

    def test_a_signal_ends_the_wait(self):
        issuer = self.provider()
        process = self.start("login", "--oauth-issuer", issuer, "--oauth-client-id", "person")
        process.err.wait_text(r"[A-Z]{4}-[A-Z]{4}")
        process.signal(signal.SIGINT)
        self.assertEqual(-signal.SIGINT, process.wait(), process.err.text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
