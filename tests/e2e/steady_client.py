"""Clients that lose their connection again and again, resume their session, and keep the account of their messages.

They keep the client's half of the session state of section 4.1 in memory, which no crash of the broker touches. All of it
runs in one asyncio loop.
"""

import asyncio
import contextlib

import mqtt

PACE = 0.01  # s, between messages of a publisher that has a rate


class Place:
    """Where the broker is, while it is there."""

    def __init__(self):
        self.port, self.up = None, asyncio.Event()

    def open(self, port):
        self.port = port
        self.up.set()


class SteadyClient:
    """A session that outlives its connections.

    `patience` is how long it waits for a packet before it comes back on a new connection: for brokers that lose some on purpose.
    """

    def __init__(self, place, account, client_id, version=mqtt.V5, patience=None):
        self.place, self.account, self.client_id, self.version, self.patience = place, account, client_id, version, patience
        self.stopping = False   # is asked to end, when all is done
        self.connections = 0    # that the broker accepted
        self.online = False     # is accepted now
        self.reader = self.writer = None
        self.abandoned = []     # connections left open, for the broker to close

    async def run(self):
        """Until the work is done, however many connections that takes."""
        while not self.finished():
            await self.place.up.wait()
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                await self._converse()
        self._close_abandoned()

    async def _converse(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.place.port)
        writer = self.writer
        try:
            await self._talk()
        finally:
            self.online = False
            if writer not in self.abandoned:
                await self._close(writer)

    async def _talk(self):
        buffer = bytearray()
        props = {"session-expiry-interval": 3600} if self.version == mqtt.V5 else {}
        self.send(mqtt.connect(self.client_id, self.version, False, 0, props))
        async with asyncio.timeout(self.patience) as limit:
            self._accepted(await self._read(buffer))
            self._close_abandoned()
            while not self.finished():
                self.handle(await self._read(buffer))
                if self.patience:
                    limit.reschedule(asyncio.get_running_loop().time() + self.patience)
        self.send(mqtt.disconnect(self.version))
        await self.writer.drain()

    async def _read(self, buffer):
        while (frame := mqtt.take_frame(buffer)) is None:
            await self.writer.drain()
            data = await self.reader.read(1 << 16)
            if not data:
                raise EOFError
            buffer += data
        return mqtt.Packet(*frame, self.version)

    def _accepted(self, answer):
        if answer.name != "CONNACK" or answer.reason:
            raise ConnectionRefusedError(str(answer))
        if self.connections and not answer.session_present:
            self.account.note(f"{self.client_id}: the broker has forgotten the session")
        self.connections += 1
        self.online = True
        self.resume()

    def send(self, data):
        if self.writer.is_closing():
            raise ConnectionResetError
        self.writer.write(data)

    # What disturbs it

    def drop(self):
        """Ends the connection without a word."""
        if self.writer:
            self.writer.transport.abort()

    def leave(self):
        """Ends the connection with DISCONNECT, and comes back."""
        if self.writer and not self.writer.is_closing():
            self.send(mqtt.disconnect(self.version))
            self.writer.close()

    def take_over(self):
        """Comes back on a second connection while the first is open."""
        if self.reader and not self.writer.is_closing():
            self.abandoned.append(self.writer)
            self.reader.set_exception(ConnectionAbortedError())

    def _close_abandoned(self):
        for writer in self.abandoned:
            writer.transport.abort()
        self.abandoned.clear()

    @staticmethod
    async def _close(writer):
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class Publisher(SteadyClient):
    """Publishes numbers on its topic, `window` of them at once and `rate` a second at most, until it is stopped or has sent `count`."""

    def __init__(self, *args, topic, qos, window=20, count=None, padding=0, rate=None, **options):
        super().__init__(*args, **options)
        self.topic, self.qos, self.window, self.count, self.padding, self.rate = topic, qos, window, count, padding, rate
        self.sent, self.last_id, self.began, self.waits = 0, 0, None, False
        self.open = {}  # packet identifier -> number, or None when PUBREL is what is to be sent; in order

    def _done_sending(self):
        return self.stopping or self.sent == self.count

    def finished(self):
        return self._done_sending() and not self.open

    def resume(self):
        for mid, number in self.open.items():
            self.send(self._publish(mid, number, True) if number is not None else mqtt.ack("PUBREL", mid))
        self.fill()

    def stop(self):
        self.stopping = True
        if not self.open:
            self.drop()

    def fill(self):
        while len(self.open) < self.window and not self._done_sending():
            if self.rate and self._early():
                return
            self.last_id = self.last_id % 65535 + 1
            while self.last_id in self.open:
                self.last_id = self.last_id % 65535 + 1
            number = self.account.send(self.topic, self.qos)
            self.sent += 1
            self.open[self.last_id] = number
            self.send(self._publish(self.last_id, number, False))

    def _early(self):
        """Is it too early for the next message? Then it is tried again soon."""
        loop = asyncio.get_running_loop()
        self.began = self.began or loop.time()
        early = self.sent >= self.rate * (loop.time() - self.began) + 1 or self.held_back()
        if early and not self.waits:
            self.waits = True
            loop.call_later(PACE, self._fill_later)
        return early

    def held_back(self):
        """For one that has a rate: is there another reason to wait?"""
        return False

    def _fill_later(self):
        self.waits = False
        if self.online:
            with contextlib.suppress(ConnectionResetError):
                self.fill()

    def _publish(self, mid, number, dup):
        payload = b"%d " % number + b"x" * (number % (self.padding + 1))
        return mqtt.publish(self.version, self.topic, payload, self.qos, mid, dup=dup)

    def handle(self, found):
        refused = found.name in ("PUBACK", "PUBREC") and found.reason >= 0x80
        if found.name in ("PUBACK", "PUBREC"):
            if found.reason:
                self.account.note(f"{self.client_id}: {found!r}")
            number = self.open.get(found.mid)
            if number is not None and not refused:
                self.account.acknowledge(self.topic, number)
        if found.name in ("PUBACK", "PUBCOMP") or refused:
            self.open.pop(found.mid, None)
            self.fill()
        elif found.name == "PUBREC":
            if found.mid in self.open:
                self.open[found.mid] = None
            self.send(mqtt.ack("PUBREL", found.mid))


class Subscriber(SteadyClient):
    """Takes what is sent to its filters, until it is stopped. Members of a shared subscription are one `reader` together."""

    def __init__(self, *args, filters, reader=None, **options):
        super().__init__(*args, **options)
        self.filters, self.reader_name = filters, reader or self.client_id
        self.received = set()  # identifiers of QoS 2 messages that were taken and not released yet
        self.ready = asyncio.Event()

    def finished(self):
        return self.stopping

    def resume(self):
        if not self.ready.is_set():
            self.send(mqtt.subscribe(self.version, 1, [(one, 2) for one in self.filters]))

    def stop(self):
        self.stopping = True
        self.drop()

    def handle(self, found):
        if found.name == "PUBLISH":
            known = found.qos == 2 and found.mid in self.received
            if not known:
                self.account.receive(self.reader_name, found.topic, int(found.payload.split(b" ", 1)[0]))
            if found.qos == 2:
                self.received.add(found.mid)
            self.send(mqtt.ack("PUBREC" if found.qos == 2 else "PUBACK", found.mid))
        elif found.name == "PUBREL":
            self.received.discard(found.mid)
            self.send(mqtt.ack("PUBCOMP", found.mid))
        elif found.name == "SUBACK":
            if any(code >= 0x80 for code in found.codes):
                self.account.note(f"{self.client_id}: {found!r}")
            self.ready.set()
