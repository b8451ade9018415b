"""mqrig broker and a bridge of mosquitto, in the versions that the bridge speaks."""

import harness
from raw_client import RawClient

STATE = "$SYS/broker/connection/edge/state"


class MosquittoBridge(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.server = harness.Broker(self.dir / "server", "-v")
        self.addCleanup(self.server.stop)
        self.server.start()

    def bridge(self, version):
        """A mosquitto with a bridge to our broker for everything, both ways, once it has subscribed there."""
        lines = ["connection far", f"address 127.0.0.1:{self.server.port}", f"bridge_protocol_version {version}", "remote_clientid edge",
                 "restart_timeout 1", "topic # both 1"]
        mosquitto = self.mosquitto(config="\n".join(lines))
        self.server.log.wait_text(r"edge \(\S+\) subscribes to '#' with QoS 1")
        return mosquitto

    def watch(self, broker):
        return self.observer(broker, "#", STATE, client_id="watcher")

    def publish(self, broker, topic, payload, retain=False):
        client = RawClient(broker.port)
        self.addCleanup(client.close)
        client.connect()
        client.publish(topic, payload, 1, retain=retain)

    def expect_messages_pass_once(self, version):
        near = self.bridge(version)
        at_server, at_near = self.watch(self.server), self.watch(near)
        def seen(observer):
            return [(m.topic, m.payload, bool(m.retain)) for m in observer.messages if m.topic != STATE]
        expected = set()
        # An echo of one round would come before the messages of the next.
        for number in range(3):
            for broker, topic in ((near, "up"), (self.server, "down")):
                message = (topic, b"%d" % number, number == 0)
                self.publish(broker, topic, message[1], retain=message[2])
                expected.add(message)
            for observer in (at_server, at_near):
                observer.wait_for(lambda _, observer=observer: expected <= set(seen(observer)))
        for observer in (at_server, at_near):
            self.assertEqual(sorted(expected), sorted(seen(observer)))

    def expect_the_bridge_bit(self, version):
        self.expect_messages_pass_once(version)
        self.assertRegex(self.server.log.text(), r"edge \(\S+\) is connected as a bridge")

    def test_the_bridge_bit_of_31_keeps_messages_from_going_round(self):
        self.expect_the_bridge_bit("mqttv31")

    def test_the_bridge_bit_of_311_keeps_messages_from_going_round(self):
        self.expect_the_bridge_bit("mqttv311")

    def test_a_bridge_of_5_says_it_in_its_subscriptions(self):
        self.expect_messages_pass_once("mqttv50")
        self.assertNotIn("as a bridge", self.server.log.text())

    def test_a_bridge_tells_its_state_and_is_one_still_when_it_comes_back(self):
        """Its session has waited for it, with what was published meanwhile."""
        near, watcher = self.bridge("mqttv311"), self.watch(self.server)
        def wait_states(*states):
            watcher.wait_for(lambda messages: [m.payload for m in messages if m.topic == STATE] == list(states), what=f"{states}")
        wait_states(b"1")
        near.kill()
        wait_states(b"1", b"0")
        self.publish(self.server, "missed", b"3", retain=True)
        near.restart()
        wait_states(b"1", b"0", b"1")
        self.server.log.wait_text(r"edge \(\S+\) is back as a bridge")
        self.watch(near).wait_for(lambda messages: any((m.topic, m.payload, m.retain) == ("missed", b"3", True) for m in messages))


if __name__ == "__main__":
    harness.main()
