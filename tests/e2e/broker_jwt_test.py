"""mqrig broker: logins by JWTs, how they end, what they allow, and where the keys come from."""

import json
import select
import signal

import harness
import mqtt
import raw_client
from broker_case import INPUT, OK, USAGE, BrokerCase
from jwt_issuer import Issuer, KeyServer, key_set

ACCEPTED, BAD_LOGIN, NOT_AUTHORIZED, UNAVAILABLE, BAD_METHOD, MAXIMUM_CONNECT_TIME = 0, 0x86, 0x87, 0x88, 0x8C, 0xA0
UNAVAILABLE_V3, BAD_LOGIN_V3 = 3, 4
REAUTHENTICATE = 0x19
SHORT = 1.5  # a life that is over soon: time enough to sign and to log in


class JwtCase(BrokerCase):
    def setUp(self):
        super().setUp()
        self.issuer = Issuer(self.dir)
        self.keys = self.write("keys.json", key_set(self.issuer))

    def serve_tokens(self, *args):
        return self.serve("-p", 0, "-v", "--jwt-jwks", self.keys, *args)

    def log_in(self, broker, token, client_id="c", version=mqtt.V5, **options):
        """A client that has sent CONNECT with this password; `connack` is the answer."""
        client = raw_client.RawClient(broker.port, version=version)
        self.addCleanup(client.close)
        client.connack = client.connect(client_id, username=b"someone", password=token.encode(), **options)
        return client

    def authenticate(self, broker, token, method="OAUTH2-JWT"):
        return self.client(broker.port, "c", authentication_method=method, authentication_data=token.encode())

    def authenticate_again(self, client, token):
        client.send(mqtt.packet("AUTH", bytes([REAUTHENTICATE]) + mqtt.properties(
            {"authentication-method": "OAUTH2-JWT", "authentication-data": token.encode()})))

    def reason(self, broker, token, **options):
        client = self.log_in(broker, token, **options)
        client.close()
        return client.connack.reason


class Logins(JwtCase):
    def test_a_token_is_a_password_or_comes_by_enhanced_authentication(self):
        broker = self.serve_tokens()
        token = self.issuer.token()
        self.assertEqual(ACCEPTED, self.reason(broker, token))
        self.assertEqual(ACCEPTED, self.reason(broker, token, version=mqtt.V311))
        connack = self.authenticate(broker, token).connack
        self.assertEqual((ACCEPTED, "OAUTH2-JWT"), (connack.reason, connack.props["authentication-method"]))
        self.assertEqual(BAD_METHOD, self.authenticate(broker, token, "OTHER").connack.reason)
        broker.err.wait_text(r"has a token of 'joe' until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
        self.assertNotIn(token, broker.err.text())
        self.assertNotIn(token.split(".")[2], broker.err.text())

    def test_without_a_token_nobody_comes_in(self):
        broker = self.serve_tokens()
        self.assertEqual(NOT_AUTHORIZED, self.client(broker.port).connack.reason)
        self.assertEqual(BAD_LOGIN, self.reason(broker, "secret"))
        self.assertEqual(BAD_LOGIN_V3, self.reason(broker, Issuer(self.dir, "other").token(), version=mqtt.V311))
        broker.err.wait_text("has no valid token: its key 'other' is not known")

    def test_wrong_tokens_make_nobody_wait_as_wrong_passwords_do(self):
        broker = self.serve_tokens()
        wrong = self.issuer.token(life=-60)
        for _ in range(3):
            self.assertEqual(BAD_LOGIN, self.reason(broker, wrong))
            self.assertEqual(NOT_AUTHORIZED, self.authenticate(broker, wrong).connack.reason)
        client = raw_client.RawClient(broker.port)
        self.addCleanup(client.close)
        client.send(mqtt.connect("c", username=b"someone", password=self.issuer.token().encode()))
        for _ in range(2):  # turns of the event loop
            self.assertEqual(NOT_AUTHORIZED, self.client(broker.port).connack.reason)
        self.assertTrue(select.select([client.sock], [], [], 0)[0])
        self.assertEqual(ACCEPTED, client.expect("CONNACK").reason)

    def test_issuer_audience_and_user_claim_are_as_the_options_say(self):
        broker = self.serve_tokens("--jwt-issuer", "https://id.example", "--jwt-audience", "mqtt", "--jwt-audience", "broker",
                                   "--jwt-user-claim", "name")
        right = {"iss": "https://id.example", "aud": ["other", "broker"], "name": "Ann"}
        self.assertEqual(ACCEPTED, self.reason(broker, self.issuer.token(**right)))
        broker.err.wait_text("has a token of 'Ann'")
        self.assertEqual(BAD_LOGIN, self.reason(broker, self.issuer.token(**right | {"aud": "other"})))
        broker.err.wait_text("has no valid token: it is for 'other'")
        self.assertEqual(BAD_LOGIN, self.reason(broker, self.issuer.token(**right | {"iss": "https://id.example/"})))
        broker.err.wait_text("has no valid token: it was issued by 'https://id.example/'")

    def test_users_of_a_password_file_may_come_too(self):
        broker = self.serve_tokens("--password-file", self.users(me="secret"))
        self.assertEqual(ACCEPTED, self.reason(broker, self.issuer.token()))
        self.assertEqual(ACCEPTED, self.client(broker.port, "d", username=b"me", password=b"secret").connack.reason)
        self.assertEqual(BAD_LOGIN, self.client(broker.port, "d", username=b"me", password=b"wrong").connack.reason)


class Life(JwtCase):
    def test_connections_end_with_their_tokens_unless_there_is_a_newer_one(self):
        broker = self.serve_tokens()
        watcher = self.log_in(broker, self.issuer.token("ann"), "watcher")
        watcher.subscribe("will/+")
        renewed = self.authenticate(broker, self.issuer.token(life=SHORT + 1))
        new = self.log_in(broker, self.issuer.token(life=SHORT), "new", will=mqtt.Will("will/new"))
        old = self.log_in(broker, self.issuer.token(life=SHORT), "old", mqtt.V311, will=mqtt.Will("will/old"))
        self.authenticate_again(renewed, self.issuer.token())
        self.assertEqual(ACCEPTED, renewed.expect("AUTH").reason)
        self.assertEqual(MAXIMUM_CONNECT_TIME, new.expect("DISCONNECT").reason)
        self.assertEqual([], old.finish())
        self.assertEqual({"will/new", "will/old"}, {watcher.message().topic for _ in range(2)})
        broker.err.wait_text(r"new \(.*\) is disconnected: its token has expired")
        harness.wait_until(lambda: renewed.ping(), "the connection with a newer token stands")

    def test_a_token_of_somebody_else_ends_the_connection(self):
        broker = self.serve_tokens()
        client = self.authenticate(broker, self.issuer.token())
        self.authenticate_again(client, self.issuer.token("ann"))
        self.assertEqual(NOT_AUTHORIZED, client.expect("DISCONNECT").reason)


class Rules(JwtCase):
    def test_the_claim_acl_and_the_acl_file_both_have_to_allow(self):
        rules = self.write("rules", "user joe\ntopic a/#\n")
        broker = self.serve_tokens("--acl-file", rules)
        client = self.log_in(broker, self.issuer.token(acl={"pub": ["a/${clientid}", "b"], "sub": ["a/#"]}))
        self.assertEqual(0x10, client.publish("a/c", b"", 1).reason)
        self.assertEqual(NOT_AUTHORIZED, client.publish("a/d", b"", 1).reason)
        self.assertEqual(NOT_AUTHORIZED, client.publish("b", b"", 1).reason)
        self.assertEqual([0, NOT_AUTHORIZED], client.subscribe("a/+", "b").codes)

    def test_a_claim_that_is_not_understood_makes_the_token_invalid(self):
        broker = self.serve_tokens()
        rules = [{"permission": "allow", "action": "all", "topic": "#"}]
        self.assertEqual(ACCEPTED, self.reason(broker, self.issuer.token(acl=rules)))
        rules.append({"permission": "deny", "action": "all", "topic": "secret"})
        self.assertEqual(BAD_LOGIN, self.reason(broker, self.issuer.token(acl=rules)))
        broker.err.wait_text("has no valid token: 'acl' in it can't be followed")


class Keys(JwtCase):
    def test_the_file_is_read_again_at_sighup(self):
        broker = self.serve_tokens()
        second = Issuer(self.dir, "second")
        self.assertEqual(BAD_LOGIN, self.reason(broker, second.token()))
        self.keys.write_text(key_set(second))
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("read '.*keys.json' again")
        self.assertEqual(ACCEPTED, self.reason(broker, second.token()))
        self.assertEqual(BAD_LOGIN, self.reason(broker, self.issuer.token()))
        self.keys.write_text("{}")
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("keys.json': it is no JWK Set: .*; the old keys stay")
        self.assertEqual(ACCEPTED, self.reason(broker, second.token()))

    def key_server(self, **documents):
        server = KeyServer()
        self.addCleanup(server.close)
        server.documents.update({"/" + name: text for name, text in documents.items()})
        return server

    def test_keys_are_fetched_from_a_url(self):
        server = self.key_server(keys=key_set(self.issuer))
        broker = self.serve("-p", 0, "--jwt-jwks", f"{server.url}/keys")
        broker.err.wait_text("the keys for tokens were fetched")
        self.assertEqual(ACCEPTED, self.reason(broker, self.issuer.token()))
        # Not again so soon, whoever asks.
        for _ in range(3):
            self.assertEqual(BAD_LOGIN, self.reason(broker, Issuer(self.dir, "other").token()))
        self.assertEqual(["/keys"], server.requests)

    def test_an_issuer_says_where_its_keys_are(self):
        server = self.key_server(jwks=key_set(self.issuer))
        metadata = {"issuer": server.url, "jwks_uri": f"{server.url}/jwks", "token_endpoint": f"{server.url}/token"}
        server.documents["/.well-known/openid-configuration"] = json.dumps(metadata)
        broker = self.serve("-p", 0, "--jwt-issuer", server.url)
        broker.err.wait_text("the keys for tokens were fetched")
        self.assertEqual(ACCEPTED, self.reason(broker, self.issuer.token(iss=server.url)))
        self.assertEqual(BAD_LOGIN, self.reason(broker, self.issuer.token()))

    def test_without_keys_tokens_are_to_come_again_and_the_broker_says_why(self):
        server = self.key_server(empty='{"keys": []}')
        for url, why in ((f"{server.url}/missing", "/missing' answers with status 404"),
                         (f"{server.url}/empty", "it has no key for RS256, ES256 or EdDSA"),
                         (f"http://127.0.0.1:{harness.free_port()}/keys", "127.0.0.1")):
            broker = self.serve("-p", 0, "--jwt-jwks", url)
            broker.err.wait_text(f"warning: keys for tokens could not be fetched: .*{why}.*until then no token can be checked")
            self.assertEqual(UNAVAILABLE, self.reason(broker, self.issuer.token()))
            self.assertEqual(UNAVAILABLE_V3, self.reason(broker, self.issuer.token(), version=mqtt.V311))
            self.end(broker)

    def test_workers_have_the_keys(self):
        broker = self.serve_tokens("--workers", 2)
        for _ in range(8):
            self.assertEqual(ACCEPTED, self.reason(broker, self.issuer.token()))
        self.end(broker, code=OK)


class Options(JwtCase):
    def test_a_file_without_keys_is_refused(self):
        self.refuse("-p", 0, "--jwt-jwks", self.dir / "missing", code=INPUT, texts=("--jwt-jwks", "missing"))
        bad = self.write("bad", "{]")
        self.refuse("-p", 0, "--jwt-jwks", bad, code=INPUT, texts=("--jwt-jwks", str(bad), "it is not JSON, at byte 2"))

    def test_keys_do_not_come_over_a_network_in_the_clear(self):
        self.refuse("-p", 0, "--jwt-jwks", "http://id.example/keys", code=USAGE, texts=("--jwt-jwks", "https"))
        self.refuse("-p", 0, "--jwt-issuer", "id.example", code=USAGE, texts=("--jwt-issuer without --jwt-jwks",))

    def test_options_for_tokens_need_keys(self):
        for option in ("--jwt-audience", "--jwt-user-claim"):
            self.refuse("-p", 0, option, "x", code=USAGE, texts=(option, "--jwt-jwks"))

    def test_tokens_guard_a_listener_beyond_this_machine(self):
        self.end(self.serve("--listen", "mqtt://*:0", "--jwt-jwks", self.keys))
        broker = self.serve("-p", 0, "--jwt-jwks", self.keys, "--allow-anonymous")
        self.assertEqual(ACCEPTED, self.client(broker.port).connack.reason)


if __name__ == "__main__":
    harness.main()
