"""mqrig bridge: messages that could go round do not, in either version, with two brokers and with three."""

import harness
import mqtt
from bridge_case import PATH, PROBE, BridgeCase, link, side

BOTH = {"topics": ["t/#"], "direction": "both"}


class LoopCase(BridgeCase):
    def expect_once(self, brokers):
        """What is published at each of them arrives everywhere, once.

        The last messages come after all that is wrong would have come: a copy that goes round is on its way before they are.
        """
        readers = [self.client(broker, "t/#") for broker in brokers]
        for turn in ("first", "last"):
            for number, broker in enumerate(brokers):
                self.publish(broker, *[(f"t/{number}/{qos}", turn.encode(), qos) for qos in range(3)], user_property=[("k", "v")])
        expected = sorted((f"t/{number}/{qos}", turn) for turn in (b"first", b"last") for number in range(len(brokers)) for qos in range(3))
        for number, reader in enumerate(readers):
            found = reader.messages(len(expected))
            self.assertEqual(expected, sorted((one.topic, one.payload) for one in found), f"broker {number}")
        for reader in readers:
            self.assertEqual([], reader.rest())
        return readers


class Two(LoopCase):
    def test_a_link_of_both_directions(self):
        for version in ("5", "311"):
            with self.subTest(version=version):
                self.bridge(BOTH, local={"protocol-version": version}, remote={"protocol-version": version})
                self.expect_once((self.near, self.far))

    def test_at_mosquitto(self):
        for version in ("5", "311"):
            with self.subTest(version=version):
                brokers = (self.mosquitto(), self.broker())
                self.bridge(BOTH, brokers=brokers, local={"protocol-version": version}, remote={"protocol-version": version})
                self.expect_once(brokers)

    def test_of_different_versions(self):
        self.bridge(BOTH, local={"protocol-version": "311"}, remote={"protocol-version": "5"})
        self.expect_once((self.near, self.far))

    def test_through_a_spool(self):
        self.bridge(BOTH, spool=True)
        self.expect_once((self.near, self.far))

    def test_two_bridges_of_one_direction_each(self):
        near, far = self.two()
        for number, (one, other, name, other_name) in enumerate(((near, far, "near", "far"), (far, near, "far", "near"))):
            self.run_bridge(link(side(one, name=name), side(other, name=other_name), {"topics": ["t/#"]}, name=f"link{number}"),
                            file=f"{number}.toml")
            self.join_way(one, other, "t/joined")
        self.expect_once((near, far))

    def test_two_bridges_of_both_directions(self):
        """Which is a mistake: a message then comes twice, but goes round no more than that."""
        near, far = self.two()
        for number in range(2):
            probe = {**PROBE, "topics": [f"joined{number}/#"]}  # the other link would bring it
            self.run_bridge(link(side(near, name="near"), side(far, name="far"), BOTH, probe, name=f"link{number}"), file=f"{number}.toml")
            self.join(near, far, topic=f"joined{number}")
        near_reader, far_reader = self.client(near, "t/#"), self.client(far, "t/#")
        self.publish(near, "t/1", "t/2")
        self.assertEqual(["t/1", "t/1", "t/2", "t/2"], sorted(one.topic for one in far_reader.messages(4)))
        self.assertEqual([], far_reader.rest())
        self.expect_topics(near_reader, "t/1", "t/2")

    def test_it_can_be_left_out(self):
        """Then the path is not told, and 5.0's No Local alone keeps a message from coming back."""
        self.bridge(BOTH, **{"loop-prevention": False})
        reader = self.client(self.far, "t/#")
        self.publish(self.near, "t/1", user_property=[("k", "v")])
        self.assertEqual([("k", "v")], reader.message().props["user-property"])


class Path(LoopCase):
    def test_it_names_the_brokers_that_a_message_has_been_at(self):
        self.bridge(BOTH)
        reader = self.client(self.far, "t/#")
        self.publish(self.near, "t/1")
        self.assertEqual([(PATH, "near")], reader.message().props["user-property"])

    def test_a_message_that_has_been_at_the_target_stays(self):
        self.bridge(BOTH, **{"max-hops": 16})
        reader = self.client(self.far, "t/#")
        self.publish(self.near, "t/1", user_property=[(PATH, "elsewhere far")])
        self.publish(self.near, "t/2", user_property=[(PATH, "elsewhere")])
        found = self.expect_topics(reader, "t/2")
        self.assertEqual([(PATH, "elsewhere near")], [pair for pair in found[0].props["user-property"] if pair[0] == PATH])


class Three(LoopCase):
    def links(self, pairs, **more):
        self.brokers = [self.broker() for _ in range(3)]
        for number, pair in enumerate(pairs):
            sides = [side(self.brokers[which], name="abc"[which], **{"protocol-version": "5"}) for which in pair]
            probe = {**PROBE, "topics": [f"joined{number}/#"]}
            self.run_bridge(link(*sides, BOTH, probe, name=f"link{number}", **more), file=f"{number}.toml")
            self.join(*(self.brokers[which] for which in pair), topic=f"joined{number}")

    def test_in_a_ring_each_broker_gets_a_message_once(self):
        self.links(((0, 1), (1, 2), (2, 0)))
        self.expect_once(self.brokers)

    def test_at_3_1_1_rules_say_what_begins_where(self):
        """3.1.1 can't carry a path: in a ring, each link takes what belongs to its ends."""
        self.brokers = [self.broker() for _ in range(3)]
        for number, pair in enumerate(((0, 1), (1, 2), (2, 0))):
            sides = [side(self.brokers[which], **{"protocol-version": "311"}) for which in pair]
            rules = [{"topics": [f"t/{which}/#"], "direction": direction} for which, direction in zip(pair, ("out", "in"))]
            self.run_bridge(link(*sides, *rules, {**PROBE, "topics": [f"joined{number}/#"]}, name=f"link{number}"), file=f"{number}.toml")
            self.join(*(self.brokers[which] for which in pair), topic=f"joined{number}")
        self.expect_once(self.brokers)

    def test_in_a_row_a_message_passes_as_many_bridges_as_it_may(self):
        self.links(((0, 1), (1, 2)), **{"max-hops": 2})
        self.expect_once(self.brokers)

    def test_and_no_more(self):
        self.links(((0, 1), (1, 2)))
        middle, last = self.client(self.brokers[1], "t/#"), self.client(self.brokers[2], "t/#")
        self.publish(self.brokers[0], "t/first")
        self.expect_topics(middle, "t/first")
        self.publish(self.brokers[1], "t/middle")
        self.expect_topics(last, "t/middle")

    def test_a_ring_with_more_hops_ends_all_the_same(self):
        """Messages come by two ways then, and each way ends where it began."""
        self.links(((0, 1), (1, 2), (2, 0)), **{"max-hops": 16})
        readers = [self.client(broker, "t/#") for broker in self.brokers]
        for turn in ("1", "2"):
            self.publish(self.brokers[0], f"t/{turn}")
        for reader, copies in zip(readers, (1, 2, 2)):
            found = [one.topic for one in reader.messages(2 * copies)]
            self.assertEqual(sorted(["t/1", "t/2"] * copies), sorted(found))
        for reader in readers:
            self.assertEqual([], reader.rest())


class Bit(LoopCase):
    def test_at_3_1_1_a_bridge_says_that_it_is_one(self):
        """The highest bit of the version, to which brokers answer as to No Local and Retain As Published; others refuse it."""
        def accept(peer):
            found = peer.expect("CONNECT")
            levels.append(found.level)
            peer.send(mqtt.connack(mqtt.V311))
            peer.version = mqtt.V311
            peer.grant()
            peer.expect_closed()

        def refuse(peer):
            levels.append(peer.expect("CONNECT").level)
            peer.send(mqtt.connack(mqtt.V311, 1))
        levels = []
        scripted, far = self.peer(refuse, accept), self.broker()
        process = self.run_bridge(link(side(scripted, **{"protocol-version": "311"}), side(far), BOTH))
        scripted.wait_connections(2)
        harness.wait_until(lambda: len(levels) == 2, "it has tried without")
        process.stop()
        self.assertEqual([0x80 | mqtt.V311, mqtt.V311], levels)


if __name__ == "__main__":
    harness.main()
