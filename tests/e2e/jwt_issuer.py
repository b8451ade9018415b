"""An issuer of JWTs, with a key that the openssl command makes, and its keys by HTTP."""

import base64
import http.server
import json
import subprocess
import threading
import time


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*args, data=b""):
    return subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, input=data).stdout


def raw_signature(der):
    """R and S, 32 bytes each, of a SEQUENCE of two INTEGERs."""
    raw, rest = b"", der[2:]
    while rest:
        raw += rest[2:2 + rest[1]].lstrip(b"\0").rjust(32, b"\0")
        rest = rest[2 + rest[1]:]
    return raw


class Issuer:
    """Signs with ES256."""

    def __init__(self, folder, key_id="first"):
        self.key_id, self.key = key_id, folder / f"{key_id}.key"
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.key)
        point = openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")[-64:]
        self.jwk = {"kty": "EC", "crv": "P-256", "kid": key_id, "use": "sig", "x": base64url(point[:32]),
                    "y": base64url(point[32:])}

    def token(self, sub="joe", life=3600, **claims):
        """One that expires after so many seconds."""
        header = {"alg": "ES256", "typ": "JWT", "kid": self.key_id}
        claims = {"sub": sub, "exp": time.time() + life, **claims}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{base64url(raw_signature(openssl('dgst', '-sha256', '-sign', self.key, data=text.encode())))}"


def key_set(*issuers):
    return json.dumps({"keys": [issuer.jwk for issuer in issuers]})


class KeyServer:
    """Answers with `documents`, texts by their paths; all else is not found."""

    def __init__(self):
        documents, self.requests = {}, []
        requests = self.requests

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                requests.append(self.path)
                body = documents.get(self.path, "").encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.documents = documents
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
