"""Connections that a test speaks itself: a scripted broker for mqrig, and an observer at a real one."""

import socket
import threading
import time

import mqtt

DEADLINE = 20


class Closed(Exception):
    """The other side has ended the connection."""


class Connection:
    """A socket that carries packets. Every read has a deadline; none waits for ever."""

    def __init__(self, sock, version=mqtt.V5):
        self.sock, self.version, self.buffer = sock, version, bytearray()
        self.seen = []

    def send(self, *parts):
        self.sock.settimeout(DEADLINE)
        self.sock.sendall(b"".join(parts))

    def read(self, timeout=DEADLINE):
        """The next packet. Raises Closed, or TimeoutError at the deadline."""
        deadline = time.monotonic() + timeout
        while (frame := mqtt.take_frame(self.buffer)) is None:
            self.sock.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                data = self.sock.recv(1 << 18)
            except ConnectionError as error:
                raise Closed from error
            if not data:
                raise Closed
            self.buffer += data
        found = mqtt.Packet(*frame, self.version)
        if found.name == "CONNECT":
            self.version = found.level
        self.seen.append(found)
        return found

    def expect(self, name, timeout=DEADLINE):
        """The next packet, which must be of this type; PINGREQ is answered on the way."""
        while True:
            found = self.read(timeout)
            if found.name == "PINGREQ" and name != "PINGREQ":
                self.send(mqtt.packet("PINGRESP"))
            elif found.name != name:
                raise AssertionError(f"expected {name}, got {found!r}")
            else:
                return found

    def until_closed(self, timeout=DEADLINE):
        """The packets that still come, until the other side closes."""
        try:
            while True:
                yield self.read(timeout)
        except Closed:
            return

    def expect_closed(self, timeout=DEADLINE):
        return list(self.until_closed(timeout))

    def accept(self, session_present=False, **props):
        """CONNECT, answered with success; props_like_this become property names."""
        found = self.expect("CONNECT")
        self.send(mqtt.connack(found.level, 0, session_present, mqtt.named(props)))
        return found

    def grant(self, codes=None):
        """SUBSCRIBE, answered with the QoS asked for, or these codes."""
        found = self.expect("SUBSCRIBE")
        codes = codes or [options & 3 for _, options in found.filters]
        self.send(mqtt.suback(self.version, found.mid, codes))
        return found

    def close(self):
        self.sock.close()


class ScriptedPeer:
    """A TCP server whose n-th connection follows the n-th dialogue, a function of a Connection.

    After the last dialogue the listener stays open and every further connection is closed at once and counted,
    so that a test sees how often a client came back. finish() raises what went wrong in a dialogue.
    """

    def __init__(self, *dialogues):
        self.dialogues, self.errors, self.times = dialogues, [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.changed = threading.Condition()
        self.done = 0
        self.open_sockets = []
        self.story = lambda: ""  # told with a failure: what the client did meanwhile
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def connections(self):
        return len(self.times)

    def _serve(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                self.times.append(time.monotonic())
                self.open_sockets.append(sock)
                number = len(self.times) - 1
                self.changed.notify_all()
            if number >= len(self.dialogues):
                sock.close()
                continue
            try:
                self.dialogues[number](Connection(sock))
            except Exception as error:  # handed to the test by finish()
                self.errors.append(error)
            sock.close()
            with self.changed:
                self.done += 1
                self.changed.notify_all()

    def wait_connections(self, count, timeout=DEADLINE):
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.times) >= count, timeout):
                raise AssertionError(f"{len(self.times)} connections, expected {count}")

    def finish(self, timeout=DEADLINE / 2):
        """Waits until every dialogue has ended and raises the first error of one."""
        with self.changed:
            ended = self.changed.wait_for(
                lambda: self.errors or self.done >= len(self.dialogues), timeout)
        if self.errors:
            raise AssertionError(f"{self.errors[0]!r}\n{self.story()}") from self.errors[0]
        if not ended:
            raise AssertionError(f"{self.done} of {len(self.dialogues)} dialogues have ended\n{self.story()}")

    def stop(self):
        # shutdown() wakes the accept() that close() alone would leave blocked.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for sock in self.open_sockets:
            sock.close()
        self.thread.join(DEADLINE)


class Observer:
    """A client at a broker that notes every PUBLISH it is sent, acknowledging as it goes, in a thread of its own.

    QoS 2 is acknowledged as far as the broker needs it to go on; duplicates are noted as they come.
    """

    def __init__(self, port, *filters, qos=2, version=mqtt.V5, client_id="observer", clean=True, retain_as=True):
        self.port, self.version, self.client_id, self.clean = port, version, client_id, clean
        self.filters, self.qos, self.retain_as = filters or ("#",), qos, retain_as
        self.messages, self.changed, self.stopped = [], threading.Condition(), False
        self.connection = None
        self.open()

    def open(self):
        """Connects and subscribes; also after the broker was restarted."""
        sock = socket.create_connection(("127.0.0.1", self.port), DEADLINE)
        self.connection = Connection(sock, self.version)
        props = {} if self.clean else {"session-expiry-interval": 3600}
        self.connection.send(mqtt.connect(self.client_id, self.version, self.clean, props=props))
        answer = self.connection.expect("CONNACK")
        if answer.reason:
            raise AssertionError(f"the observer was refused: {answer!r}")
        if not answer.session_present:
            options = self.qos | (8 if self.retain_as and self.version == mqtt.V5 else 0)
            self.connection.send(mqtt.subscribe(self.version, 1, [(f, options) for f in self.filters]))
            self.connection.expect("SUBACK")
        self.thread = threading.Thread(target=self._read, args=(self.connection,), daemon=True)
        self.thread.start()
        return answer

    def _read(self, connection):
        while not self.stopped:
            try:
                found = connection.read(DEADLINE)
                if found.name == "PUBLISH":
                    with self.changed:
                        self.messages.append(found)
                        self.changed.notify_all()
                    if found.qos:
                        connection.send(mqtt.ack("PUBACK" if found.qos == 1 else "PUBREC", found.mid))
                elif found.name == "PUBREL":
                    connection.send(mqtt.ack("PUBCOMP", found.mid))
            except TimeoutError:
                continue
            except (Closed, OSError):
                return

    def wait(self, count, timeout=DEADLINE):
        """The first messages, once so many have come."""
        return self.wait_for(lambda messages: len(messages) >= count, timeout, f"{count} messages")

    def wait_for(self, condition, timeout=DEADLINE, what="the messages"):
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self.messages), timeout):
                raise AssertionError(f"{what} did not come, but these {len(self.messages)}: {self.messages[:20]!r}")
            return list(self.messages)

    def stop(self):
        self.stopped = True
        try:
            self.connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join(DEADLINE)
        self.connection.close()
