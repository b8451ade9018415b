"""Both sides of a WebSocket that do what a test tells them to: RFC 6455, as much as it takes. Independent of mqrig's own code."""

import base64
import hashlib
import os
import re
import struct

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Refused(Exception):
    """The answer is no 101: `status` and `text`."""

    def __init__(self, text):
        super().__init__(text)
        self.text, self.status = text, int(text.split(" ", 2)[1])


def accept_hash(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()


class WebSocket:
    """Looks like a socket that carries the payload of binary messages. Other frames that come are kept.

    This is the client; see AcceptedWebSocket for the server.
    """

    masks = True  # what we send

    def __init__(self, sock, path="/mqtt", protocol="mqtt", fields=()):
        self.sock, self.buffer, self.data, self.others = sock, bytearray(), bytearray(), []
        key = base64.b64encode(os.urandom(16))
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key.decode()}",
                 "Sec-WebSocket-Version: 13", *([f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []), *fields]
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        head = self._head()
        if not head.startswith("HTTP/1.1 101 "):
            rest = b""
            while data := sock.recv(4096):
                rest += data
            sock.close()
            raise Refused(head + rest.decode())
        if f"Sec-WebSocket-Accept: {accept_hash(key)}" not in head or f"Sec-WebSocket-Protocol: {protocol}" not in head:
            raise AssertionError(head)

    def _head(self):
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head.decode()

    def _fill(self):
        data = self.sock.recv(1 << 16)
        if not data:
            raise ConnectionResetError("the end")
        self.buffer += data

    def _take(self, count):
        while len(self.buffer) < count:
            self._fill()
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    # What a test sends

    def frame(self, opcode, payload, final=True, masked=None):
        """Opcode may have reserved bits in it."""
        masked = self.masks if masked is None else masked
        size = len(payload)
        head = bytes([opcode | (0x80 if final else 0)])
        mask_bit = 0x80 if masked else 0
        if size < 126:
            head += bytes([mask_bit | size])
        elif size < 65536:
            head += struct.pack("!BH", mask_bit | 126, size)
        else:
            head += struct.pack("!BQ", mask_bit | 127, size)
        if not masked:
            return head + payload
        mask = os.urandom(4)
        return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))

    def send_frame(self, opcode, payload=b"", **more):
        self.sock.sendall(self.frame(opcode, payload, **more))

    # What comes

    def read_frame(self):
        first, second = self._take(2)
        masked = bool(second & 0x80)
        if masked == self.masks:
            raise AssertionError("a client masks all, and a server nothing")
        size = second & 0x7F
        if size == 126:
            size = struct.unpack("!H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._take(8))[0]
        mask = self._take(4) if masked else bytes(4)
        payload = self._take(size)
        return first & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)) if masked else payload

    def expect_frame(self, opcode):
        """The payload of the next frame of this kind; what MQTT sends meanwhile is kept."""
        while True:
            found, payload = self.read_frame()
            if found == opcode:
                return payload
            if found in (BINARY, CONTINUATION):
                self.data += payload
            else:
                self.others.append((found, payload))

    # As a socket

    def settimeout(self, seconds):
        self.sock.settimeout(seconds)

    def sendall(self, data):
        self.send_frame(BINARY, data)

    def recv(self, count):
        while not self.data:
            opcode, payload = self.read_frame()
            if opcode in (BINARY, CONTINUATION):
                self.data += payload
            elif opcode == CLOSE:
                self.others.append((opcode, payload))
                return b""
            else:
                self.others.append((opcode, payload))
        taken = bytes(self.data[:count])
        del self.data[:count]
        return taken

    def shutdown(self, how):
        self.sock.shutdown(how)

    def close(self):
        self.sock.close()


class AcceptedWebSocket(WebSocket):
    """The server's side of one: `request` is the head of what the client asked for."""

    masks = False

    def __init__(self, sock):
        self.sock, self.buffer, self.data, self.others = sock, bytearray(), bytearray(), []
        self.request = self._head()
        self.key = re.search(r"(?mi)^Sec-WebSocket-Key: (\S+)", self.request)[1].encode()

    def answer(self, *fields, status="101 Switching Protocols"):
        self.sock.sendall("\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode())

    def agree(self, *fields):
        self.answer("Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept_hash(self.key)}",
                    "Sec-WebSocket-Protocol: mqtt", *fields)
        return self
