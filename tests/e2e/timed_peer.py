"""A broker whose every answer comes after a delay that a test scripts, and which counts what comes."""

import asyncio
import collections
import threading
import time

import mqtt
from peer import DEADLINE


def at_once(_):
    return 0


class TimedPeer:
    """Runs in a thread of its own. The delays are functions from the running number of a packet, from 0, to seconds.

    `ack` is that of PUBACK and PUBCOMP; PUBREC comes at once. With `forward`, a message goes to all who subscribed to its very
    topic, `copies` times, each with an identifier of its own. `reason`: what the CONNECT of that number is answered with. The
    counts may be read when the clients have left.
    """

    def __init__(self, connack=at_once, suback=at_once, ack=at_once, forward=None, copies=1, reason=at_once):
        self.connack, self.suback, self.ack, self.forward, self.copies = connack, suback, ack, forward, copies
        self.reason = reason
        self.published, self.arrivals, self.topics = [0, 0, 0], [], collections.Counter()
        self.packets = collections.Counter()
        self.delays = []        # of acknowledgements, as they were
        self.subscribers = {}   # filter -> conversations
        self.conversations = set()
        self.port, self.loop, self.ready = None, asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.ready.wait(DEADLINE)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(self.loop.create_server(lambda: Conversation(self), "127.0.0.1", 0, backlog=1000))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()
        server.close()
        self.loop.close()

    def later(self, delay, action):
        """asyncio's timers are exact to a millisecond, and late rather than early."""
        if delay:
            self.loop.call_later(delay, action)
        else:
            action()

    def drop_all(self):
        """Ends all connections without a word."""
        self.loop.call_soon_threadsafe(lambda: [each.transport.abort() for each in list(self.conversations)])

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(DEADLINE)


class Conversation(asyncio.Protocol):
    def __init__(self, peer):
        self.peer, self.buffer, self.version, self.transport = peer, bytearray(), mqtt.V5, None
        self.last_id = 0

    def connection_made(self, transport):
        self.transport = transport
        self.peer.conversations.add(self)

    def connection_lost(self, _):
        self.peer.conversations.discard(self)
        for waiting in self.peer.subscribers.values():
            waiting.discard(self)

    def send(self, data):
        if not self.transport.is_closing():
            self.transport.write(data)

    def data_received(self, data):
        now = time.monotonic()
        self.buffer += data
        while (frame := mqtt.take_frame(self.buffer)) is not None:
            name = mqtt.TYPES[frame[0] >> 4]
            number = self.peer.packets[name]
            self.peer.packets[name] += 1
            handle = getattr(self, name.lower(), None)
            if handle:
                handle(mqtt.Packet(*frame, self.version), number, now)

    def connect(self, found, number, _):
        self.version = found.level
        answer = mqtt.connack(self.version, self.peer.reason(number))
        self.peer.later(self.peer.connack(number), lambda: self.send(answer))

    def subscribe(self, found, number, _):
        for topic_filter, _ in found.filters:
            self.peer.subscribers.setdefault(topic_filter, set()).add(self)
        answer = mqtt.suback(self.version, found.mid, [options & 3 for _, options in found.filters])
        self.peer.later(self.peer.suback(number), lambda: self.send(answer))

    def publish(self, found, number, now):
        peer = self.peer
        peer.published[found.qos] += 1
        peer.topics[found.topic] += 1
        peer.arrivals.append(now)
        if found.qos == 1:
            self.acknowledge("PUBACK", found.mid, number, now)
        elif found.qos == 2:
            self.send(mqtt.ack("PUBREC", found.mid))
        if peer.forward:
            peer.later(peer.forward(number), lambda: self.pass_on(found))

    def pass_on(self, found):
        for other in self.peer.subscribers.get(found.topic, ()):
            for _ in range(self.peer.copies):
                other.last_id = other.last_id % 65535 + 1
                other.send(mqtt.publish(other.version, found.topic, found.payload, found.qos, other.last_id, props=found.props))

    def pubrec(self, found, *_):
        self.send(mqtt.ack("PUBREL", found.mid))

    def pubrel(self, found, number, now):
        self.acknowledge("PUBCOMP", found.mid, number, now)

    def acknowledge(self, name, mid, number, now):
        def answer():
            self.peer.delays.append(time.monotonic() - now)
            self.send(mqtt.ack(name, mid))
        self.peer.later(self.peer.ack(number), answer)

    def pingreq(self, *_):
        self.send(mqtt.packet("PINGRESP"))
