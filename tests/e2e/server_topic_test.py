"""Which topics a filter matches at a broker, and the topics that are the broker's own."""

import harness
from mqtt import V311, V5
from server_test_case import ServerTest, in_versions


class Matching(ServerTest):
    @in_versions()
    def test_filters_match_level_by_level(self, version):
        """[MQTT-3.3.2-3] [MQTT-4.7.0-1] [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.3-1] [MQTT-4.7.3-4]
        [MQTT-3.3.2-3 of 3.1.1] [MQTT-4.7.1-1 of 3.1.1] [MQTT-4.7.1-2 of 3.1.1] [MQTT-4.7.1-3 of 3.1.1]
        [MQTT-4.7.3-1 of 3.1.1] [MQTT-4.7.3-4 of 3.1.1] [MQTT-3.8.3-2 of 3.1.1]"""
        names = ["", "a", "/a", "a/", "a//b", "a/b", "a/b/c", "A", "a b", "ä", "a\u0308", "$a"]
        wanted = {"#": names, "+": ["", "a", "A", "a b", "ä", "a\u0308", "$a"], "a": ["a"],
                  "a/#": ["a", "a/", "a//b", "a/b", "a/b/c"], "a/+": ["a/", "a/b"], "+/+": ["/a", "a/", "a/b"],
                  "/+": ["/a"], "a/+/b": ["a//b"], "+/b/#": ["a/b", "a/b/c"], "a//b": ["a//b"], "A/#": ["A"],
                  "ä": ["ä"], "$a": ["$a"], "a/+/#": ["a/", "a//b", "a/b", "a/b/c"]}
        publisher = self.client("pub", version)
        subscribers = {filter: self.subscriber(self.topic(filter), name=f"s{number}", version=version, options=0)
                       for number, filter in enumerate(wanted)}
        for name in names:
            publisher.publish(self.topic(name), b"x", 1)
        for filter, subscriber in subscribers.items():
            with self.subTest(filter):
                self.assertEqual([self.topic(name) for name in wanted[filter]], [one.topic for one in subscriber.rest()])

    @in_versions()
    def test_a_leading_wildcard_matches_no_topic_that_begins_with_a_dollar(self, version):
        """[MQTT-4.7.2-1] [MQTT-4.7.2-1 of 3.1.1]"""
        dollar = f"$t{self.number}/a"
        wild = [self.subscriber(filter, name=f"s{number}", version=version, options=0)
                for number, filter in enumerate(("#", "+/a", "+/#"))]
        exact = [self.subscriber(filter, name=f"e{number}", version=version, options=0)
                 for number, filter in enumerate((dollar, f"$t{self.number}/#", f"$t{self.number}/+"))]
        publisher = self.client("pub", version)
        for topic in (dollar, self.topic("a")):
            publisher.publish(topic, b"x", 1)
        self.assertEqual([[self.topic("a")]] * 3, [[one.topic for one in client.rest()] for client in wild])
        self.assertEqual([[dollar]] * 3, [[one.topic for one in client.rest()] for client in exact])

    @in_versions()
    def test_the_longest_names_are_names(self, version):
        """[MQTT-4.7.3-3] [MQTT-4.7.3-3 of 3.1.1]"""
        name = self.topic("x" * (65535 - len(self.topic(""))))
        seen = self.subscriber(name, version=version)
        self.client("pub", version).publish(name, b"x", 1)
        self.assertEqual(name, seen.message().topic)


class System(ServerTest):
    options = ("--sys-interval", "1s")
    config = "sys_interval 1"

    def test_the_broker_tells_about_itself(self):
        """With mosquitto's names; to who asks for them. [MQTT-4.7.2-1] [MQTT-4.7.2-1 of 3.1.1]"""
        every = self.subscriber("#", name="every")
        seen = self.client("sub")
        seen.subscribe(("$SYS/#", 0))
        missing = {"$SYS/broker/" + name for name in (
            "version", "uptime", "clients/connected", "clients/total", "messages/received", "messages/sent",
            "bytes/received", "bytes/sent", "subscriptions/count", "retained messages/count",
            "publish/messages/received", "publish/messages/sent")}
        while missing:
            found = seen.message()
            self.assertTrue(found.payload)
            missing.discard(found.topic)
        self.expect_nothing(every)

    def test_the_numbers_follow_what_happens(self):
        seen = self.client("sub")
        for number in range(3):
            self.client(f"more{number}")
        seen.subscribe(("$SYS/broker/clients/connected", 0))
        while int(seen.message().payload) != 4:
            pass

    @in_versions(V311, V5)
    def test_clients_cannot_speak_for_the_broker(self, version):
        seen = self.subscriber("$SYS/broker/mine", version=version)
        client = self.client(version=version)
        answer = client.publish("$SYS/broker/mine", b"x", 1)
        self.assertEqual(0x87 if version == V5 else 0, answer.reason)
        self.expect_nothing(seen)


if __name__ == "__main__":
    harness.main()
