"""An MQTT client that says exactly what a test tells it to, for tests of a broker."""

import collections
import socket

import mqtt
import peer
from peer import Closed

DEADLINE = 10


class RawClient(peer.Connection):
    """One network connection to a broker. Nothing is acknowledged unless the test asks for it.

    Properties are keyword arguments: content_type="text/plain", user_property=[("k", "v")].
    """

    def __init__(self, port, version=mqtt.V5, source="127.0.0.1", layer=None):
        """`layer` is a function that puts TLS or the like on the socket."""
        sock = socket.create_connection(("127.0.0.1", port), DEADLINE, (source, 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(layer(sock) if layer else sock, version)
        self.kept = collections.deque()  # packets that came while another was awaited
        self.last_id = 0
        self.client_id = None

    def read(self, timeout=DEADLINE):
        return self.kept.popleft() if self.kept else super().read(timeout)

    def expect(self, name, timeout=DEADLINE):
        return super().expect(name, timeout)

    def answer(self, name):
        """The next packet of this type. Others that come before it are kept for read()."""
        others = []
        while True:
            found = self.read()
            if found.name == name:
                self.kept.extendleft(reversed(others))
                return found
            others.append(found)

    def next_id(self):
        self.last_id += 1
        return self.last_id

    # Requests. Each waits for the answer and returns it.

    def connect(self, client_id="", clean=True, keep_alive=0, will=None, username=None, password=None, **props):
        self.client_id = client_id
        self.send(mqtt.connect(client_id, self.version, clean, keep_alive, mqtt.named(props), will, username, password))
        return self.expect("CONNACK")

    def subscribe(self, *filters, options=0, **props):
        """Filters are texts, or pairs of a text and its options byte."""
        pairs = [pair if isinstance(pair, tuple) else (pair, options) for pair in filters]
        self.send(mqtt.subscribe(self.version, self.next_id(), pairs, mqtt.named(props)))
        return self.answer("SUBACK")

    def unsubscribe(self, *filters):
        self.send(mqtt.unsubscribe(self.version, self.next_id(), filters))
        return self.answer("UNSUBACK")

    def send_publish(self, topic, payload=b"", qos=0, mid=None, retain=False, dup=False, **props):
        """Sends PUBLISH and nothing else; returns its packet identifier."""
        mid = mid or (self.next_id() if qos else None)
        self.send(mqtt.publish(self.version, topic, payload, qos, mid, retain, dup, mqtt.named(props)))
        return mid

    def publish(self, topic, payload=b"", qos=0, **more):
        """Publishes, through the whole exchange: the broker has the message. Returns PUBACK, PUBREC, or PINGRESP."""
        mid = self.send_publish(topic, payload, qos, **more)
        if qos == 0:
            return self.ping()
        if qos == 1:
            return self.answer("PUBACK")
        received = self.answer("PUBREC")
        if received.reason < 0x80:
            self.release(mid)
        return received

    def release(self, mid):
        self.send(mqtt.ack("PUBREL", mid))
        return self.answer("PUBCOMP")

    def ping(self):
        self.send(mqtt.packet("PINGREQ"))
        return self.answer("PINGRESP")

    # What is received

    def message(self):
        """The next packet, a PUBLISH, after its acknowledgement to the end."""
        found = self.expect("PUBLISH")
        self.acknowledge(found)
        return found

    def messages(self, count):
        return [self.message() for _ in range(count)]

    def acknowledge(self, found):
        if found.qos == 1:
            self.send(mqtt.ack("PUBACK", found.mid))
        elif found.qos == 2:
            self.send(mqtt.ack("PUBREC", found.mid))
            self.answer("PUBREL")
            self.send(mqtt.ack("PUBCOMP", found.mid))

    def rest(self):
        """What has come, or is on its way to here: all packets up to the answer of a PINGREQ."""
        self.send(mqtt.packet("PINGREQ"))
        found = []
        while True:
            found.append(self.read())
            if found[-1].name == "PINGRESP":
                return found[:-1]

    # The end

    def disconnect(self, reason=0, **props):
        """Says DISCONNECT, and waits until the broker has closed: what the end causes has begun."""
        self.send(mqtt.disconnect(self.version, reason, mqtt.named(props)))
        self.finish()

    def drop(self):
        """Closes without a word, and waits until the broker has seen it."""
        self.sock.shutdown(socket.SHUT_WR)
        self.finish()

    def finish(self):
        """The packets that still come, until the broker closes."""
        found = []
        try:
            while True:
                found.append(self.read())
        except Closed:
            self.close()
            return found
