"""A TCP line between two parties that can be cut, frozen and delayed.

It listens on a port that stays the same, wherever its target is after a restart. Each direction of each connection keeps its
order; delays make packets of different connections, and of the two directions of one, pass each other.
"""

import asyncio
import contextlib
import random
import time

import mqtt

CHUNK = 1 << 16


class Relay:
    """Belongs to one asyncio loop. Without a target, connections are accepted and ended at once.

    `trace` is a file that is told each packet as it comes in: some of them are lost in the line thereafter.
    """

    def __init__(self, name, seed=0, trace=None):
        self.name, self.target, self.port, self.delay, self.trace, self.count = name, None, None, 0, trace, 0
        self.random = random.Random(seed)
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.lines = set()  # of pairs of writers
        self.server = None

    async def open(self):
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def close(self):
        self.server.close()
        self.heal()
        self.cut()
        await self.server.wait_closed()

    # Faults

    def cut(self):
        """Both ends of each connection are reset. What was under way is lost, and both believe that it was sent."""
        for line in list(self.lines):
            self._end(line)

    def freeze(self):
        """Nothing passes, and no end is told."""
        self.flowing.clear()

    def slow(self, seconds):
        """Each piece of data is held back up to so long."""
        self.delay = seconds

    def heal(self):
        self.delay = 0
        self.flowing.set()

    # The line

    async def _accept(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target or 1)
        except OSError:
            writer.transport.abort()
            return
        line = (writer, far_writer)
        self.lines.add(line)
        self.count += 1
        up, down = (Trace(self.trace, f"{self.name} {self.count} {way}") if self.trace else None for way in ("->", "<-"))
        try:
            await asyncio.gather(self._pump(reader, far_writer, up), self._pump(far_reader, writer, down))
        except (OSError, asyncio.CancelledError):
            pass  # one end was reset, or the loop ends: so does the other
        finally:
            self._end(line)

    def _end(self, line):
        self.lines.discard(line)
        for writer in line:
            writer.transport.abort()

    async def _pump(self, reader, writer, trace):
        while data := await reader.read(CHUNK):
            if trace:
                trace.take(data)
            await self.flowing.wait()
            if self.delay:
                await asyncio.sleep(self.delay * self.random.random())
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()


class Trace:
    """Writes a line for each packet of one direction of a connection."""

    def __init__(self, file, name):
        self.file, self.name, self.buffer = file, name, bytearray()

    def take(self, data):
        self.buffer += data
        while frame := mqtt.take_frame(self.buffer):
            self.file.write(f"{time.monotonic():.4f} {self.name} {self._text(*frame)}\n")

    @staticmethod
    def _text(first, body):
        """Properties are shown as bytes in front of the payload: the version is not known here."""
        name = mqtt.TYPES[first >> 4]
        if name == "PUBLISH":
            end = 2 + int.from_bytes(body[:2], "big")
            qos = first >> 1 & 3
            mid = f"mid={int.from_bytes(body[end:end + 2], 'big')} " if qos else ""
            return f"{name} qos={qos} dup={first >> 3 & 1} {mid}{body[2:end].decode()} {body[end + 2 if qos else end:][:60]!r}"
        if name.startswith("PUB"):
            return f"{name} mid={int.from_bytes(body[:2], 'big')} {body[2:].hex()}"
        return f"{name} {body[:20].hex()}"
