"""Clients that are none of ours, driven through pipes: paho-mqtt and MQTT.js. Both take the same commands and tell the same events."""

import base64
import collections
import functools
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import harness

HERE = pathlib.Path(__file__).resolve().parent
NPM_FOLDER = os.environ.get("MQRIG_NPM_FOLDER", str(HERE.parents[1] / "build/npm"))


def missing(what):
    """The tests with it are left out, but not where everything has to be there."""
    if os.environ.get("CI") == "true":
        raise AssertionError(f"{what} is not installed")
    raise unittest.SkipTest(f"{what} is not installed")


@functools.cache
def paho_python():
    """A Python that has paho-mqtt: the one that runs the tests, or Debian's."""
    for python in ("python3", "/usr/bin/python3"):
        found = shutil.which(python)
        if found and subprocess.run([found, "-c", "import paho.mqtt.client"], capture_output=True).returncode == 0:
            return found
    return None


def paho_command():
    return [paho_python() or missing("python3-paho-mqtt"), "-B", HERE / "paho_client.py"]


def mqtt_js_command():
    if not shutil.which("node") or not pathlib.Path(NPM_FOLDER, "node_modules/mqtt").is_dir():
        missing("MQTT.js")
    return ["node", HERE / "mqtt_js_client.js"]


class OutsideClient:
    """One client in a process of its own. The names of properties are those of MQTT.js."""

    def __init__(self, command, directory, port, version):
        self.port, self.version, self.taken, self.events = port, version, 0, collections.defaultdict(collections.deque)
        self.process = harness.Process(command, stdin=subprocess.PIPE, env=harness.environment(directory, MQRIG_NPM_FOLDER=NPM_FOLDER))

    def _do(self, command, **more):
        self.process.write(json.dumps({"do": command, **more}).encode() + b"\n")

    def next(self, event):
        """The next event of this kind. Others that come before it are kept, all but errors."""
        while not self.events[event]:
            try:
                line = self.process.out.wait_lines(self.taken + 1)[self.taken]
            except AssertionError as error:
                raise AssertionError(f"no event {event!r}: {error}\n{self.process.err.text()}") from None
            self.taken += 1
            found = json.loads(line)
            if found["event"] == "error":
                raise AssertionError(f"{found} where {event!r} was expected")
            self.events[found["event"]].append(found)
        found = self.events[event].popleft()
        if event == "message":
            found["payload"] = base64.b64decode(found["payload"])
        return found

    def connect(self, **more):
        self._do("connect", port=self.port, version=self.version, **more)
        found = self.next("connected")
        if found["code"]:
            raise AssertionError(f"refused: {found}")
        return found

    def subscribe(self, filter, qos):
        self._do("subscribe", filter=filter, qos=qos)
        self.next("subscribed")

    def publish(self, topic, payload, qos, **more):
        """Until it is acknowledged to the end."""
        self._do("publish", topic=topic, payload=base64.b64encode(payload).decode(), qos=qos, **more)
        self.next("published")

    def messages(self, count):
        return [self.next("message") for _ in range(count)]

    def disconnect(self):
        self._do("disconnect")
        self.next("closed")

    def drop(self):
        """Its process ends, and with it the connection."""
        self.process.child.kill()

    def stop(self):
        self.process.stop()
