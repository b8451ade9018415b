"""What the tests of a broker have in common: one broker for each class, and names that no other test uses.

MQRIG_TEST_BROKER=mosquitto runs them against that broker: what fails with both is probably the test's fault, though
mosquitto has faults of its own. MQRIG_TEST_BROKER=state runs them against ours with its state in a file.
"""

import functools
import itertools
import os
import pathlib
import shutil
import tempfile
import unittest

import harness
import mqtt
import raw_client

BROKER = os.environ.get("MQRIG_TEST_BROKER") or "mqrig"
OTHER = BROKER == "mosquitto"
NUMBERS = itertools.count(1)


def in_versions(*versions):
    """The test runs once in each of these versions (in all of them, if none is named) and is given it."""
    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for version in versions or (mqtt.V31, mqtt.V311, mqtt.V5):
                with self.subTest(version=version):
                    self.begin()
                    test(self, version)
        return run
    return decorate


class ServerTest(unittest.TestCase):
    maxDiff = None
    options = ()  # of mqrig broker
    config = ""   # the same, as mosquitto spells it
    users = None  # user names and their passwords; clients without a user name are let in all the same
    acl = None    # the text of an ACL file

    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="mqrig-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, ignore_errors=True)
        cls.broker = cls.start_broker()
        cls.addClassCleanup(cls.broker.stop)

    @classmethod
    def start_broker(cls):
        directory = cls.dir / f"broker{next(NUMBERS)}"
        if OTHER:
            return harness.Mosquitto(directory, cls.config, users=cls.users, acl=cls.acl).start()
        state = ("--state", directory / "state") if BROKER == "state" else ()
        return harness.Broker.with_access(directory, *cls.options, *state, users=cls.users, acl=cls.acl).start()

    def setUp(self):
        self.begin()

    def begin(self):
        """Topics and client identifiers are new from here on."""
        self.number = next(NUMBERS)

    def topic(self, name="a"):
        """A topic, or a filter, that belongs to this test alone."""
        return f"{self.number}/{name}"

    def called(self, name):
        """A client identifier that belongs to this test alone."""
        return f"{self.number}{name}"

    # Clients

    def raw(self, version=mqtt.V5, broker=None, source="127.0.0.1"):
        """A network connection on which nothing was said yet, from this address."""
        client = raw_client.RawClient((broker or self.broker).port, version, source)
        self.addCleanup(client.close)
        return client

    def client(self, name="client", version=mqtt.V5, **connect):
        """A client that is connected; its CONNACK is .connack."""
        client = self.raw(version)
        client.connack = client.connect(self.called(name), **connect)
        self.assertEqual(0, client.connack.reason, client.connack)
        return client

    def subscriber(self, *filters, name="sub", version=mqtt.V5, options=2, **props):
        """A client of a new session, subscribed to these filters, each with these options."""
        client = self.client(name, version)
        self.assertTrue(all(code < 0x80 for code in client.subscribe(*filters, options=options, **props).codes))
        return client

    def persistent(self, name="client", version=mqtt.V5, expiry=3600, **connect):
        """A client whose session outlives its connection; it is resumed if it is there."""
        if version == mqtt.V5:
            connect["session_expiry_interval"] = expiry
        return self.client(name, version, clean=False, **connect)

    # What is expected

    def expect_nothing(self, *clients):
        """Nothing has been sent to these, and nothing is on its way."""
        for client in clients:
            self.assertEqual([], client.rest())

    def expect_payloads(self, client, *payloads):
        """These messages, in this order, and no more."""
        self.assertEqual(list(payloads), [found.payload for found in client.messages(len(payloads))])
        self.expect_nothing(client)

    def expect_closed(self, client, *reasons):
        """The broker closes; a client of 5.0 is told one of these reasons first, others are told nothing."""
        found = client.finish()
        if OTHER and not found:
            return  # A server may close without DISCONNECT. Ours does not.
        if client.version == mqtt.V5 and reasons:
            self.assertEqual(["DISCONNECT"], [one.name for one in found], found)
            self.assertIn(found[0].reason, reasons, found)
            self.assertNotIn("session-expiry-interval", found[0].props)
        else:
            self.assertEqual([], found)

    def expect_refused(self, client, *reasons):
        """The broker closes in answer to CONNECT; it says why where the version has a code for it."""
        found = client.finish()
        if OTHER and not found:
            return  # A server may close without CONNACK. Ours does not.
        self.assertEqual(["CONNACK"], [one.name for one in found], found)
        self.assertIn(found[0].reason, reasons, found)
        self.assertFalse(found[0].session_present)
