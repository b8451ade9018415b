"""mqrig bridge as a process: starts, ends, what it tells and where, reload, several of them."""

import re
import signal
import socket
import urllib.request

import harness
from bridge_case import INPUT, OK, PROBE, USAGE, BridgeCase, link, side

T = {"topics": ["t/#"]}


class Start(BridgeCase):
    def broker_at(self, port):
        process = self.start("broker", "-p", port)
        process.out.wait_lines(1)
        process.port = port
        return process

    def test_either_side_may_be_away(self):
        for away in ("local", "remote"):
            with self.subTest(away=away):
                there, port = self.broker(), harness.free_port()
                sides = (side(port), side(there)) if away == "local" else (side(there), side(port))
                process = self.run_bridge(link(*sides, T, PROBE))
                process.err.wait_text(f"(?i)127.0.0.1:{port}.*refused")
                late = self.broker_at(port)
                near, far = (late, there) if away == "local" else (there, late)
                self.join(near, far)
                reader = self.client(far, "t/#")
                self.publish(near, "t/1")
                self.expect_topics(reader, "t/1")

    def test_what_comes_while_the_target_is_away_is_kept_by_the_spool(self):
        near, port = self.broker(), harness.free_port()
        self.run_bridge(link(side(near), side(port), T, spool=True), spool=self.dir / "spool")
        client = self.client(near)
        harness.wait_until(lambda: client.publish("t/probe", b"x", 1).reason == 0, "the bridge has subscribed")
        client.publish("t/1", b"x", 1)
        client.publish("t/2", b"x", 2)
        late = self.broker_at(port)  # with clients that come before the bridge does, or after it
        reader = self.client(late, "t/#", name="reader")
        client.publish("t/3", b"x", 2)
        harness.wait_until(lambda: "t/3" in [one.topic for one in reader.rest() + reader.seen if one.name == "PUBLISH"], "the last has come")

    def test_a_link_that_is_refused_for_good_lets_others_go_on(self):
        near, far = self.two()
        closed = self.broker(users={"u": "p"}, anonymous=False)
        process = self.run_bridge(link(side(near), side(closed, username="u", password="wrong"), T, name="bad"),
                                  link(side(near), side(far), T, PROBE, name="good"))
        process.err.wait_text("(?i)error: link bad: .*refused")
        self.join(near, far)

    def test_mistakes_are_told_with_the_line(self):
        near, far = self.two()
        for wrong, texts in (("no-such-key = 1", ("no-such-key", r"\b2\b|line 2")), ('name = "a"\nname = "b"', ("name",)), ("[[link", ())):
            path = self.dir / "wrong.toml"
            path.write_text(f"[[link]]\n{wrong}\n" + link(side(near), side(far), T).removeprefix("[[link]]\n"))
            self.expect_failure(self.run_mqrig("bridge", "run", path), USAGE, re.escape(str(path)), *texts)
        self.expect_failure(self.run_mqrig("bridge", "run", self.dir / "missing.toml"), INPUT, "missing.toml")
        self.expect_failure(self.run_mqrig("bridge", "--from", "mqtt://127.0.0.1"), USAGE)

    def test_the_service_manager_is_told(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(self.dir / "notify"))
            manager.settimeout(harness.DEADLINE)
            near, far = self.two()
            process = self.start_bridge("run", self.write(link(side(near), side(far), T)), env={"NOTIFY_SOCKET": str(self.dir / "notify")})
            self.assertIn("READY=1", manager.recv(4096).decode().splitlines())
            process.signal(signal.SIGTERM)
            while "STOPPING=1" not in manager.recv(4096).decode().splitlines():
                pass  # the status changes, too
            self.assertEqual(OK, process.wait())


class Told(BridgeCase):
    def states(self, broker):
        return self.client(broker, "bridge/state")

    def test_the_state_of_a_link_is_a_retained_message_at_both_sides(self):
        process = self.bridge(T, **{"notification-topic": "bridge/state", "notify-remote": True})
        for broker in (self.near, self.far):
            message = self.states(broker).message()
            self.assertEqual((b"1", True), (message.payload, message.retain))
        readers = [self.states(broker) for broker in (self.near, self.far)]
        for reader in readers:
            reader.message()
        process.stop()  # kill -9: the wills speak
        for reader in readers:
            self.assertEqual(b"0", reader.message().payload)
        process = self.start_bridge(*process.args[2:])
        for reader in readers:
            while (state := reader.message().payload) == b"0":
                pass  # the other side is not there yet
            self.assertEqual(b"1", state)
        self.end(process, signal.SIGTERM)
        for reader in readers:
            self.assertEqual(b"0", reader.message().payload)

    def test_it_is_down_while_one_side_is_away(self):
        self.bridge(T, **{"notification-topic": "bridge/state"})
        reader = self.states(self.near)
        self.assertEqual(b"1", reader.message().payload)
        self.far.stop()
        self.assertEqual(b"0", reader.message().payload)

    def test_counters_are_published(self):
        self.bridge(T, **{"status-topic": "bridge/x", "status-interval": "1s"})
        reader = self.client(self.near, "bridge/x/out/forwarded")
        before = int(reader.message().payload)
        self.publish(self.near, "t/1", "t/2")
        while int(reader.message().payload) < before + 2:
            pass

    def test_metrics(self):
        near, far = self.two()
        process = self.run_bridge(link(side(near), side(far), T, PROBE, name="cloud"), metrics="127.0.0.1:0")
        self.join(near, far)
        self.publish(near, "t/1", "t/2")
        process.err.wait_text(r"http://127\.0\.0\.1:\d+/metrics")
        url = re.search(r"http://127\.0\.0\.1:\d+/metrics", process.err.text())[0]

        def forwarded():
            with urllib.request.urlopen(url, timeout=harness.DEADLINE) as response:
                found = re.findall(r'^mqrig_bridge_\w*forwarded\w*\{([^}]*)\} (\d+)$', response.read().decode(), re.MULTILINE)
            return sum(int(value) for labels, value in found if 'link="cloud"' in labels and "out" in labels)
        harness.wait_until(lambda: forwarded() >= 3, "two messages and a probe are counted")

    def test_sigusr1_prints_the_status(self):
        process = self.bridge(T, name="cloud")
        process.signal(signal.SIGUSR1)
        process.err.wait_text(r"cloud.*\n(.*\n)?.*\b\d+\b")
        self.assertTrue(process.running())


class Reload(BridgeCase):
    """Mosquitto's log tells who comes and goes."""

    def setUp(self):
        super().setUp()
        self.near, self.far = self.mosquitto(), self.broker()

    def links(self, *changed):
        rules = [{"topics": [f"{name}/#"], **({"max-qos": 1} if name in changed else {})} for name in ("one", "two")]
        return [link(side(self.near, id=f"near-{name}"), side(self.far, id=f"far-{name}"), rule, name=name)
                for name, rule in zip(("one", "two"), rules)]

    def came(self, name):
        return len(re.findall(rf"New client connected from \S+ as \S*near-{name}", self.near.log.text()))

    def test_links_that_have_not_changed_stay_as_they_are(self):
        process = self.run_bridge(*self.links())
        for name in ("one", "two"):
            self.join_way(self.near, self.far, f"{name}/joined")
        self.write(*self.links("two"))
        process.signal(signal.SIGHUP)
        harness.wait_until(lambda: self.came("two") == 2, "the link that has changed connects anew")
        self.join_way(self.near, self.far, "two/joined")
        reader = self.client(self.far, "one/#", "two/#")
        self.publish(self.near, ("one/a", b"x", 2), ("two/a", b"x", 2))
        self.assertEqual({"one/a": 2, "two/a": 1}, {one.topic: one.qos for one in reader.messages(2)})
        self.assertEqual(1, self.came("one"))

    def test_links_come_and_go(self):
        process = self.run_bridge(self.links()[0])
        self.join_way(self.near, self.far, "one/joined")
        self.write(self.links()[1])
        process.signal(signal.SIGHUP)
        self.join_way(self.near, self.far, "two/joined")
        reader = self.client(self.far, "one/a", "two/a")
        self.publish(self.near, "one/a", "two/a")
        self.expect_topics(reader, "two/a")

    def test_a_file_with_a_mistake_changes_nothing(self):
        process = self.run_bridge(*self.links())
        self.join_way(self.near, self.far, "one/joined")
        self.write(*self.links("one", "two"), nonsense=1)
        process.signal(signal.SIGHUP)
        process.err.wait_text("nonsense")
        self.join_way(self.near, self.far, "one/joined")
        self.assertEqual((1, 1), (self.came("one"), self.came("two")))


class Shared(BridgeCase):
    def test_two_bridges_split_a_subscription(self):
        near, targets = self.broker(), self.two()
        for number, far in enumerate(targets):
            self.run_bridge(link(side(near, share="group", id=f"near{number}"), side(far, id=f"far{number}"), T, name=f"link{number}"),
                            file=f"{number}.toml")
        readers = [self.client(far, "t/#") for far in targets]
        client = self.client(near)
        waiting = list(readers)
        while waiting:  # each has had a message: both have subscribed
            client.publish("t/probe", b"x", 1)
            waiting = [reader for reader in waiting if not [one for one in reader.rest() if one.name == "PUBLISH" and reader.acknowledge(one) is None]]
        numbers = [b"%d" % number for number in range(50)]
        for number in numbers:
            client.publish("t/n", number, 1)

        def arrived():
            for reader in readers:
                for one in reader.rest():
                    if one.name == "PUBLISH":
                        reader.acknowledge(one)
            return [[one.payload for one in reader.seen if one.name == "PUBLISH" and one.topic == "t/n"] for reader in readers]
        harness.wait_until(lambda: sum(len(found) for found in arrived()) >= len(numbers), "all have arrived")
        self.assertEqual(sorted(numbers), sorted(payload for found in arrived() for payload in found))
        self.assertTrue(all(arrived()), "one got nothing")


if __name__ == "__main__":
    harness.main()
