"""`mqrig sub` and `mqrig pub -l` at work for as long as a load lasts, each one process, and in its account."""

import asyncio

import harness

READER, TOPIC, READY = "mqrig-sub", "n/mqrig-pub", "$ready"  # which no wildcard at the front matches
SESSION = ("-c", "-x", "3600", "--reconnect-delay", "0.02", "--reconnect-max-delay", "0.2", "--ack-timeout", "0")


class Commands:
    """They find the broker at a Unix socket, which stays where it is when the broker starts anew."""

    def __init__(self, directory, socket, account, rate=100):
        self.directory, self.socket, self.account, self.rate = directory, socket, account, rate
        self.sent, self.stopping = [], False

    async def _start(self, command, *args):
        with open(self.directory / f"{command}.err", "ab") as errors:
            return await asyncio.create_subprocess_exec(
                harness.BINARY, command, "--unix", self.socket, *args, stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=errors, env=harness.environment(self.directory))

    async def open(self, group):
        """Once the subscriber is there, all else may begin."""
        self.account.expect(READER)
        hint = await self._start("pub", "-q", "1", "-r", "-t", READY, "-m", "1")
        await hint.communicate()
        self.sub = await self._start("sub", *SESSION, "-i", READER, "-q", "2", "-t", "n/#", "-t", READY, "-F", "%t %p")
        await self.sub.stdout.readline()
        self.pub = await self._start("pub", *SESSION, "-i", "mqrig-pub", "-q", "2", "-t", TOPIC, "-l")
        self.reading = group.create_task(self._read())
        self.writing = group.create_task(self._write())

    async def _read(self):
        while line := await self.sub.stdout.readline():
            topic, number = line.split()[:2]
            if topic != READY.encode():
                self.account.receive(READER, topic.decode(), int(number))

    async def _write(self):
        while not self.stopping:
            self.sent.append(self.account.send(TOPIC, 2))
            self.pub.stdin.write(b"%d\n" % self.sent[-1])
            await self.pub.stdin.drain()
            await asyncio.sleep(1 / self.rate)

    async def finish(self, patience):
        """Closes the publisher's input: it ends with 0 when all of it is acknowledged."""
        self.stopping = True
        await self.writing
        self.pub.stdin.close()
        try:
            async with asyncio.timeout(patience):
                code = await self.pub.wait()
        except TimeoutError:
            code = None
            self.pub.kill()
        if code == 0:
            for number in self.sent:
                self.account.acknowledge(TOPIC, number)
        else:
            self.account.note(f"mqrig pub ended with {code}: {(self.directory / 'pub.err').read_text()[-2000:]}")

    async def close(self):
        for process in (self.sub, self.pub):
            if process.returncode is None:
                process.kill()
            await process.wait()
