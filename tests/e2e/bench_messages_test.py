"""What mqrig bench publishes, as a receiver of it sees that, and how much of it."""

import collections

import bench_crowd
import harness
from bench_crowd import FAILED, OK


class Messages(bench_crowd.BenchCase):
    """What is published, at a receiver of it."""

    def arrived(self, *args, count, **options):
        broker = self.broker()
        observer = self.observer(broker, "#")
        self.expect_ok(self.bench("pub", "-p", broker.port, *args, **options))
        return observer.wait(count)

    def test_a_file(self):
        contents = bytes(range(256)) * 300
        (self.dir / "payload").write_bytes(contents)
        found = self.arrived("-c", 2, "--count", 6, "-q", 1, "--payload-file", self.dir / "payload", count=6)
        self.assertEqual([contents] * 6, [one.payload for one in found])

    def test_lines(self):
        found = self.arrived("-c", 1, "--count", 5, "-q", 1, "--payload-lines", "-", input="eins\n\nzw\u00f6lf\n".encode(), count=5)
        self.assertEqual(["eins", "", "zw\u00f6lf", "eins", ""], [one.payload.decode() for one in found])

    def test_a_template(self):
        found = self.arrived("-c", 2, "--count", 6, "-q", 1, "-i", "me-{client}", "--payload-template", "{{{client}: {n:2} %i %c %s {group}}}", count=6)
        self.assertEqual(sorted(f"{{{c}: {n % 2} {c + 1} me-{c} {n + 1} publishers}}" for c in range(2) for n in range(3)),
                         sorted(one.payload.decode() for one in found))

    def test_sizes(self):
        found = self.arrived("-c", 1, "--count", 200, "-q", 1, "-s", "16-20", count=200)
        self.assertEqual(set(range(16, 21)), {len(one.payload) for one in found})

    def test_a_stamp_before_the_contents(self):
        found = self.arrived("-c", 1, "--count", 1, "-q", 1, "--payload-template", "x", "--stamp", count=1)
        self.assertEqual((17, b"x"), (len(found[0].payload), found[0].payload[16:]))

    def test_topics(self):
        found = self.arrived("-c", 2, "--count", 6, "-q", 1, "-i", "me{client}", "-u", "u{client}", "-t", "x/%i/%c/%u/%s/{n:2}/{client}%%", count=6)
        self.assertEqual(sorted(f"x/{c + 1}/me{c}/u{c}/{n + 1}/{n % 2}/{c}%" for c in range(2) for n in range(3)),
                         sorted(one.topic for one in found))

    def test_properties(self):
        found = self.arrived("-c", 1, "--count", 1, "-q", 1, "--content-type", "text/x", "--user-property", "k=v", "--user-property", "k=w",
                             "-D", "publish", "message-expiry-interval", "99", "-D", "publish", "payload-format-indicator", "1",
                             "--payload-template", "t", count=1)
        props = found[0].props
        self.assertEqual(("text/x", [("k", "v"), ("k", "w")], 1),
                         (props["content-type"], props["user-property"], props["payload-format-indicator"]))
        self.assertLessEqual(props["message-expiry-interval"], 99)

    def test_retained(self):
        broker = self.broker()
        self.expect_ok(self.bench("pub", "-p", broker.port, "-c", 3, "--count", 3, "-q", 1, "-r", "-t", "kept/{client}"))
        found = self.observer(broker, "kept/#").wait(3)
        self.assertEqual({(f"kept/{c}", True) for c in range(3)}, {(one.topic, one.retain) for one in found})

    def test_a_mix_of_qualities(self):
        found = self.arrived("-c", 1, "--count", 100, "-q", "0:70,1:20,2:10", count=100)
        self.assertEqual({0: 70, 1: 20, 2: 10}, collections.Counter(one.qos for one in found))

    def test_a_warm_up_is_sent_and_not_measured(self):
        report = self.report("pub", "-c", 1, "-q", 1, "--rate", 50, "--warmup", "1s", "--duration", "1s")
        self.assertEqual(100, report["account"]["sent_qos1"])
        self.assertAlmostEqual(50, report["totals"]["sent_qos1"], delta=5)

    def test_a_warm_up_of_receivers(self):
        broker = self.broker()
        report = self.report("sub", "-p", broker.port, "-c", 1, "--warmup", "700ms", "--duration", "1s", code=FAILED)  # of nothing
        self.assertAlmostEqual(1, report["run"]["measured_seconds"], delta=0.3)
        self.assertEqual({False, True}, {row["measured"] for row in report["intervals"]})

    def test_think_time_of_requesters(self):
        report = self.report("rr", "-c", 2, "--think", "100ms", "--duration", "2s")
        self.assertAlmostEqual(40, report["account"]["responses"], delta=15)

    def test_think_time(self):
        report = self.report("pub", "-c", 2, "-q", 1, "--think", "100ms", "--duration", "2s")
        self.assertAlmostEqual(40, report["account"]["sent_qos1"], delta=15)

    def test_the_messages_of_sub_end_it(self):
        broker = self.broker()
        process = self.start_bench("sub", "-p", broker.port, "-c", 2, "--filter", "in/#", "--count", 20, "--duration", 0, "--json", self.dir / "r.json",
                                   "--csv", self.dir / "s.csv")
        harness.wait_until(lambda: "1," in (self.dir / "s.csv").read_text() if (self.dir / "s.csv").exists() else False, "an interval")
        for number in range(10):
            self.expect_ok(self.pub(broker.port, "-t", "in/x", "-m", str(number)))
        self.assertEqual(OK, process.wait(), process.err.text())
        self.assertIn("20", process.out.text())


if __name__ == "__main__":
    harness.main()
