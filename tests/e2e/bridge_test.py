"""mqrig bridge: which messages go over a link, and what becomes of them on their way."""

import json
import time
from signal import SIGTERM

import harness
from bridge_case import BridgeCase, link, side
from mqtt import V5, V311


class Simple(BridgeCase):
    def test_from_to_and_a_topic_are_enough(self):
        near, far = self.two()
        self.start_bridge("--from", f"mqtt://127.0.0.1:{near.port}", "--to", f"mqtt://127.0.0.1:{far.port}", "-t", "sensors/#")
        self.join_way(near, far, "sensors/joined")
        reader = self.client(far, "#")
        self.publish(near, ("other", b"no", 2), *[("sensors/a", b"%d" % qos, qos) for qos in range(3)])
        found = self.expect_topics(reader, *["sensors/a"] * 3)
        self.assertEqual([(0, b"0"), (1, b"1"), (2, b"2")], [(one.qos, one.payload) for one in found])

    def test_and_nothing_comes_back(self):
        near, far = self.two()
        self.start_bridge("--from", f"mqtt://127.0.0.1:{near.port}", "--to", f"mqtt://127.0.0.1:{far.port}", "-t", "a/#")
        self.join_way(near, far, "a/joined")
        near_reader, far_reader = self.client(near, "a/#"), self.client(far, "a/#")
        self.publish(far, "a/far")
        self.publish(near, "a/near")
        self.expect_topics(far_reader, "a/far", "a/near")
        self.expect_topics(near_reader, "a/near")


class Topics(BridgeCase):
    def test_prefixes_stand_for_each_other(self):
        self.bridge({"topics": ["t/#"], "direction": "both", "local-prefix": "here/", "remote-prefix": "site/1/"})
        near, far = self.client(self.near, "here/#"), self.client(self.far, "site/#")
        self.publish(self.near, "here/t/a")
        self.expect_topics(far, "site/1/t/a")
        self.publish(self.far, "site/1/t/b", "t/c")
        self.expect_topics(near, "here/t/a", "here/t/b")

    def test_a_pattern_takes_what_the_wildcards_matched(self):
        self.bridge({"topics": ["site/+/temp/#"], "target": "cloud/{1}/t/{#}"}, {"topics": ["+/raw/+"], "target": "raw/{2}/of/{1}/{topic}"})
        reader = self.client(self.far, "cloud/#", "raw/#")
        self.publish(self.near, "site/7/temp/a/b", "site/7/other", "x/raw/y")
        self.expect_topics(reader, "cloud/7/t/a/b", "raw/y/of/x/x/raw/y")

    def test_what_is_excluded_stays(self):
        self.bridge({"topics": ["s/#"], "exclude": ["s/debug/#", "s/+/secret"]})
        reader = self.client(self.far, "s/#")
        self.publish(self.near, "s/debug/a", "s/debug", "s/a/secret", "s/a/b")
        self.expect_topics(reader, "s/a/b")

    def test_each_direction_has_its_rules(self):
        self.bridge({"topics": ["out/#"], "direction": "out"}, {"topics": ["in/#"], "direction": "in"}, {"topics": ["both/#"], "direction": "both"})
        near, far = self.client(self.near, "+/near", "+/far"), self.client(self.far, "+/near", "+/far")
        self.publish(self.near, "out/near", "in/near", "both/near")
        self.expect_topics(far, "out/near", "both/near")
        self.publish(self.far, "out/far", "in/far", "both/far")
        self.expect_topics(near, "out/near", "in/near", "both/near", "in/far", "both/far")

    def test_a_message_goes_once_though_two_rules_match(self):
        self.bridge({"topics": ["a/#"]}, {"topics": ["a/+"]})
        reader = self.client(self.far, "a/#")
        self.publish(self.near, "a/1", "a/2/3")
        self.expect_topics(reader, "a/1", "a/2/3")


class Quality(BridgeCase):
    def qualities(self, rule, **more):
        self.bridge({"topics": ["q"], **rule}, **more)
        reader = self.client(self.far, "q")
        self.publish(self.near, *[("q", b"x", qos) for qos in range(3)])
        return [one.qos for one in reader.messages(3)]

    def test_it_is_kept(self):
        self.assertEqual([0, 1, 2], self.qualities({}))

    def test_it_is_capped(self):
        self.assertEqual([0, 1, 1], self.qualities({"max-qos": 1}))

    def test_it_is_fixed(self):
        self.assertEqual([2, 2, 2], self.qualities({"qos": 2}))

    def test_it_is_kept_through_a_spool(self):
        self.assertEqual([0, 1, 2], self.qualities({}, spool=True))


class Retained(BridgeCase):
    def flags(self, rule):
        self.bridge({"topics": ["r/#"], "retain": rule})
        reader = self.client(self.far, "r/#")
        self.publish(self.near, "r/1", retain=True)
        self.publish(self.near, "r/2")
        return [one.retain for one in reader.messages(2)]

    def test_the_flag_is_kept_dropped_or_forced(self):
        self.assertEqual([True, False], self.flags("keep"))
        self.assertEqual([False, False], self.flags("drop"))
        self.assertEqual([True, True], self.flags("force"))

    def test_what_is_there_at_the_beginning_goes_once_and_not_again(self):
        brokers = self.two()
        self.publish(brokers[0], "r/old", retain=True)
        process = self.bridge({"topics": ["r/#"]}, brokers=brokers)
        reader = self.client(self.far, "r/#")
        self.assertEqual("r/old", reader.message().topic)
        for signal, topic in ((SIGTERM, "r/ended"), (None, "r/killed")):
            process = self.again(process, signal)
            self.join(self.near, self.far)
            self.publish(self.near, topic)
            # What the killed bridge had not acknowledged may come twice; the retained message may not.
            found = [reader.message().topic]
            while found[-1] != topic:
                found.append(reader.message().topic)
            self.assertLessEqual(set(found), {"r/ended", topic})

    def test_or_it_stays(self):
        brokers = self.two()
        self.publish(brokers[0], "r/old", retain=True)
        self.bridge({"topics": ["r/#"], "initial-retained": False}, brokers=brokers)
        reader = self.client(self.far, "r/#")
        self.publish(self.near, "r/new", retain=True)
        self.assertTrue(self.expect_topics(reader, "r/new")[0].retain)


class Properties(BridgeCase):
    ALL = {"content_type": "text/plain", "payload_format_indicator": 1, "correlation_data": b"\0c", "response_topic": "elsewhere",
           "user_property": [("secret", "1"), ("k", "a"), ("k", "b")]}

    def passed(self, rule):
        self.bridge({"topics": ["p"], **rule})
        reader = self.client(self.far, "p")
        self.publish(self.near, "p", **self.ALL)
        found = reader.message()
        return {name: value for name, value in found.props.items() if name != "user-property"}, self.user_properties(found)

    def test_they_pass_in_their_order(self):
        props, user = self.passed({})
        self.assertEqual({"content-type": "text/plain", "payload-format-indicator": 1, "correlation-data": b"\0c",
                          "response-topic": "elsewhere"}, props)
        self.assertEqual([("secret", "1"), ("k", "a"), ("k", "b")], user)

    def test_they_stay(self):
        self.assertEqual(({}, []), self.passed({"pass-properties": False}))

    def test_some_are_removed(self):
        props, user = self.passed({"remove-properties": ["content-type", "user-property secret"]})
        self.assertNotIn("content-type", props)
        self.assertEqual([("k", "a"), ("k", "b")], user)

    def test_some_are_set(self):
        props, user = self.passed({"set-properties": {"content-type": "x/y", "user-property": {"site": "s1"}}})
        self.assertEqual("x/y", props["content-type"])
        self.assertIn(("site", "s1"), user)

    def test_response_topics_are_mapped_or_not(self):
        for mapped, expected in ((True, "site1/q/answer"), (False, "q/answer")):
            self.bridge({"topics": ["q/#"], "direction": "both", "remote-prefix": "site1/", "map-response-topic": mapped})
            reader = self.client(self.far, "site1/#")
            self.publish(self.near, "q/ask", response_topic="q/answer")
            self.assertEqual(expected, reader.message().props["response-topic"])

    def test_an_expiry_is_given_to_those_that_have_none(self):
        self.bridge({"topics": ["e"], "expiry": "1h"})
        reader = self.client(self.far, "e")
        self.publish(self.near, "e")
        self.publish(self.near, "e", message_expiry_interval=100)
        first, second = [one.props["message-expiry-interval"] for one in reader.messages(2)]
        self.assertTrue(3590 <= first <= 3600 and 90 <= second <= 100, (first, second))

    def test_the_time_in_the_spool_counts(self):
        """[MQTT-3.3.2-6]"""
        near, port = self.broker(), harness.free_port()
        reader = self.spooled_for_a_while(near, port, 2.2)
        found = self.expect_topics(reader, "e/100", "e/never")
        self.assertTrue(90 <= found[0].props["message-expiry-interval"] <= 98, found[0])
        self.assertNotIn("message-expiry-interval", found[1].props)

    def spooled_for_a_while(self, near, port, seconds):
        """Three messages, of which one expires before the target comes. Returns a client there."""
        process = self.run_bridge(link(side(near), side(port), {"topics": ["e/#"]}, spool=True), spool=self.dir / "spool")
        client = self.client(near)
        harness.wait_until(lambda: client.publish("e/1", b"x", 1, message_expiry_interval=1).reason == 0, "the bridge has subscribed")
        client.publish("e/100", b"x", 1, message_expiry_interval=100)
        client.publish("e/never", b"x", 1)
        end = time.monotonic() + seconds
        harness.wait_until(lambda: time.monotonic() > end, "time passes")
        self.assertTrue(process.running(), process.err.text())
        process.stop()
        far = self.broker()
        reader = self.client(far, "e/#")
        self.run_bridge(link(side(near), side(far), {"topics": ["e/#"]}, spool=True), spool=self.dir / "spool")
        return reader


class Payloads(BridgeCase):
    def sent(self, rule, *payloads, count, **more):
        """What arrives for these payloads, `count` messages."""
        self.bridge({"topics": ["p"], **rule}, **more)
        reader = self.client(self.far, "p")
        self.publish(self.near, *[("p", payload) for payload in payloads], user_property=[("site", "s1")])
        found = [one.payload for one in reader.messages(count)]
        self.assertEqual([], reader.rest())
        return found

    def test_a_filter_decides(self):
        found = self.sent({"filter": "payload.temp > 20"}, b'{"temp":20}', b"no JSON", b'{"temp":21}', b'{"temp":"30"}', count=2)
        self.assertEqual([b'{"temp":21}', b'{"temp":"30"}'], found)

    def test_a_transform_makes_another_payload_or_none(self):
        found = self.sent({"transform": "payload.keep ? ({site: user.site, data: payload}) : undefined"}, b'{"keep":false}', b'{"keep":1}', count=1)
        self.assertEqual([{"site": "s1", "data": {"keep": 1}}], [json.loads(payload) for payload in found])

    def test_arrays_are_split_into_messages(self):
        self.assertEqual([b"1", b'{"a":2}', b'"x"'], self.sent({"split": "json-array"}, b'[1,{"a":2},"x"]', count=3))

    def test_lines_are_split_into_messages(self):
        self.assertEqual([b"one", b"two", b"three"], self.sent({"split": "lines"}, b"one\ntwo\n", b"three", count=3))

    def test_messages_are_joined_into_arrays(self):
        for spool in (True, False):
            found = self.sent({"batch": {"format": "json-array", "count": 3, "linger": "10s"}}, b"1", b'{"a":2}', b"3", count=1, spool=spool)
            self.assertEqual([b'[1,{"a":2},3]'], found)

    def test_or_into_lines_when_their_time_has_come(self):
        for spool in (True, False):
            found = self.sent({"batch": {"format": "lines", "count": 100, "linger": "200ms"}}, b"one", b"two", count=1, spool=spool)
            self.assertEqual(b"one\ntwo", found[0].rstrip(b"\n"))


class Versions(BridgeCase):
    def test_messages_go_between_versions(self):
        for local, remote in (("311", "5"), ("5", "311"), ("31", "5"), ("311", "311")):
            with self.subTest(local=local, remote=remote):
                self.bridge({"topics": ["v/#"]}, local={"protocol-version": local}, remote={"protocol-version": remote})
                reader = self.client(self.far, "v/#")
                for qos, version in ((0, V5), (1, V311), (2, V5)):
                    more = {"content_type": "text"} if version == V5 else {}
                    self.publish(self.near, (f"v/{qos}", b"%d" % qos, qos), version=version, retain=True, **more)
                found = self.expect_topics(reader, "v/0", "v/1", "v/2")
                self.assertEqual([(0, b"0"), (1, b"1"), (2, b"2")], [(one.qos, one.payload) for one in found])
                self.assertNotIn("content-type", found[2].props)
                if local == "5":  # without Retain As Published the flag is that of the subscription, not of the message
                    self.assertTrue(found[1].retain)


if __name__ == "__main__":
    harness.main()
