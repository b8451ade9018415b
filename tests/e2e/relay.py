"""A TCP line between two parties that can be cut, frozen and delayed.

It listens on a port that stays the same, wherever its target is after a restart. Each direction of each connection keeps its
order; delays make packets of different connections, and of the two directions of one, pass each other.
"""

import asyncio
import contextlib
import random

CHUNK = 1 << 16


class Relay:
    """Belongs to one asyncio loop. Without a target, connections are accepted and ended at once."""

    def __init__(self, name, seed=0):
        self.name, self.target, self.port, self.delay = name, None, None, 0
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
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass  # one end was reset, or the loop ends: so does the other
        finally:
            self._end(line)

    def _end(self, line):
        self.lines.discard(line)
        for writer in line:
            writer.transport.abort()

    async def _pump(self, reader, writer):
        while data := await reader.read(CHUNK):
            await self.flowing.wait()
            if self.delay:
                await asyncio.sleep(self.delay * self.random.random())
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
