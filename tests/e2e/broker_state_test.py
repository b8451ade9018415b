"""mqrig broker --state: kill -9 at random moments under load, with an exact account of every message; a disk that is full."""

import asyncio
import os
import random
import resource

import harness
import mqtt
import raw_client
from account import Account
from steady_client import Publisher, Subscriber
from steady_load import Load

SEED = int(os.environ.get("MQRIG_TEST_SEED", "1"))
KILLS = 15
PATIENCE = 60
ROOM = ("--max-queued-messages", 1_000_000, "--max-queued-bytes", "1G")


class Accounted(harness.MqttTest):
    SUBSCRIBERS = ((("five",), {"filters": ("n/#",)}), (("three", mqtt.V311), {"filters": ("n/+",)}))
    PUBLISHERS = tuple(((f"p{qos}{version}", version), {"topic": f"n/{qos}-{version}", "qos": qos, "padding": 300})
                       for qos in (1, 2) for version in (mqtt.V311, mqtt.V5))

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        # As Python does, the broker ignores the signal of a file that may not grow: it gets an error, as from a full disk.
        self.server = harness.Broker(self.dir, "--state", self.dir / "state", *ROOM, restore_signals=False)
        self.addCleanup(self.server.stop)

    def account_for(self, story, subscribers, publishers):
        """The story happens to the broker, while these clients are at work."""
        account = Account()

        async def run():
            async with asyncio.TaskGroup() as group:
                load = Load(account, group)
                self.server.start()
                load.place.open(self.server.port)
                await load.subscribe(*[Subscriber(load.place, account, *args, **more) for args, more in subscribers])
                load.publish(*[Publisher(load.place, account, *args, **more) for args, more in publishers])
                await story(load)
                await load.finish(PATIENCE)
        asyncio.run(run())
        self.assertEqual([], account.faults(), f"seed {SEED}: {account.summary()}\n{self.server.log.text()}")
        return account

    async def kill_and_start(self, load):
        load.place.up.clear()
        self.server.kill()
        await asyncio.to_thread(self.server.start)
        load.place.open(self.server.port)


class Killed(Accounted):
    async def kill_again_and_again(self, load):
        for _ in range(KILLS):
            # No wait for something: the moment is random. Some come before all clients are back.
            await asyncio.sleep(self.random.choice((0.01, 0.1, 0.4)) * self.random.random())
            await self.kill_and_start(load)

    def test_nothing_acknowledged_is_lost_and_qos_2_comes_once_and_in_order(self):
        """[MQTT-4.3.3-10] [MQTT-4.4.0-1] [MQTT-4.6.0-6]"""
        account = self.account_for(self.kill_again_and_again, self.SUBSCRIBERS, self.PUBLISHERS)
        self.assertTrue(all(flow.sent > KILLS for flow in account.flows.values()), account.summary())

    def test_members_of_a_shared_subscription_get_each_message_together(self):
        members = [((f"m{n}",), {"filters": ("$share/g/n/#",), "reader": "group"}) for n in range(3)]
        # Who is away is not sent anything, so the order is that of each member and not of all.
        async def story(load):
            load.account.ordered = False
            await self.kill_again_and_again(load)
        self.account_for(story, members, self.PUBLISHERS)

    def test_a_large_window_and_large_messages(self):
        publishers = [(("wide",), {"topic": "n/wide", "qos": 2, "window": 900}),
                      (("large",), {"topic": "n/large", "qos": 1, "window": 4, "padding": 200_000})]
        self.account_for(self.kill_again_and_again, self.SUBSCRIBERS, publishers)


class DiskFull(Accounted):
    """The files of the broker may not grow for a while."""

    def limit(self, size):
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    async def fill(self, load, room):
        await load.until(lambda: all(one.sent > 50 for one in load.publishers), PATIENCE)
        longest = max(path.stat().st_size for path in self.dir.glob("state*"))
        self.limit(longest + room if room else 1)
        await asyncio.to_thread(self.server.log.wait_text, "the state can't be saved .*clients wait")
        self.assertEqual([], [one for one in load.clients() if load.tasks[one].done()])

    def test_clients_wait_and_nothing_is_lost(self):
        async def story(load):
            await self.fill(load, 0)
            late = await asyncio.to_thread(self.late_client)
            self.limit(resource.RLIM_INFINITY)
            await asyncio.to_thread(self.server.log.wait_text, "can be saved again")
            self.assertEqual(0, (await asyncio.to_thread(late.expect, "CONNACK")).reason)
        self.account_for(story, self.SUBSCRIBERS, self.PUBLISHERS)
        self.assertEqual(1, self.server.log.text().count("can't be saved"), self.server.log.text())

    def late_client(self):
        """A client that asks for a session meanwhile."""
        client = raw_client.RawClient(self.server.port)
        self.addCleanup(client.close)
        client.send(mqtt.connect("late", props={"session-expiry-interval": 60}))
        with self.assertRaises(TimeoutError):
            client.read(0.3)
        return client

    def test_a_crash_meanwhile_loses_nothing_either(self):
        async def story(load):
            for _ in range(3):
                await self.fill(load, self.random.randrange(200_000))
                await self.kill_and_start(load)
        self.account_for(story, self.SUBSCRIBERS, self.PUBLISHERS)


if __name__ == "__main__":
    harness.main()
