"""Proxies by SOCKS5 (RFC 1928, RFC 1929) and HTTP CONNECT (RFC 9110), each in threads of this process."""

import base64
import ipaddress
import select
import socket
import ssl
import struct
import threading

DEADLINE = 20


class Refusal(Exception):
    """The client was told no."""


class ProxyServer:
    """Whatever it is asked for, it connects to `target` on 127.0.0.1. `asked` has each (host, port), `logins` what was given."""

    def __init__(self, target, login=None, layer=None):
        """`login` is the only "user:password" that may pass; `layer` puts TLS on an accepted socket."""
        self.target, self.login, self.layer = target, login, layer
        self.asked, self.logins, self.sockets = [], [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self._start(self._accept)

    def _start(self, function, *args):
        threading.Thread(target=function, args=args, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.sockets.append(sock)
            self._start(self._serve, sock)

    def _serve(self, sock):
        try:
            sock.settimeout(DEADLINE)
            sock = self.layer(sock) if self.layer else sock
            self.sockets.append(sock)
            self.negotiate(sock)
            beyond = socket.create_connection(("127.0.0.1", self.target), DEADLINE)
            self.sockets.append(beyond)
            self.agree(sock)
            self._relay(sock, beyond)
        except (OSError, Refusal, ValueError, struct.error):
            sock.close()

    @staticmethod
    def _relay(one, other):
        """Both ways in one thread: two may not use a TLS socket at once."""
        sinks = {one: other, other: one}
        while sinks:
            ready = [sock for sock in sinks if isinstance(sock, ssl.SSLSocket) and sock.pending()]
            for source in ready or select.select(list(sinks), [], [], DEADLINE)[0]:
                sink = {one: other, other: one}[source]
                if data := source.recv(1 << 16):
                    sink.sendall(data)
                else:
                    del sinks[source]
                    sink.shutdown(socket.SHUT_WR)

    @staticmethod
    def take(sock, count):
        data = b""
        while len(data) < count:
            more = sock.recv(count - len(data))
            if not more:
                raise Refusal("the client has left")
            data += more
        return data

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for sock in self.sockets:
            sock.close()


class SocksProxy(ProxyServer):
    bound = b"\x01" + bytes(6)  # the address in the reply to a request

    def negotiate(self, sock):
        version, count = self.take(sock, 2)
        methods = self.take(sock, count)
        wanted = 2 if self.login else 0
        if version != 5 or wanted not in methods:
            sock.sendall(b"\x05\xff")
            raise Refusal("no method")
        sock.sendall(bytes([5, wanted]))
        if self.login:
            self._log_in(sock)
        _, command, _, kind = self.take(sock, 4)
        host = self._host(sock, kind)
        self.asked.append((host, struct.unpack("!H", self.take(sock, 2))[0]))
        if command != 1:
            raise Refusal("no CONNECT")

    def _log_in(self, sock):
        parts = []
        self.take(sock, 1)
        for _ in range(2):
            parts.append(self.take(sock, self.take(sock, 1)[0]).decode())
        self.logins.append(":".join(parts))
        sock.sendall(b"\x01\x00" if self.logins[-1] == self.login else b"\x01\x01")
        if self.logins[-1] != self.login:
            raise Refusal("wrong login")

    def _host(self, sock, kind):
        if kind == 3:
            return self.take(sock, self.take(sock, 1)[0]).decode()
        return ipaddress.ip_address(self.take(sock, {1: 4, 4: 16}[kind]))  # an address, and no name

    def agree(self, sock):
        for byte in b"\x05\x00\x00" + self.bound:  # a byte at a time
            sock.sendall(bytes([byte]))


class HttpProxy(ProxyServer):
    def negotiate(self, sock):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.take(sock, 1)
        lines = head.decode().split("\r\n")
        method, target, _ = lines[0].split(" ")
        fields = dict(line.split(": ", 1) for line in lines[1:] if line)
        host, _, port = target.rpartition(":")
        self.asked.append((host, int(port)))
        if method != "CONNECT" or fields["Host"] != target:
            raise Refusal(head)
        if given := fields.get("Proxy-Authorization"):
            self.logins.append(base64.b64decode(given.removeprefix("Basic ")).decode())
        if self.login and self.logins[-1:] != [self.login]:
            sock.sendall(b'HTTP/1.1 407 Who are you?\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n')
            raise Refusal("wrong login")

    def agree(self, sock):
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 Connection established\r\nX: y\r\n\r\n")
