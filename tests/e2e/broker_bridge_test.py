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

    def bridge(self, version, *config):
        """A mosquitto with a bridge to our broker for everything, both ways, once it has subscribed there."""
        lines = ["connection far", f"address 127.0.0.1:{self.server.port}", f"bridge_protocol_version {version}", "remote_clientid edge",
                 "restart_timeout 1", "topic # both 1", *config]
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

    def expect_messages_pass_once(self, version, *config):
        near = self.bridge(version, *config)
        at_server, at_near = self.watch(self.server), self.watch(near)
        def seen(observer):
            return [(m.topic, m.payload, bool(m.retain)) for m in observer.messages if m.topic != STATE]
        self.publish(near, "up", b"1", retain=True)
        self.publish(self.server, "down", b"2", retain=True)
        at_server.wait_for(lambda _: len(seen(at_server)) >= 2)
        at_near.wait_for(lambda _: len(seen(at_near)) >= 2)
        # An echo would come before what is sent behind it, there and back.
        for number in range(2):
            for publisher, observer in ((near, at_server), (self.server, at_near)):
                fence = f"{number} {publisher.port}".encode()
                self.publish(publisher, "fence", fence)
                observer.wait_for(lambda _, fence=fence: ("fence", fence, False) in seen(observer))
        expected = {("up", b"1", True), ("down", b"2", True)} | {
            ("fence", f"{number} {broker.port}".encode(), False) for number in range(2) for broker in (near, self.server)}
        for observer in (at_server, at_near):
            self.assertEqual(sorted(expected), sorted(seen(observer)))
        return near, at_server

    def test_the_bridge_bit_of_31_and_311_keeps_messages_from_going_round(self):
        for version in ("mqttv31", "mqttv311"):
            with self.subTest(version=version):
                near, _ = self.expect_messages_pass_once(version)
                self.assertRegex(self.server.log.text(), r"edge \(\S+\) is connected as a bridge")
                self.assertNotIn("protocol version", self.server.log.text())
                near.stop()
                self.server.stop()
                self.server.start()

    def test_a_bridge_of_5_says_it_in_its_subscriptions(self):
        self.expect_messages_pass_once("mqttv50")
        self.assertNotIn("as a bridge", self.server.log.text())

    def test_the_bridge_tells_its_state(self):
        near, watcher = self.bridge("mqttv311"), self.watch(self.server)
        watcher.wait_for(lambda messages: [m.payload for m in messages if m.topic == STATE] == [b"1"])
        near.kill()
        watcher.wait_for(lambda messages: [m.payload for m in messages if m.topic == STATE] == [b"1", b"0"])

    def test_a_bridge_that_comes_back_is_one_still(self):
        """Its session is in the broker, and so is what was published while it was away."""
        near = self.bridge("mqttv311")
        near.kill()
        self.server.log.wait_text(r"edge \(\S+\) .*closed")
        self.publish(self.server, "missed", b"3", retain=True)
        near.start()
        self.server.log.wait_text(r"edge \(\S+\) is back as a bridge")
        observer = self.watch(near)
        observer.wait_for(lambda messages: [(m.payload, m.retain) for m in messages if m.topic == "missed"] != [])


if __name__ == "__main__":
    harness.main()
