"""What mqrig bench writes: reports to files, to standard output and to places that take none, and figures while it runs."""

import csv
import fcntl
import io
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import struct
import subprocess
import termios
import time
import urllib.request

import bench_crowd
import harness
import mqtt
import outside_client
from bench_crowd import CONNECT, FAILED, INPUT, OK, VERIFICATION

SHORT = ("pubsub", "-c", 3, "-q", 1, "--rate", 100, "--duration", "600ms", "--interval", "150ms")
KINDS = ("json", "csv", "hdr", "html")
EXACT = re.compile(r"(mqrig_bench_\w+)(?:\{(\w+)=\"((?:[^\"\\\n]|\\[\\\"n])*)\"\})? (\S+)")


class Files(bench_crowd.BenchCase):
    def test_all_of_them_agree(self):
        paths = {kind: self.dir / f"report.{kind}" for kind in KINDS}
        paths["csv"].write_text("what was there before, and is longer than a line of the header\n" * 1000)
        result = self.bench(*SHORT, *[part for kind, path in paths.items() for part in (f"--{kind}", path)])
        self.expect_ok(result)
        report = json.loads(paths["json"].read_text())
        self.expect_rows(paths["csv"].read_bytes(), report)
        self.assertIn(report["run"]["run_id"], paths["html"].read_text())
        self.assertIn(report["run"]["run_id"], result.out.decode())
        self.expect_log(paths["hdr"], report)

    def expect_rows(self, data, report):
        """RFC 4180, and rows that add up to what the report says of the whole run and of the measured time."""
        self.assertEqual(data.count(b"\n"), data.count(b"\r\n"))
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        self.assertGreaterEqual(len(rows), 4)
        for row in rows:
            self.assertNotIn(None, row)
            self.assertNotIn(None, row.values())
        for name, value in report["account"].items():
            self.assertEqual(value, sum(int(row[name]) for row in rows), name)
        measured = [row for row in rows if row["measured"] == "1"]
        for name in report["account"]:
            self.assertEqual(report["totals"][name], sum(int(row[name]) for row in measured), name)
        began = [row["measured"] for row in rows].index("1")
        self.assertEqual(report["latency"]["delivery"]["count"], sum(int(row["delivery_count"]) for row in rows[began:]))
        self.assertEqual(len(report["intervals"]), len(rows))
        self.assertAlmostEqual(report["run"]["measured_seconds"], sum(float(row["duration_s"]) for row in measured), delta=0.1)
        times = [float(row["start_s"]) for row in rows]
        self.assertEqual(times, sorted(times))

    def expect_log(self, path, report):
        """HdrHistogram's own library reads it, and sums up to the same percentiles; those of ours are not above the maximum."""
        if not shutil.which("node") or not pathlib.Path(outside_client.NPM_FOLDER, "node_modules/hdr-histogram-js").is_dir():
            outside_client.missing("hdr-histogram-js")
        script = self.dir / "sum.js"
        script.write_text("""
            const hdr = require(process.env.MQRIG_NPM_FOLDER + '/node_modules/hdr-histogram-js');
            const reader = new hdr.HistogramLogReader(require('fs').readFileSync(process.argv[2], 'utf8'));
            const sums = {};
            for (let one = reader.nextIntervalHistogram(); one; one = reader.nextIntervalHistogram()) {
              if (sums[one.tag]) sums[one.tag].add(one); else sums[one.tag] = one;
            }
            for (const tag in sums) {
              const at = (share) => sums[tag].getValueAtPercentile(share);
              sums[tag] = {count: sums[tag].totalCount, p50: at(50), p90: at(90), p99: at(99), p99_9: at(99.9)};
            }
            console.log(JSON.stringify(sums));""")
        sums = json.loads(subprocess.run(["node", script, path], check=True, capture_output=True, timeout=60,
                                         env=os.environ | {"MQRIG_NPM_FOLDER": outside_client.NPM_FOLDER}).stdout)
        self.assertEqual(set(report["latency"]), set(sums))
        for metric, theirs in sums.items():
            ours = report["latency"][metric]
            self.assertEqual({name: ours[name] for name in theirs}, {name: min(value, ours["max"]) for name, value in theirs.items()}, metric)

    def test_standard_output(self):
        """The tables go to standard error then."""
        for kind, begin in zip(KINDS, (b"{", b"time,start_s,", b"#[Logged with mqrig ", b"<!")):
            with self.subTest(kind=kind):
                result = self.bench(*SHORT, f"--{kind}", "-")
                self.expect_ok(result)
                self.assertEqual(begin, result.out[:len(begin)].replace(b"<!doctype", b"<!DOCTYPE")[:len(begin)])
                self.assertIn("mqrig bench pubsub\n", result.err)
                self.assertNotIn(b"Connected at once  ", result.out)
        self.assertEqual(1, json.loads(self.bench(*SHORT, "--json", "-").out)["schema"])

    def test_quiet(self):
        result = self.bench(*SHORT, "--quiet", "--json", "-")
        self.expect_ok(result)
        self.assertEqual("", result.err)
        result = self.bench(*SHORT, "--quiet")
        self.assertEqual("", result.err)
        self.assertIn(b"FINISHED", result.out)

    def test_a_full_disk(self):
        """The run goes on, and the fault is told once."""
        for kind in KINDS:
            with self.subTest(kind=kind):
                result = self.bench(*SHORT, f"--{kind}", "/dev/full")
                self.expect_code(result, FAILED)
                self.assertIn(b"FINISHED", result.out)
                self.assertEqual(1, result.err.count("error:"), result.err)
                self.assertIn("could not write /dev/full: No space left on device", result.err)

    def test_a_full_standard_output(self):
        with open("/dev/full", "wb") as full:
            for args in ((), ("--json", "-")):
                result = self.bench(*SHORT, *args, stdout=full)
                self.expect_code(result, FAILED)
                self.assertEqual(1, result.err.count("error:"), result.err)

    def test_a_reader_that_went_away(self):
        for args in ((), ("--json", "-"), ("--csv", "-")):
            reader, writer = os.pipe()
            os.close(reader)
            with self.subTest(args=args), os.fdopen(writer, "wb") as pipe:
                result = self.bench(*SHORT, *args, "--quiet", stdout=pipe)
                self.expect_ok(result)
                self.assertEqual("", result.err)

    def test_a_place_where_nothing_can_be_written(self):
        """Said before anything is sent."""
        broker = self.crowd()
        for kind in KINDS:
            result = self.bench("pub", "-p", broker.port, f"--{kind}", self.dir / "missing" / "report")
            self.expect_failure(result, INPUT, "cannot write .*missing/report: No such file or directory")
            self.assertEqual(1, result.err.count("error:"))
        result = self.bench("pub", "-p", broker.port, "--json", self.dir)
        self.expect_failure(result, INPUT, "Is a directory")
        self.assertEqual([], broker.connections)

    def test_an_unusable_address_for_metrics(self):
        result = self.bench("pub", "-p", self.crowd().port, "--count", 1, "--metrics", f"127.0.0.1:{self.broker().port}")
        self.expect_failure(result, FAILED, "could not listen on 127.0.0.1.*Address already in use")


class Metrics(bench_crowd.BenchCase):
    def test_figures_while_it_runs(self):
        process = self.start_bench("pubsub", "-c", 2, "-q", 1, "--rate", 50, "--duration", "1h", "--interval", "200ms",
                                   "--metrics", "127.0.0.1:0")
        process.err.wait_text(r"metrics at http://\S+/metrics")
        url = re.search(r"metrics at (http://\S+)", process.err.text())[1]
        seen = []

        def fetch():
            with urllib.request.urlopen(url, timeout=harness.DEADLINE) as answer:
                self.assertRegex(answer.headers["Content-Type"], "^text/plain; version=0.0.4")
                seen.append(self.samples(answer.read().decode()))
            return seen[-1].get("mqrig_bench_sent_qos1_total", 0)
        harness.wait_until(lambda: fetch() > 20, "messages are counted")
        count = fetch()
        harness.wait_until(lambda: fetch() > count + 50, "the counter grows")
        for before, after in zip(seen, seen[1:]):
            for name in before:
                if name.endswith("_total"):
                    self.assertLessEqual(before[name], after[name], name)
        self.assertEqual(4, seen[-1]["mqrig_bench_now_connected"])
        self.assertGreater(seen[-1]["mqrig_bench_delivery_seconds 0.99"], 0)
        process.signal(signal.SIGINT)
        self.assertEqual(130, process.wait())

    def samples(self, text):
        """Every line is a description or a sample of the name described last."""
        found, described, name = {}, set(), None
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            if line.startswith("# HELP "):
                name = line.split(" ", 3)[2]
                self.assertNotIn(name, described)
                described.add(name)
            elif line.startswith("# TYPE "):
                _, _, typed, kind = line.split(" ")
                self.assertEqual(name, typed)
                self.assertIn(kind, ("counter", "gauge", "summary"))
                self.assertEqual(kind == "counter", name.endswith("_total"), line)
            else:
                sample = EXACT.fullmatch(line)
                self.assertTrue(sample, line)
                self.assertIn(sample[1], (name, f"{name}_sum", f"{name}_count"))
                found[sample[1] + (f" {sample[3]}" if sample[2] else "")] = float(sample[4])
        return found


class Live(bench_crowd.BenchCase):
    RUN = ("pubsub", "-c", 2, "--rate", 50, "--duration", "2s", "--interval", "200ms")

    def on_terminal(self, *args, **env):
        """What it writes to a terminal, which is its standard error."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        before = termios.tcgetattr(theirs)
        process = subprocess.Popen([harness.BINARY, "bench", *map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=theirs, env=self.environment(**env))
        self.addCleanup(process.kill)
        os.set_blocking(ours, False)
        text = b""

        def ended():
            nonlocal text
            try:
                text += os.read(ours, 1 << 16)
            except BlockingIOError:
                return process.poll() is not None
            return False
        harness.wait_until(ended, "it has ended", 30)
        process.communicate(timeout=harness.DEADLINE)
        self.assertEqual(OK, process.returncode, text)
        self.assertEqual(before, termios.tcgetattr(theirs))
        os.close(theirs)
        os.close(ours)
        return text.decode()

    def test_on_a_terminal(self):
        text = self.on_terminal(*self.RUN)
        self.assertIn("publishing", text)
        self.assertGreater(len(re.findall("\x1b\\[\\d+A", text)), 3)  # back to the first line
        self.assertRegex(text, r"out \S+/s")
        self.assertRegex(text, r"publishing  \S+ s of \S+ s")
        self.assertRegex(text, "CPU ")
        self.assertRegex(text, "[\u2581-\u2588]")
        self.assertTrue(text.endswith("\x1b[J"), repr(text[-80:]))
        self.assertEqual(text.count("\x1b[?7l"), text.count("\x1b[?7h"))

    def test_without_it(self):
        for args in (("--no-live",), ("--quiet",), ("-d",)):
            self.assertNotIn("\x1b[?7l", self.on_terminal(*SHORT, *args))
        self.assertNotIn("\x1b", self.on_terminal(*SHORT, TERM="dumb", NO_COLOR="1"))

    def test_plain(self):
        """A line for each interval, in ASCII."""
        text = self.on_terminal(*self.RUN, "--plain", NO_COLOR="1")
        self.assertTrue(text.isascii())
        self.assertNotIn("\x1b", text)
        self.assertGreaterEqual(len(re.findall(r"mqrig bench: \S+ s of \S+ s, publishing: out \S+/s, in ", text)), 8, text)
        result = self.bench(*self.RUN, "--plain")
        self.assertGreaterEqual(len(re.findall(r"mqrig bench: \S+ s of \S+ s, publishing: out ", result.err)), 8, result.err)
        self.assertTrue(result.out.isascii())

    def test_off_a_terminal(self):
        """A line now and then; a short run has none."""
        result = self.bench(*self.RUN)
        self.assertNotIn("publishing", result.err)
        self.assertNotIn("\x1b", result.err + result.out.decode())


class Compared(bench_crowd.BenchCase):
    def test_the_same_and_a_regression(self):
        report = self.report(*SHORT)
        a, b = self.dir / "a.json", self.dir / "b.json"
        a.write_text(json.dumps(report))
        result = self.bench("compare", a, a)
        self.expect_ok(result)
        worse = json.loads(a.read_text())
        for row in worse["intervals"]:
            for latency in row["latency"].values():
                for name in ("p50", "p90", "p99", "p99_9", "max"):
                    latency[name] *= 10
        for latency in worse["latency"].values():
            for name in ("p50", "p75", "p90", "p95", "p99", "p99_9", "p99_99", "max", "mean"):
                latency[name] *= 10
            latency.pop("hdr")
        b.write_text(json.dumps(worse))
        self.expect_code(self.bench("compare", a, b), VERIFICATION, INPUT)

    def test_more_load_is_a_regression_of_latency(self):
        """Two true runs, of brokers that answer after 2 and after 20 ms."""
        def slow(pause):
            def dialogue(connection, number):
                connection.accept()
                for found in connection.until_closed():
                    if found.name == "PUBLISH":
                        time.sleep(pause)
                        connection.send(mqtt.ack("PUBACK", found.mid))
            return self.crowd(dialogue).port
        for name, pause in (("a", 0.002), ("b", 0.02)):
            self.expect_ok(self.bench("pub", "-p", slow(pause), "-c", 1, "-q", 1, "--rate", 20, "--duration", "2s", "--interval", "200ms",
                                      "--json", self.dir / f"{name}.json"))
        result = self.bench("compare", self.dir / "a.json", self.dir / "b.json", "--json", self.dir / "c.json")
        self.expect_code(result, VERIFICATION)
        self.assertIn("b is worse than a", result.out.decode().lower())
        json.loads((self.dir / "c.json").read_text())
        self.expect_ok(self.bench("compare", self.dir / "b.json", self.dir / "a.json"))
        self.expect_ok(self.bench("compare", self.dir / "a.json", self.dir / "b.json", "--tolerance", "5000%"))

    def test_files_that_are_no_reports(self):
        good, bad = self.dir / "good.json", self.dir / "bad.json"
        self.report(*SHORT)
        (self.dir / "report.json").rename(good)
        for text in ("", "garbage", "{}", "[1]", '{"schema": 99}', good.read_text()[:2000]):
            bad.write_text(text)
            for args in (("compare", good, bad), ("compare", bad, good), ("merge", good, bad)):
                with self.subTest(text=text[:20], args=args[0]):
                    result = self.bench(*args)
                    self.expect_failure(result, INPUT, "bad.json")
                    self.assertEqual(1, result.err.count("error:"))
        self.expect_failure(self.bench("compare", good, self.dir / "missing.json"), INPUT, "missing.json")
        self.expect_failure(self.bench("compare", good, good, "--json", self.dir), INPUT, "Is a directory")
        self.expect_code(self.bench("compare", good, good, "--json", "/dev/full"), FAILED)

    def test_merged(self):
        """Two parts at one broker make the report of the whole: nothing is lost between them."""
        broker = self.broker()
        parts = [self.start_bench("pubsub", "-p", broker.port, "-c", 4, "-q", 1, "--rate", 40, "--duration", "2s", "--shard", f"{i}/2",
                                  "--start-at", "+2s", "--json", self.dir / f"{i}.json", "--interval", "500ms", "--drain-timeout", "1s") for i in (1, 2)]
        for part in parts:
            self.assertEqual(OK, part.wait(30), part.err.text())
        paths = {kind: self.dir / f"merged.{kind}" for kind in KINDS}
        result = self.bench("merge", self.dir / "1.json", self.dir / "2.json", "--slo", "loss=0,errors=0",
                            *[part for kind, path in paths.items() for part in (f"--{kind}", path)])
        self.expect_ok(result)
        merged = json.loads(paths["json"].read_text())
        ones = [json.loads((self.dir / f"{i}.json").read_text()) for i in (1, 2)]
        for name in ("sent_qos1", "distinct_qos1", "connected"):
            self.assertEqual(sum(one["account"][name] for one in ones), merged["account"][name])
        self.assertEqual((8, 0, True), (merged["account"]["connected"], merged["totals"]["lost"], merged["totals"]["lost_exactly"]))
        self.assertEqual([True, True], [objective["met"] for objective in merged["objectives"]])
        rows = list(csv.DictReader(io.StringIO(paths["csv"].read_text(), newline="")))
        self.assertEqual(merged["account"]["sent_qos1"], sum(int(row["sent_qos1"]) for row in rows))
        self.assertIn(merged["run"]["run_id"], paths["html"].read_text())
        Files.expect_log(self, paths["hdr"], merged)
        self.expect_code(self.bench("merge", self.dir / "1.json", self.dir / "2.json", "--slo", "rate>1M/s"), VERIFICATION)
        self.expect_failure(self.bench("merge", self.dir / "1.json", self.dir / "1.json"), INPUT)


if __name__ == "__main__":
    harness.main()
