"""Tests with an identity provider that is none of ours: oidc-provider, from npm."""

import http.cookiejar
import pathlib
import re
import shutil
import subprocess
import urllib.parse
import urllib.request

import harness
from process import Process

HERE = pathlib.Path(__file__).parent
PACKAGES = HERE.parents[1] / "build" / "npm"
SECRET = harness.secret("sensor-secret")
SCOPE = "mqtt.read:*/*/* mqtt.write:*/*/* mqtt.configure:*/*/*"
START = 60


def available():
    return shutil.which("node") and (PACKAGES / "node_modules" / "oidc-provider").exists()


class OauthCase(harness.MqttTest):
    def setUp(self):
        super().setUp()
        if not available():
            self.skipTest("oidc-provider is not installed")
        (self.dir / "client-secret").write_text(SECRET + "\n")

    def provider(self, lifetime=600, algorithm="EC"):
        """Its issuer. Access tokens live so many seconds."""
        key = self.dir / "key.pem"
        option = ["-pkeyopt", "ec_paramgen_curve:P-256"] if algorithm == "EC" else ["-pkeyopt", "rsa_keygen_bits:2048"]
        subprocess.run(["openssl", "genpkey", "-algorithm", algorithm, *option, "-out", key], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", self.dir / "public.pem"], check=True)
        self.idp = Process(["node", HERE / "identity_provider.mjs", PACKAGES, key, str(lifetime)], stdin=subprocess.PIPE)
        self.addCleanup(self.idp.stop)
        self.idp.out.wait_text(r"http://127\.0\.0\.1:\d+\n", START)
        return re.search(r"http://127\.0\.0\.1:\d+", self.idp.out.text())[0]

    def sensor(self, issuer, token_in="password", preset=None):
        """Options of a program that is a client of the provider."""
        place = ["--token-preset", preset] if preset else ["--token-in", token_in]
        return ["--oauth-issuer", issuer, "--oauth-client-id", "sensor", "--oauth-client-secret-file", self.dir / "client-secret",
                "--oauth-scope", SCOPE, *place, *(["--auth-method", "OAUTH2-JWT"] if token_in == "auth" else [])]

    def own_broker(self, issuer, *args):
        broker = harness.Broker(self.dir / "broker", "--jwt-issuer", issuer, "--jwt-audience", "mqtt", *args)
        self.addCleanup(broker.stop)
        return broker.start()


class Browser:
    """A person at the pages of the provider."""

    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def approve(self, url):
        """Goes where `mqrig login` sends people, confirms the code, signs in and agrees."""
        page, at = self.get(url)
        for _ in range(6):
            form = re.search(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', page, re.S)
            if not form:
                return page
            fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form[2]))
            for name in re.findall(r'<input[^>]*name="([^"]+)"', form[2]):
                fields.setdefault(name, "someone")
            if "xsrf" in fields:
                fields["confirm"] = "yes"
            page, at = self.get(urllib.parse.urljoin(at, form[1].replace("&amp;", "&")), urllib.parse.urlencode(fields).encode())
        return page

    def get(self, url, data=None):
        with self.opener.open(url, data, timeout=START) as answer:
            return answer.read().decode(), answer.geturl()
