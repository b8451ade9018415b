"""mqrig login and mqrig logout: what a person sees, the file that stays, and that no secret is ever shown."""

import json
import stat
import subprocess

import harness
from oauth_provider import OAuthProvider

FAILED, USAGE, CONNECT, TLS, NOT_AUTHORISED, PROTOCOL = 1, 2, 3, 4, 5, 9


class LoginCase(harness.MqttTest):
    def provide(self, **options):
        self.provider = OAuthProvider(**options)
        self.addCleanup(self.provider.close)
        return self.provider

    def options(self, *args):
        return "--oauth-issuer", self.provider.issuer, "--oauth-client-id", "client", *args

    def run_quietly(self, command, *args):
        """No secret that the provider has ever given is in what is shown."""
        result = self.run_mqrig(command, *self.options(*args))
        for secret in self.provider.given:
            self.assertNotIn(secret, result.err + result.out.decode())
        self.assertEqual(b"", result.out)
        return result

    def login(self, *args):
        return self.run_quietly("login", *args)

    def logout(self, *args):
        return self.run_quietly("logout", *args)

    def files(self):
        return sorted((self.dir / ".local/state/mqrig/tokens").glob("*.json"))

    def stored(self):
        (path,) = self.files()
        return json.loads(path.read_text())


class Login(LoginCase):
    def test_a_person_gets_a_page_and_a_code_and_the_login_is_stored(self):
        self.provide()
        result = self.login("--oauth-scope", "offline_access")
        self.expect_ok(result)
        self.assertIn(f"  page: {self.provider.issuer}/page\n  code: ABCD-EFGH\n", result.err)
        self.assertIn(f"{self.provider.issuer}/page?code=ABCD-EFGH\n", result.err)
        self.assertTrue(result.err.endswith("mqrig login: logged in as 'joe'\n"), result.err)
        self.assertIn(self.stored()["refresh_token"], self.provider.live)
        self.assertEqual("offline_access", self.provider.forms("/device")[0]["scope"])
        (path,) = self.files()
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        self.assertEqual(0o700, stat.S_IMODE(path.parent.stat().st_mode))

    def test_the_code_is_shown_before_it_is_confirmed_and_even_when_quiet(self):
        provider = self.provide()
        provider.confirmed.clear()
        process = self.start("login", *self.options("--quiet"))
        process.err.wait_text("code: ABCD-EFGH")
        self.assertEqual([], self.files())
        provider.confirmed.set()
        self.assertEqual(0, process.wait())
        self.assertEqual(1, len(self.files()))

    def test_a_login_without_a_refresh_token_says_how_long_it_lasts(self):
        self.provide(refresh=False)
        result = self.login()
        self.expect_ok(result)
        self.assertRegex(result.err, r"warning: the provider gave no refresh token: the login lasts until 2\d+-.* UTC")
        self.assertNotIn("refresh_token", self.stored())

    def test_logins_for_several_audiences_stand_beside_each_other(self):
        self.provide()
        self.expect_ok(self.login("--oauth-audience", "a"))
        self.expect_ok(self.login("--oauth-audience", "https://b"))
        self.expect_ok(self.login("--oauth-audience", "a"))
        self.assertEqual(2, len(self.files()))
        self.assertEqual("https://b", self.provider.forms("/token")[1]["resource"])

    def test_urls_instead_of_an_issuer(self):
        provider = self.provide()
        result = self.run_mqrig("login", "--oauth-device-url", provider.issuer + "/device", "--oauth-token-url",
                                provider.issuer + "/token", "--oauth-client-id", "client")
        self.expect_ok(result)
        self.assertEqual([], provider.forms("/.well-known/openid-configuration"))

    def test_what_a_provider_says_cannot_steer_the_terminal(self):
        provider = self.provide()
        provider.errors["/device"] = [json.dumps({
            "device_code": "x", "user_code": "A\x1b[31m", "verification_uri": "https://id.example/\x07"}).encode()]
        result = self.login()
        self.expect_ok(result)
        self.assertIn("code: A\\x1b[31m\n", result.err)
        self.assertNotIn("\x07", result.err)

    def test_refusals_and_failures_have_their_codes(self):
        for path, error, code, text in (
                ("/token", "access_denied", NOT_AUTHORISED, "access was denied \\(access_denied\\)"),
                ("/token", "expired_token", NOT_AUTHORISED, "nobody confirmed the code"),
                ("/device", "invalid_client", NOT_AUTHORISED, "the client ID is unknown"),
                ("/device", "invalid_scope", NOT_AUTHORISED, "the scope is unknown"),
                ("/device", 503, CONNECT, "HTTP status 503"), ("/device", 404, PROTOCOL, "HTTP status 404"),
                ("/device", b"<html>", PROTOCOL, "not a JSON object"),
                ("/token", b"{}", PROTOCOL, "no \"access_token\""),
                ("/metadata", b'{"issuer":"https://id.example"}', PROTOCOL, "is that of 'https://id.example'")):
            with self.subTest(path=path, error=error):
                provider = self.provide()
                provider.errors[path] = [error]
                self.expect_failure(self.login(), code, text)
                self.assertEqual([], self.files())

    def test_a_provider_that_is_down(self):
        self.provide()
        port = harness.free_port()
        result = self.run_mqrig("login", "--oauth-issuer", f"http://127.0.0.1:{port}", "--oauth-client-id", "client")
        self.expect_failure(result, CONNECT, f"cannot ask http://127.0.0.1:{port}/.well-known/openid-configuration")
        issuer = "https" + self.provider.issuer.removeprefix("http")
        self.expect_failure(self.run_mqrig("login", "--oauth-issuer", issuer, "--oauth-client-id", "client"), TLS,
                            f"cannot ask {issuer}/")

    def test_a_provider_with_https_is_trusted_only_by_its_certificate(self):
        pem = self.dir / "provider.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=provider", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
                        "-keyout", pem, "-out", self.dir / "ca.pem"], check=True, capture_output=True)
        pem.write_text(pem.read_text() + (self.dir / "ca.pem").read_text())
        provider = self.provide(certificate=pem)
        self.expect_failure(self.login(), TLS, "certificate")
        self.assertEqual([], provider.requests)
        self.expect_failure(self.login("--oauth-cafile", self.dir / "none.pem"), TLS, "none.pem")
        self.expect_ok(self.login("--oauth-cafile", self.dir / "ca.pem"))
        other = provider.issuer.replace("127.0.0.1", "localhost")  # which the certificate does not name
        result = self.run_mqrig("login", "--oauth-issuer", other, "--oauth-client-id", "client", "--oauth-cafile",
                                self.dir / "ca.pem")
        self.expect_failure(result, TLS, "target host name 'localhost'")

    def test_wrong_usage(self):
        client = ("--oauth-client-id", "client")
        for args, text in (
                ((), "client ID"), (client, "needs an issuer"),
                ((*client, "--oauth-issuer", "http://id.example"), "'http://id.example' is not encrypted"),
                ((*client, "--oauth-issuer", "https://joe:pa55word@id.example"), "a user name or a password"),
                ((*client, "--oauth-issuer", "id.example"), "a URL such as https://"),
                ((*client, "--oauth-token-url", "https://id.example"), "device and token endpoints")):
            with self.subTest(args=args):
                result = self.run_mqrig("login", *args)
                self.expect_failure(result, USAGE, text)
                self.assertNotIn("pa55word", result.err)

    def test_a_place_that_cannot_be_written_to(self):
        self.provide()
        (self.dir / ".local").write_text("")
        self.expect_failure(self.login(), FAILED, "cannot make the folder")


class Logout(LoginCase):
    def test_a_login_is_revoked_and_gone(self):
        provider = self.provide()
        self.expect_ok(self.login())
        refresh = self.stored()["refresh_token"]
        result = self.logout()
        self.expect_ok(result)
        self.assertEqual("mqrig logout: logged out\n", result.err)
        self.assertEqual({refresh}, provider.revoked)
        self.assertEqual([], self.files())
        self.expect_failure(self.logout(), FAILED, "there is no such login")

    def test_a_login_that_cannot_be_revoked_is_removed_and_that_is_said(self):
        for error, code in ((503, CONNECT), ("unsupported_token_type", NOT_AUTHORISED)):
            with self.subTest(error=error):
                provider = self.provide()
                self.expect_ok(self.login())
                provider.errors["/revoke"] = [error]
                self.expect_failure(self.logout(), code, "the login was removed here, but not revoked: ")
                self.assertEqual([], self.files())

    def test_a_provider_without_revocation(self):
        provider = self.provide()
        provider.hidden = {"revocation_endpoint"}
        self.expect_ok(self.login())
        result = self.logout()
        self.expect_ok(result)
        self.assertIn("the provider has no way to revoke a login", result.err)

    def test_logins_of_others_stay(self):
        self.provide()
        self.expect_ok(self.login("--oauth-audience", "a"))
        self.expect_ok(self.login("--oauth-audience", "b"))
        self.expect_ok(self.logout("--oauth-audience", "a"))
        self.assertEqual("b", self.stored()["audience"])


if __name__ == "__main__":
    harness.main()
