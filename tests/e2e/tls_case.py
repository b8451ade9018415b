"""Certificates for tests, made by the openssl command: an authority, a broker, clients, and one that was revoked."""

import atexit
import functools
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile

import harness
from broker_case import BrokerCase

REVOKED_SERIAL = 0x5EC0ED
P256 = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def openssl(*args, **options):
    return subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, text=True, **options).stdout


class Authority:
    """Signs certificates; all of it is in one folder: NAME.pem and NAME.key."""

    def __init__(self, folder, name="Test Authority"):
        self.folder = pathlib.Path(folder)
        self._request("ca", f"/CN={name}", "-x509", "-days", "30", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def _request(self, name, subject, *args, key=P256):
        openssl("req", *key, "-nodes", "-subj", subject,
                "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem", *args)

    def certificate(self, name, subject=None, *extensions, serial=None, days=30, issuer="ca", digest="sha256", key=P256):
        """Returns the paths of certificate and key."""
        if not any(extension.startswith("basicConstraints") for extension in extensions):
            extensions = ("basicConstraints=critical,CA:false", *extensions)
        more = [word for extension in extensions for word in ("-addext", extension)]
        if serial:
            more += ["-set_serial", str(serial)]
        self._request(name, subject or f"/CN={name}", "-x509", "-days", str(days), "-CA", self.folder / f"{issuer}.pem",
                      "-CAkey", self.folder / f"{issuer}.key", f"-{digest}", *more, key=key)
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def server(self, name="server", names="DNS:localhost,IP:127.0.0.1", **options):
        return self.certificate(name, f"/CN={name if name != 'server' else 'localhost'}", f"subjectAltName={names}",
                                "extendedKeyUsage=serverAuth", **options)

    def self_signed(self, name, subject):
        self._request(name, subject, "-x509", "-days", "30")

    def server_between(self, name, begin, end):
        """A server's certificate that is valid from one time to another, both in the form YYYYMMDDHHMMSSZ."""
        config, more = self.folder / f"{name}.conf", self.folder / f"{name}.extensions"
        (self.folder / f"{name}.index").write_text("")
        config.write_text(f"[ca]\ndefault_ca = one\n[one]\ndatabase = {self.folder}/{name}.index\nrand_serial = yes\n"
                          f"new_certs_dir = {self.folder}\ndefault_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n")
        more.write_text("subjectAltName = DNS:localhost,IP:127.0.0.1\n")
        self._request(name, f"/CN={name}")
        openssl("ca", "-batch", "-notext", "-config", config, "-in", self.folder / f"{name}.pem", "-extfile", more, "-startdate", begin,
                "-enddate", end, "-keyfile", self.folder / "ca.key", "-cert", self.folder / "ca.pem", "-out", self.folder / f"{name}.pem")

    def client(self, name, subject=None, **options):
        return self.certificate(name, subject, "extendedKeyUsage=clientAuth", **options)

    def revocations(self, *serials):
        """The path of a list with these serial numbers in it."""
        index, config, crl = (self.folder / name for name in ("index", "ca.conf", "crl.pem"))
        index.write_text("".join(f"R\t491231235959Z\t200101000000Z\t{serial:06X}\tunknown\t/CN=x\n" for serial in serials))
        config.write_text(f"[ca]\ndefault_ca = one\n[one]\ndatabase = {index}\ndefault_md = sha256\n")
        openssl("ca", "-gencrl", "-config", config, "-crldays", 30, "-keyfile", self.folder / "ca.key", "-cert", self.folder / "ca.pem",
                "-out", crl)
        return crl


@functools.cache
def authority():
    """One for all tests of a run, with a server and clients called lamp, revoked and nameless."""
    folder = tempfile.mkdtemp(prefix="mqrig-certificates-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Authority(folder)
    made.server()
    made.client("lamp")
    made.client("revoked", serial=REVOKED_SERIAL)
    made.client("nameless", "/O=Nobody")
    return made


class TlsCase(BrokerCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = authority()
        cls.files = cls.authority.folder

    def identity(self, name="server"):
        """Options of a broker."""
        return ("--cert", self.files / f"{name}.pem", "--key", self.files / f"{name}.key")

    def context(self, name=None, version=None):
        """What a client in Python has, with the certificate of this name."""
        context = ssl.create_default_context(cafile=self.files / "ca.pem")
        if name:
            context.load_cert_chain(self.files / f"{name}.pem", self.files / f"{name}.key")
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def server_context(self, name="server"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.files / f"{name}.pem", self.files / f"{name}.key")
        return context

    def layer(self, name=None, **options):
        """TLS for RawClient; that the broker ends it without close_notify is an error."""
        context = self.context(name, **options)
        return lambda sock: context.wrap_socket(sock, server_hostname="localhost", suppress_ragged_eofs=False)

    def tls_client(self, port, *args, name=None, **options):
        return self.client(port, *args, layer=self.layer(name), **options)

    def serial(self, port):
        """Of the certificate that the broker shows to a new connection."""
        with self.layer()(socket.create_connection(("127.0.0.1", port), harness.DEADLINE)) as sock:
            return int(sock.getpeercert()["serialNumber"], 16)

    def mosquitto_client(self, kind, port, *args, name=None, trust=True, code=0):
        """Runs mosquitto_pub or mosquitto_sub to its end; its standard output."""
        options = ["--cafile", self.files / "ca.pem"] if trust else []
        if name:
            options += ["--cert", self.files / f"{name}.pem", "--key", self.files / f"{name}.key"]
        process = self.outside([f"mosquitto_{kind}", "-h", "localhost", "-p", port, *options, *args])
        self.assertEqual(code, process.wait(), process.err.text())
        return process.out.bytes()

    def outside(self, command):
        if not shutil.which(command[0]):
            self.skipTest(f"{command[0]} is not installed")
        process = harness.Process([str(word) for word in command])
        self.addCleanup(process.stop)
        return process
