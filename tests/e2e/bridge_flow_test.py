"""mqrig bridge: what waits for what. Acknowledgements, Receive Maximum, limits of a queue, and a spool that can't be used."""

import re
import resource
import sqlite3
import threading
from signal import SIGTERM, SIGUSR1

import harness
import mqtt
from bridge_case import INPUT, USAGE, BridgeCase, link, side

T = {"topics": ["t/#"]}
QUOTA_EXCEEDED = 0x97
QUIET = 0.3  # s in which something that should not come has not come


class FlowCase(BridgeCase):
    """Both brokers are scripted: a source that sends what the test says, and a target that answers when the test says."""

    def setUp(self):
        super().setUp()
        self.released = threading.Event()  # the target may answer
        self.arrived = threading.Event()   # it has got a message
        self.joined = threading.Event()    # a source that sends nothing is subscribed at, or there is none
        self.joined.set()

    def source(self, *messages, then=None):
        """A broker that sends these (payload, QoS), and calls then(peer) for the rest of the dialogue."""
        def dialogue(peer):
            peer.accept(receive_maximum=100)
            peer.grant()
            peer.send(*[mqtt.publish(peer.version, "t/a", payload, qos, mid) for mid, (payload, qos) in enumerate(messages, 1)])
            then(peer)
            peer.expect_closed()
        return self.peer(dialogue)

    def idle(self):
        """A source that sends nothing."""
        def dialogue(peer):
            peer.accept()
            peer.grant()
            self.joined.set()
            peer.expect_closed()
        self.joined.clear()
        return self.peer(dialogue)

    def link_of(self, source, target, **more):
        top = {"spool": self.dir / "spool"} if more.get("spool") else {}
        return self.run_bridge(link(side(source), side(target), T, **more), **top)

    def end_all(self, process, *peers):
        self.released.set()
        self.assertTrue(self.joined.wait(harness.DEADLINE), process.err.text())
        process.stop()
        for peer in peers:
            peer.finish()


class AcknowledgeThrough(FlowCase):
    def target(self, name, reason=None):
        def dialogue(peer):
            peer.accept()
            found = peer.expect("PUBLISH")
            self.arrived.set()
            self.released.wait(harness.DEADLINE)
            peer.send(mqtt.ack(name, found.mid, reason))
            if name == "PUBREC" and not reason:
                peer.send(mqtt.ack("PUBCOMP", peer.expect("PUBREL").mid))
            peer.expect_closed()
        return self.peer(dialogue)

    def acknowledged_by(self, name, qos, reason=None):
        """The source's message is acknowledged after the target's answer, and not before. Returns the answer to the source."""
        answers = []

        def then(peer):
            self.assertTrue(self.arrived.wait(harness.DEADLINE), "the target has got nothing")
            with self.assertRaises(TimeoutError):
                peer.read(QUIET)
            self.released.set()
            answers.append(peer.expect(name))
            if name == "PUBREC" and answers[0].reason < 0x80:
                peer.send(mqtt.ack("PUBREL", answers[0].mid))
                peer.expect("PUBCOMP")
            done.set()
        done = threading.Event()
        source, target = self.source((b"x", qos), then=then), self.target(name, reason)
        process = self.link_of(source, target)
        self.assertTrue(done.wait(harness.DEADLINE), (source.errors, target.errors))
        self.end_all(process, source, target)
        return answers[0]

    def test_the_source_waits_for_the_target(self):
        for name, qos in (("PUBACK", 1), ("PUBREC", 2)):
            self.released.clear()
            self.arrived.clear()
            self.assertEqual(0, self.acknowledged_by(name, qos).reason)

    def test_it_waits_while_the_target_is_away(self):
        port = harness.free_port()

        def then(peer):
            with self.assertRaises(TimeoutError):
                peer.read(QUIET)
            self.arrived.set()
        source = self.source((b"x", 1), then=then)
        process = self.link_of(source, port)
        self.assertTrue(self.arrived.wait(harness.DEADLINE), source.errors)
        self.end_all(process, source)

    def test_with_a_spool_it_does_not_wait(self):
        def then(peer):
            self.assertEqual(1, peer.expect("PUBACK").mid)
            self.assertEqual(2, peer.expect("PUBREC").mid)
            self.arrived.set()
        source = self.source((b"x", 1), (b"y", 2), then=then)
        process = self.link_of(source, harness.free_port(), spool=True)
        self.assertTrue(self.arrived.wait(harness.DEADLINE), source.errors)
        self.end_all(process, source)


class ReceiveMaximum(FlowCase):
    def test_it_is_kept_while_a_backlog_drains(self):
        """[MQTT-3.3.4-9]"""
        count, most = 30, 5
        filled, done = threading.Event(), threading.Event()

        def then(peer):
            for _ in range(count):
                peer.expect("PUBREC")
            filled.set()

        def drain(peer):
            peer.accept(receive_maximum=most)
            held = [peer.expect("PUBLISH") for _ in range(most)]
            for _ in range(count - most):
                with self.assertRaises(TimeoutError):
                    peer.read(0.05)
                first = held.pop(0)
                peer.send(mqtt.ack("PUBREC", first.mid))
                self.assertEqual(first.mid, peer.expect("PUBREL").mid)
                peer.send(mqtt.ack("PUBCOMP", first.mid))
                held.append(peer.expect("PUBLISH"))
            payloads.extend(int(one.payload) for one in peer.seen if one.name == "PUBLISH")
            done.set()
            peer.expect_closed()

        payloads = []
        source = self.source(*[(b"%d" % number, 2) for number in range(count)], then=then)
        process = self.link_of(source, harness.free_port(), spool=True)
        self.assertTrue(filled.wait(harness.DEADLINE), source.errors)
        self.end_all(process, source)
        idle, target = self.idle(), self.peer(drain)
        process = self.link_of(idle, target, spool=True)
        self.assertTrue(done.wait(harness.DEADLINE), target.errors)
        self.end_all(process, idle, target)
        self.assertEqual(list(range(count)), payloads)


class Limits(FlowCase):
    def answers(self, count, limits, expected, size=1):
        """The source's messages are answered with these reasons, by identifier, while the target is away; then nothing comes."""
        def then(peer):
            found = {}
            while len(found) < len(expected):
                one = peer.expect("PUBACK")
                found[one.mid] = one.reason
            self.assertEqual(expected, found)
            with self.assertRaises(TimeoutError):
                peer.read(QUIET)
            self.arrived.set()
        source = self.source(*[(b"%d" % number * size, 1) for number in range(1, count + 1)], then=then)
        self.process = self.link_of(source, self.port, spool=True, limits=limits)
        self.assertTrue(self.arrived.wait(harness.DEADLINE), source.errors)
        return source

    def then_arrive(self, payloads, source):
        """These come when there is a target."""
        self.end_all(self.process, source)
        far, idle = self.broker(), self.idle()
        reader = self.client(far, "t/#")
        process = self.link_of(idle, far, spool=True)
        self.assertEqual(payloads, [one.payload for one in reader.messages(len(payloads))])
        self.assertEqual([], reader.rest())
        self.end_all(process, idle)

    def setUp(self):
        super().setUp()
        self.port = harness.free_port()

    def test_reject_tells_the_source(self):
        source = self.answers(3, {"messages": 2, "policy": "reject"}, {1: 0, 2: 0, 3: QUOTA_EXCEEDED})
        self.then_arrive([b"1", b"2"], source)

    def test_drop_oldest_makes_room(self):
        source = self.answers(4, {"messages": 2, "policy": "drop-oldest"}, {1: 0, 2: 0, 3: 0, 4: 0})
        self.then_arrive([b"3", b"4"], source)

    def test_without_a_spool_drop_oldest_answers_for_what_it_drops(self):
        def then(peer):
            self.assertEqual([1, 2], [peer.expect("PUBACK").mid for _ in range(2)])
            with self.assertRaises(TimeoutError):
                peer.read(QUIET)
            self.arrived.set()
        source = self.source(*[(b"%d" % number, 1) for number in range(1, 5)], then=then)
        self.process = self.link_of(source, self.port, spool=False, limits={"messages": 2, "policy": "drop-oldest"})
        self.assertTrue(self.arrived.wait(harness.DEADLINE), source.errors)
        self.end_all(self.process, source)

    def test_block_lets_the_source_wait(self):
        """What has been read when the limit is reached is taken; nothing more is read."""
        def then(peer):
            self.assertEqual([1, 2], [peer.expect("PUBACK").mid for _ in range(2)])
            peer.send(mqtt.publish(peer.version, "t/a", b"3", 1, 3))
            with self.assertRaises(TimeoutError):
                peer.read(QUIET)
            self.arrived.set()
        source = self.source((b"1", 1), (b"2", 1), then=then)
        self.process = self.link_of(source, self.port, spool=True, limits={"messages": 2, "policy": "block"})
        self.assertTrue(self.arrived.wait(harness.DEADLINE), source.errors)
        self.then_arrive([b"1", b"2"], source)

    def test_bytes_count_too(self):
        """Those of topic, payload and properties."""
        source = self.answers(3, {"bytes": 2500, "policy": "reject"}, {1: 0, 2: 0, 3: QUOTA_EXCEEDED}, size=1000)
        self.then_arrive([b"1" * 1000, b"2" * 1000], source)

    def test_what_is_too_old_is_given_up(self):
        source = self.answers(2, {"age": "100ms"}, {1: 0, 2: 0})  # and QUIET is longer than that
        self.end_all(self.process, source)
        far = self.broker()
        reader = self.client(far, "t/#")
        again = self.source((b"new", 1), then=lambda peer: peer.expect("PUBACK"))
        process = self.link_of(again, far, spool=True, limits={"age": "100ms"})
        self.assertEqual(b"new", reader.message().payload)
        self.assertEqual([], reader.rest())
        self.end_all(process, again)

    def test_what_was_dropped_is_counted(self):
        source = self.answers(5, {"messages": 2, "policy": "drop-oldest"}, {mid: 0 for mid in range(1, 6)})
        self.process.signal(SIGUSR1)
        self.process.err.wait_text(r"out: .* 3 dropped \(3 full\)")
        self.end_all(self.process, source)


class Spool(BridgeCase):
    def spooled(self, far=None):
        return link(side(self.near), side(far or harness.free_port()), T, spool=True)

    def setUp(self):
        super().setUp()
        self.near, self.spool = self.broker(), self.dir / "spool"

    def refuse(self, *texts):
        result = self.run_mqrig("bridge", "run", self.write(self.spooled(), spool=self.spool))
        self.expect_failure(result, INPUT, re.escape(str(self.spool)), *texts)

    def test_two_bridges_do_not_share_one(self):
        first = self.run_bridge(self.spooled(), spool=self.spool)
        client = self.client(self.near)
        harness.wait_until(lambda: client.publish("t/1", b"x", 1).reason == 0, "the bridge has subscribed")
        self.refuse("(?i)in use|another process")
        self.assertTrue(first.running())

    def test_a_file_that_is_none_of_ours_is_left_as_it_is(self):
        self.spool.write_bytes(b"no database" * 1000)
        self.refuse()
        self.assertEqual(b"no database" * 1000, self.spool.read_bytes())
        self.spool.unlink()
        database = sqlite3.connect(self.spool)
        database.execute("create table t (x)")
        database.close()
        data = self.spool.read_bytes()
        self.refuse()
        self.assertEqual(data, self.spool.read_bytes())

    def test_a_link_that_wants_a_spool_needs_one(self):
        self.expect_failure(self.run_mqrig("bridge", "run", self.write(self.spooled())), USAGE, "spool")

    def test_on_a_full_disk_the_source_waits_and_nothing_is_lost(self):
        far = self.broker()
        process = self.start_bridge("run", self.write(self.spooled(far), spool=self.spool), restore_signals=False)
        reader, client = self.client(far, "t/#"), self.client(self.near)
        harness.wait_until(lambda: client.publish("t/first", b"x", 1).reason == 0, "the bridge has subscribed")
        self.assertEqual("t/first", reader.message().topic)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        for number in range(20):
            client.publish(f"t/{number}", bytes(1000), 2)
        process.err.wait_text(r"(?i)spool.*(full|too large|can't be (saved|written))")
        self.assertEqual([], [one for one in reader.rest() if one.name == "PUBLISH"])
        self.assertTrue(process.running())
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.assertEqual([f"t/{number}" for number in range(20)], [one.topic for one in reader.messages(20)])

    def test_qos_0_waits_there_when_that_is_wanted(self):
        for wanted in (False, True):
            self.near, self.spool = self.broker(), self.dir / f"spool{wanted}"
            rule = {**T, "spool-qos-0": wanted}
            process = self.run_bridge(link(side(self.near), side(harness.free_port()), rule, spool=True), spool=self.spool)
            client = self.client(self.near)
            harness.wait_until(lambda: client.publish("t/probe", b"x", 1).reason == 0, "the bridge has subscribed")
            client.publish("t/0", b"x", 0)
            client.publish("t/1", b"x", 1)
            process.signal(SIGTERM)
            self.assertEqual(0, process.wait(), process.err.text())
            far = self.broker()
            reader = self.client(far, "t/0", "t/1")
            process = self.run_bridge(link(side(self.near), side(far), rule, spool=True), spool=self.spool)
            self.expect_topics(reader, *(["t/0"] if wanted else []), "t/1")
            process.stop()


if __name__ == "__main__":
    harness.main()
