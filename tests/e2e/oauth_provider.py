"""An OAuth 2.0 identity provider inside a test: metadata, tokens for clients, logins by a code, revocation.

It answers as the specifications say (RFC 6749, 7009, 8414, 8628) until a test asks for something else: `errors` of an
endpoint are given first, one a request, each an OAuth code, an HTTP status, bytes to send as they are, or None for no
answer at all.
"""

import base64
import http.server
import itertools
import json
import ssl
import threading
import time
import urllib.parse


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


class OAuthProvider:
    """Listens on a loopback port of its choice until close()."""

    def __init__(self, clients=None, lifetime=3600, interval=0.01, refresh=True, certificate=None):
        """`certificate` is a PEM file with its key: https instead of http."""
        self.clients = clients or {"client": None}  # ID -> secret, None for a public one
        self.lifetime, self.interval, self.refresh = lifetime, interval, refresh
        self.errors = {"/token": [], "/device": [], "/revoke": [], "/metadata": []}
        self.hidden = set()      # names taken out of the metadata
        self.requests = []       # (path, form)
        self.confirmed = threading.Event()
        self.confirmed.set()     # codes are confirmed at once
        self.live, self.revoked = set(), set()  # refresh tokens
        self.given = []          # every secret that was handed out
        self.number = itertools.count(1)
        self.closed = threading.Event()
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        self.server.handle_error = lambda *_: None  # clients that do not trust us go away
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    @property
    def issuer(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.closed.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def forms(self, path):
        with self.lock:
            return [form for where, form in self.requests if where == path]

    def metadata(self):
        named = {
            "issuer": self.issuer,
            "token_endpoint": self.issuer + "/token",
            "device_authorization_endpoint": self.issuer + "/device",
            "revocation_endpoint": self.issuer + "/revoke",
            "jwks_uri": self.issuer + "/keys",
        }
        return {name: value for name, value in named.items() if name not in self.hidden}

    def access_token(self, subject, audience):
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + self.lifetime}
        return self._give(f"{encoded({'alg': 'ES256'})}.{encoded(claims)}.{next(self.number)}")

    def _give(self, secret):
        self.given.append(secret)
        return secret

    def _tokens(self, subject, form, refresh):
        answer = {"access_token": self.access_token(subject, form.get("audience", "mqtt")), "token_type": "Bearer",
                  "expires_in": self.lifetime}
        if refresh:
            answer["refresh_token"] = self._give(f"refresh-{next(self.number)}-secret")
            self.live.add(answer["refresh_token"])
        return 200, answer

    def answer(self, path, form):
        """What an endpoint answers when all is well: a status and an object."""
        if path in ("/.well-known/openid-configuration", "/metadata"):
            return 200, self.metadata()
        if path == "/device":
            return 200, {"device_code": self._give(f"device-{next(self.number)}-secret"), "user_code": "ABCD-EFGH",
                         "verification_uri": self.issuer + "/page", "expires_in": 600, "interval": self.interval,
                         "verification_uri_complete": self.issuer + "/page?code=ABCD-EFGH"}
        if path == "/revoke":
            self.live.discard(form.get("token"))
            self.revoked.add(form.get("token"))
            return 200, {}
        return self._token(form) if path == "/token" else (404, {})

    def _token(self, form):
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            return self._tokens(form["client_id"], form, False)
        if grant == "refresh_token":
            # Each is good for one use.
            if form.get("refresh_token") not in self.live:
                return 400, {"error": "invalid_grant"}
            self.live.discard(form["refresh_token"])
            return self._tokens("joe", form, True)
        if not grant.endswith(":device_code"):
            return 400, {"error": "unsupported_grant_type"}
        if not self.confirmed.is_set():
            return 400, {"error": "authorization_pending"}
        return self._tokens("joe", form, self.refresh)

    def _authenticate(self, form, header):
        """Puts the client into the form. False for one that is unknown or has another secret."""
        secret = form.get("client_secret")
        if header.startswith("Basic "):
            pair = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
            form["client_id"], secret = urllib.parse.unquote(pair[0]), urllib.parse.unquote(pair[2])
        return form.get("client_id") in self.clients and self.clients[form["client_id"]] == secret

    def handle(self, path, form, header):
        """A status and a body; None for no answer."""
        with self.lock:
            self.requests.append((path, form))
            planned = self.errors.get("/metadata" if path.startswith("/.well-known") else path)
            if planned:
                return self._planned(planned.pop(0))
            if path in ("/token", "/device", "/revoke") and not self._authenticate(form, header):
                status, answer = 401, {"error": "invalid_client"}
            else:
                status, answer = self.answer(path, form)
        return status, json.dumps(answer).encode()

    @staticmethod
    def _planned(error):
        if isinstance(error, bytes):
            return 200, error
        if isinstance(error, int):
            return error, b"no"
        return error and (400, json.dumps({"error": error}).encode())

    def _handler(provider):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.reply({})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.reply(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))

            def reply(self, form):
                answer = provider.handle(self.path, form, self.headers.get("Authorization", ""))
                if answer is None:
                    provider.closed.wait()
                    return
                self.send_response(answer[0])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, *_):
                pass

        return Handler
