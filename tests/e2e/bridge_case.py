"""What the tests of the command `mqrig bridge` have in common."""

import json

import harness
import raw_client
from bridge_rig import join
from mqtt import V5

OK, FAILED, USAGE, INPUT = 0, 1, 2, 10
FAST = {"reconnect-delay": "20ms", "reconnect-max-delay": "100ms"}
PATH = "mqrig-path"  # the user property of loop prevention


def toml(value):
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(str(value) if not isinstance(value, (bool, int, float)) else value)


def lines(values):
    """{"max_qos": 1} as a line each, in the spelling of the file."""
    return "".join(f"{name.replace('_', '-')} = {toml(value)}\n" for name, value in values.items())


def side(broker, **more):
    """The options of a side at a broker, or at a port."""
    return {"url": f"mqtt://127.0.0.1:{getattr(broker, 'port', broker)}", "keepalive": "60s", **FAST, **more}


def link(local, remote, *rules, name="link", **more):
    """A link of these sides and rules, which are dictionaries."""
    text = f"[[link]]\n{lines({'name': name, **more})}"
    for which, values in (("local", local), ("remote", remote)):
        text += f"[link.{which}]\n{lines(values)}"
    return text + "".join(f"[[link.rule]]\n{lines(rule)}" for rule in rules)


# By which a test sees that a link is up, in both directions. It comes last: rules of the test are what is looked at first.
PROBE = {"topics": ["joined/#"], "direction": "both"}


class BridgeCase(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.bridges = []

    def write(self, *links, file="bridge.toml", **top):
        path = self.dir / file
        path.write_text(lines(top) + "".join(links))
        return path

    def run_bridge(self, *links, file="bridge.toml", **top):
        """A running bridge of these links."""
        return self.start_bridge("run", self.write(*links, file=file, **top))

    def start_bridge(self, *args, **options):
        self.bridges.append(self.start("bridge", *args, **options))
        return self.bridges[-1]

    def two(self):
        """The local and the remote broker."""
        return self.broker(), self.broker()

    def bridge(self, *rules, brokers=None, local=None, remote=None, **more):
        """Two brokers, self.near and self.far, with one link between them, which is up. `more` are keys of the link."""
        self.near, self.far = brokers or self.two()
        top = {"spool": self.dir / "spool"} if more.get("spool") else {}
        text = link(side(self.near, name="near", **(local or {})), side(self.far, name="far", **(remote or {})), *rules, PROBE, **more)
        process = self.run_bridge(text, **top)
        self.join(self.near, self.far)
        return process

    def join(self, one, other, topic="joined"):
        """Once something has come over the bridge both ways."""
        self.join_way(one, other, f"{topic}/out")
        self.join_way(other, one, f"{topic}/in")

    def join_way(self, source, target, topic):
        try:
            join(source.port, target.port, topic)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *(f"{bridge}\n{bridge.err.text()}" for bridge in self.bridges)])) from None

    def again(self, process, signal=None):
        """Ends it by this signal, or by kill -9, and starts it anew."""
        self.end(process, signal)
        return self.start_bridge(*process.args[2:])

    def end(self, process, signal=None):
        if signal:
            process.signal(signal)
            self.assertEqual(OK, process.wait(), process.err.text())
        process.stop()

    def client(self, broker, *filters, name="", version=V5, options=2 | 8, **connect):
        """A client at a broker that has subscribed, with Retain As Published where there is such a thing."""
        client = raw_client.RawClient(broker.port, version)
        self.addCleanup(client.close)
        self.assertEqual(0, client.connect(name, **connect).reason)
        if filters:
            client.subscribe(*filters, options=options if version == V5 else options & 3)
        return client

    def publish(self, broker, *messages, version=V5, **more):
        """Messages are topics, or tuples of a topic and then payload and QoS. Each is with the broker when this returns."""
        client = self.client(broker, version=version)
        for message in messages:
            topic, *rest = (message,) if isinstance(message, str) else message
            payload, qos = (*rest, *(b"x", 1)[len(rest):])
            client.publish(topic, payload, qos, **more)
        client.disconnect()

    def expect_topics(self, client, *topics):
        """These, in this order, and nothing else up to now."""
        found = client.messages(len(topics))
        self.assertEqual(list(topics), [one.topic for one in found])
        self.assertEqual([], client.rest())
        return found

    @staticmethod
    def user_properties(message):
        """Without what loop prevention adds."""
        return [pair for pair in message.props.get("user-property", []) if pair[0] != PATH]
