"""Steady clients at one broker: subscribers that are there first, publishers, and an end at which all has arrived."""

import asyncio
import time

from steady_client import Place

POLL = 0.02  # s, between looks at what nothing announces


class Load:
    """Lives in a TaskGroup: what goes wrong in a client ends the whole."""

    def __init__(self, account, group):
        self.account, self.group, self.place = account, group, Place()
        self.publishers, self.subscribers = [], []
        self.tasks = {}

    def _run(self, client):
        self.tasks[client] = self.group.create_task(client.run())

    async def subscribe(self, *subscribers):
        """Once the broker has acknowledged all subscriptions."""
        for one in subscribers:
            self.account.expect(one.reader_name)
            self._run(one)
        self.subscribers += subscribers
        for one in subscribers:
            await one.ready.wait()

    def publish(self, *publishers):
        self.publishers += publishers
        for one in publishers:
            self._run(one)

    def clients(self):
        return self.publishers + self.subscribers

    async def finish(self, patience):
        """Lets everything come to its end. What has not after `patience` seconds will be in the account."""
        for one in self.publishers:
            one.stop()
        await self.until(lambda: all(self.tasks[one].done() for one in self.publishers), patience)
        await self.until(self.account.complete, patience)
        for one in self.publishers:
            self.tasks[one].cancel()
        for one in self.subscribers:
            one.stop()

    @staticmethod
    async def until(condition, patience):
        deadline = time.monotonic() + patience
        while not condition() and time.monotonic() < deadline:
            await asyncio.sleep(POLL)
