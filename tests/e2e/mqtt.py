"""MQTT packets in Python: just enough to watch a client or to play its broker. Independent of mqrig's own code."""

import struct

TYPES = ("RESERVED CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK "
         "PINGREQ PINGRESP DISCONNECT AUTH").split()
CODES = {name: number for number, name in enumerate(TYPES)}

V31, V311, V5 = 3, 4, 5

# Identifier -> name, kind (1, 2, 4: unsigned of so many bytes; v: variable integer; s: string; b: binary; p: pair).
PROPERTIES = {
    1: ("payload-format-indicator", 1), 2: ("message-expiry-interval", 4), 3: ("content-type", "s"),
    8: ("response-topic", "s"), 9: ("correlation-data", "b"), 11: ("subscription-identifier", "v"),
    17: ("session-expiry-interval", 4), 18: ("assigned-client-identifier", "s"), 19: ("server-keep-alive", 2),
    21: ("authentication-method", "s"), 22: ("authentication-data", "b"), 23: ("request-problem-information", 1),
    24: ("will-delay-interval", 4), 25: ("request-response-information", 1), 26: ("response-information", "s"),
    28: ("server-reference", "s"), 31: ("reason-string", "s"), 33: ("receive-maximum", 2),
    34: ("topic-alias-maximum", 2), 35: ("topic-alias", 2), 36: ("maximum-qos", 1), 37: ("retain-available", 1),
    38: ("user-property", "p"), 39: ("maximum-packet-size", 4), 40: ("wildcard-subscription-available", 1),
    41: ("subscription-identifier-available", 1), 42: ("shared-subscription-available", 1),
}
IDENTIFIERS = {name: (number, kind) for number, (name, kind) in PROPERTIES.items()}
REPEATED = ("user-property", "subscription-identifier")


def varint(value):
    out = bytearray()
    while True:
        value, byte = value >> 7, value & 0x7F
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def binary(value):
    if isinstance(value, str):
        value = value.encode()
    return struct.pack("!H", len(value)) + value


def packet(name, body=b"", flags=0):
    return bytes([CODES[name] << 4 | flags]) + varint(len(body)) + body


def properties(values):
    """{"content-type": "x", "user-property": [("k", "v")]} as property bytes with their length."""
    out = b""
    for name, value in values.items():
        number, kind = IDENTIFIERS[name]
        for one in value if name in REPEATED else [value]:
            out += bytes([number])
            if kind == "v":
                out += varint(one)
            elif kind == "p":
                out += binary(one[0]) + binary(one[1])
            elif kind in ("s", "b"):
                out += binary(one)
            else:
                out += one.to_bytes(kind, "big")
    return varint(len(out)) + out


class Reader:
    """Takes values off the front of a packet's body."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise ValueError("the packet ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def binary(self):
        return self.take(self.number(2))

    def text(self):
        return self.binary().decode()

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def properties(self):
        end, found = self.varint(), {}
        end += self.at
        while self.at < end:
            name, kind = PROPERTIES[self.varint()]
            value = {"v": self.varint, "s": self.text, "b": self.binary,
                     "p": lambda: (self.text(), self.text())}.get(kind, lambda: self.number(kind))()
            if name in REPEATED:
                found.setdefault(name, []).append(value)
            else:
                if name in found:
                    raise ValueError(f"{name} stands twice")
                found[name] = value
        return found

    def rest(self):
        return self.take(len(self.data) - self.at)

    def more(self):
        return self.at < len(self.data)


def take_frame(buffer):
    """The first byte and the body of the packet at the front of a bytearray, which loses it; None while it is not all there."""
    value = shift = 0
    for at in range(1, min(5, len(buffer))):
        byte = buffer[at]
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            end = at + 1 + value
            if len(buffer) < end:
                return None
            first, body = buffer[0], bytes(buffer[at + 1:end])
            del buffer[:end]
            return first, body
    return None


class Packet:
    """A packet as read from the wire; its fields are attributes, those it does not have are None."""

    def __init__(self, first, body, version):
        self.name, self.flags, self.body = TYPES[first >> 4], first & 15, body
        self.raw_first = first
        parse = getattr(self, "_" + self.name.lower(), None)
        self.props = {}
        if parse:
            parse(Reader(body), version)

    def __getattr__(self, name):
        return None

    def __repr__(self):
        return f"{self.name} " + " ".join(
            f"{k}={v!r}" for k, v in vars(self).items() if k not in ("name", "body", "raw_first"))

    def _connect(self, r, _):
        self.protocol, self.level, bits = r.text(), r.number(1), r.number(1)
        self.clean, self.keep_alive = bool(bits & 2), r.number(2)
        v5 = self.level == V5
        self.props = r.properties() if v5 else {}
        self.client_id = r.text()
        if bits & 4:
            self.will_qos, self.will_retain = bits >> 3 & 3, bool(bits & 32)
            self.will_props = r.properties() if v5 else {}
            self.will_topic, self.will_payload = r.text(), r.binary()
        self.username = r.text() if bits & 128 else None
        self.password = r.binary() if bits & 64 else None

    def _publish(self, r, version):
        self.dup, self.qos, self.retain = bool(self.flags & 8), self.flags >> 1 & 3, bool(self.flags & 1)
        self.topic = r.text()
        self.mid = r.number(2) if self.qos else None
        self.props = r.properties() if version == V5 else {}
        self.payload = r.rest()

    def _ack(self, r, version):
        self.mid = r.number(2)
        self.reason = r.number(1) if r.more() else 0
        self.props = r.properties() if r.more() else {}

    _puback = _pubrec = _pubrel = _pubcomp = _ack

    def _subscribe(self, r, version):
        self.mid = r.number(2)
        self.props = r.properties() if version == V5 else {}
        self.filters = []
        while r.more():
            self.filters.append((r.text(), r.number(1)))

    def _unsubscribe(self, r, version):
        self.mid = r.number(2)
        self.props = r.properties() if version == V5 else {}
        self.filters = []
        while r.more():
            self.filters.append(r.text())

    def _suback(self, r, version):
        self.mid = r.number(2)
        self.props = r.properties() if version == V5 else {}
        self.codes = list(r.rest())

    _unsuback = _suback

    def _connack(self, r, version):
        self.session_present, self.reason = bool(r.number(1)), r.number(1)
        self.props = r.properties() if r.more() else {}

    def _disconnect(self, r, version):
        self.reason = r.number(1) if r.more() else 0
        self.props = r.properties() if r.more() else {}

    _auth = _disconnect


class Will:
    """What CONNECT says about the will."""

    def __init__(self, topic, payload=b"", qos=0, retain=False, **props):
        self.topic, self.payload, self.qos, self.retain = topic, payload, qos, retain
        self.props = named(props)


def named(props):
    """{"content_type": "x"}, as keyword arguments are spelled, by the names of PROPERTIES."""
    return {name.replace("_", "-"): value for name, value in props.items()}


def connect(client_id, version=V5, clean=True, keep_alive=0, props=None, will=None, username=None, password=None):
    name = "MQIsdp" if version == V31 else "MQTT"
    flags = (username is not None) << 7 | (password is not None) << 6 | clean << 1
    if will:
        flags |= will.retain << 5 | will.qos << 3 | 4
    body = binary(name) + bytes([version, flags]) + struct.pack("!H", keep_alive)
    body += properties(props or {}) if version == V5 else b""
    body += binary(client_id)
    if will:
        body += properties(will.props) if version == V5 else b""
        body += binary(will.topic) + binary(will.payload)
    return packet("CONNECT", body + b"".join(binary(field) for field in (username, password) if field is not None))


def connack(version, reason=0, session_present=False, props=None):
    body = bytes([session_present, reason]) + (properties(props or {}) if version == V5 else b"")
    return packet("CONNACK", body)


def publish(version, topic, payload=b"", qos=0, mid=None, retain=False, dup=False, props=None):
    body = binary(topic) + (struct.pack("!H", mid) if qos else b"")
    body += properties(props or {}) if version == V5 else b""
    return packet("PUBLISH", body + payload, dup << 3 | qos << 1 | retain)


def ack(name, mid, reason=None, props=None):
    """PUBACK, PUBREC, PUBREL or PUBCOMP; the reason only where there is one to tell."""
    body = struct.pack("!H", mid) + (b"" if reason is None else bytes([reason]))
    return packet(name, body + (properties(props) if props is not None else b""), 2 if name == "PUBREL" else 0)


def subscribe(version, mid, filters, props=None):
    body = struct.pack("!H", mid) + (properties(props or {}) if version == V5 else b"")
    return packet("SUBSCRIBE", body + b"".join(binary(f) + bytes([o]) for f, o in filters), 2)


def unsubscribe(version, mid, filters, props=None):
    body = struct.pack("!H", mid) + (properties(props or {}) if version == V5 else b"")
    return packet("UNSUBSCRIBE", body + b"".join(binary(f) for f in filters), 2)


def suback(version, mid, codes, name="SUBACK", props=None):
    body = struct.pack("!H", mid) + (properties(props or {}) if version == V5 else b"")
    return packet(name, body + bytes(codes))


def disconnect(version, reason=0, props=None):
    return packet("DISCONNECT", bytes([reason]) + properties(props or {}) if version == V5 else b"")
