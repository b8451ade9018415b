"""The command line and the scenario files of mqrig bench: one clear error for what can't be, and files that say it all."""

import harness

USAGE, INPUT = 2, 10
SCENARIOS = ("pub", "sub", "conn", "pubsub", "rr", "fanout", "fanin", "shared")


class BenchTest(harness.MqttTest):
    def bench(self, *args, **options):
        return self.run_mqrig("bench", *args, **options)

    def expect_error(self, *args, texts=(), code=USAGE, **options):
        """Exactly one error, before anything is connected to: port 1 would give exit code 3."""
        with self.subTest(args=args):
            result = self.bench(*args, **options)
            self.expect_failure(result, code, *texts)
            self.assertEqual(1, result.err.count("error:"), str(result))
            self.assertEqual(b"", result.out, str(result))

    def scenario(self, *args, **options):
        result = self.bench(*args, "--print-scenario", **options)
        self.assertEqual(0, result.code, str(result))
        self.assertEqual("", result.err, str(result))
        return result.out.decode()


class CommandLine(BenchTest):
    def test_no_scenario_and_misspelled_ones(self):
        self.expect_error(texts=("scenario", *SCENARIOS, "compare", "merge"))
        self.expect_error("pubsbu", texts=("did you mean 'pubsub'",))
        self.expect_error("pub", "--clinets", "5", texts=("did you mean '--clients'",))

    def test_values_that_are_none(self):
        for flag, values in (
                ("-c", ("0", "-1", "x", "")), ("--rate", ("0", "-5", "x", "1/y")), ("--total-rate", ("0",)), ("-q", ("3", "0:x", "1,1", "")),
                ("-s", ("x", "9-1", "-5", "5-", "1G")), ("--inflight", ("0", "65536")), ("--think", ("-1", "x")), ("--ramp", ("x",)),
                ("--connect-rate", ("0",)), ("--leave", ("politely",)), ("--verify", ("all",)), ("--duration", ("-1", "x")),
                ("--interval", ("0", "x")), ("--metrics", ("x", "localhost:99999")), ("--start-at", ("soon", "2026-02-30T00:00:00Z")),
                ("--shard", ("0/1", "3/2", "x")), ("--threads", ("0",)), ("--workers", ("0",)), ("-t", ("", "a/#", "+/b")),
                ("--bind", ("", "127.0.0.9-127.0.0.2", "eth0,")), ("--connect-timeout", ("0", "-1")), ("--slo", ("",))):
            for value in values:
                self.expect_error("pubsub", "-p", "1", flag, value)

    def test_options_without_a_meaning_in_the_scenario(self):
        for args, where in (
                (("conn", "--rate", "5"), "pubsub"), (("pub", "--storm"), "conn"), (("pub", "--sub-qos", "1"), "fanin"),
                (("conn", "--count", "3"), "pub"), (("rr", "--filter", "a"), "sub"), (("pubsub", "--groups", "2"), "shared"),
                (("pub", "--tolerance", "5%"), "compare"), (("merge", "a.json", "-h", "x"), "pub"),
                (("run", "a.toml", "--size", "5"), "pub"), (("pub", "--verify", "full"), "sub")):
            self.expect_error(*args, texts=("means nothing in bench " + args[0], where))

    def test_options_that_exclude_each_other_or_need_another(self):
        for args in (("pub", "--rate", "5", "--total-rate", "5"), ("pub", "--rate", "5", "--think", "1"),
                     ("pub", "--size", "5", "--payload-template", "x"), ("pub", "--size", "5", "--stamp"),
                     ("pub", "-c", "5", "--publishers", "5"), ("pubsub", "--subscribers", "5", "--subscribers-per-topic", "2"),
                     ("conn", "--ramp", "5", "--connect-rate", "5"), ("pub", "--json", "-", "--html", "-"),
                     ("pub", "--warmup", "5", "--count", "5"), ("pub", "--find-max"), ("pub", "--find-to", "5"),
                     ("pub", "-p", "1", "--start-at", "+5", "--start-on", "go"), ("conn", "--storm-interval", "5"),
                     ("pub", "-i", "me"), ("pub", "--disable-clean-session"), ("shared", "--groups", "3", "--share", "one"),
                     ("pub", "mqtt://localhost:1/a", "-t", "b"), ("conn", "mqtt://localhost:1/a"), ("pub", "--shard", "1/2"),
                     ("pub", "--start-on", "go"), ("pub", "--will-qos", "1"), ("pub", "-V", "311", "--content-type", "x")):
            self.expect_error(*args)

    def test_files_that_are_too_many_too_few_or_not_there(self):
        self.expect_error("run", texts=("one scenario file",))
        self.expect_error("run", "a", "b", texts=("one scenario file",))
        self.expect_error("compare", "a", texts=("two reports",))
        self.expect_error("merge", texts=("none is given",))
        self.expect_error("pub", "a.json", texts=("takes no file",))
        self.expect_error("run", self.dir / "missing", texts=("missing",), code=INPUT)
        self.expect_error("pub", "--payload-lines", self.dir / "missing", texts=("missing",), code=INPUT)
        self.expect_error("pub", "--payload-lines", "-", input=b"good\n\xff\n", texts=("line 2", "UTF-8"), code=INPUT)


class ScenarioFile(BenchTest):
    def expect_round_trip(self, *args, **options):
        with self.subTest(args=args):
            text = self.scenario(*args, **options)
            path = self.dir / "scenario.toml"
            path.write_text(text)
            self.assertEqual(text, self.scenario("run", path))
            self.assertEqual(text, self.scenario("run", "-", input=text.encode()))

    def test_each_scenario_is_printed_and_read_again(self):
        for name in SCENARIOS:
            self.expect_round_trip(name)

    def test_options_of_all_kinds_are_printed_and_read_again(self):
        self.expect_round_trip(
            "pubsub", "-c", "7", "--subscribers-per-topic", "3", "--rate", "1k/s", "-q", "0:70,1:20,2:10", "--sub-qos", "1", "-s", "16-1k",
            "--warmup", "2", "--duration", "1m", "-r", "-V", "5", "-k", "30", "--user-property", "k=v", "-D", "publish", "content-type",
            'te"xt', "--slo", "p99<5ms,loss=0", "--verify", "full", "-u", "u-{client}", "-x", "60", "--leave", "unclean")
        self.expect_round_trip("rr", "--subscribers", "3", "--think", "100ms", "--response-topic", "answers/{client}")
        self.expect_round_trip("conn", "--storm", "--storm-interval", "3", "--connect-rate", "100", "--lifetime", "5")
        self.expect_round_trip("pub", "--count", "1000", "--payload-lines", "-", "--stamp", input=b'a\n"b"\\\n\n')
        self.expect_round_trip("shared", "--groups", "2", "--payload-template", "{n} from {client}")

    def test_a_secret_is_in_no_scenario(self):
        text = self.scenario("pub", "mqtt://token-of-joe:hidden1@localhost:1/a", "--will-topic", "w", "--will-payload", "hidden2")
        text += self.scenario("pub", "-h", "localhost", "-u", "joe", "-P", "hidden3")
        for secret in ("hidden", "joe", "localhost"):
            self.assertNotIn(secret, text)

    def test_a_bad_file_names_line_and_key(self):
        path = self.dir / "bad.toml"
        for text, where in (
                ("name = ", "bad.toml:1"), ("[[group]]\nclinets = 3\n", "bad.toml:2: clinets.*did you mean 'clients'"),
                ("[[group]]\n[group.publish]\nqos = 3\n", "bad.toml:3: qos"), ("name = 'x'\n", "no group"),
                ("[[group]]\nclients = 2\nclient-id = 'me'\n", "{client}"), ("[[group]]\n[[phase]]\nname = 'p'\n", "duration"),
                ("[[group]]\nwill = true\n", "--will-topic"), ("[[group]]\n[group.publish]\nproperties = [['receive-maximum', '3']]\n",
                                                               "receive-maximum")):
            path.write_text(text)
            self.expect_error("run", path, texts=(where.replace("{", r"\{"),))

    def test_options_add_to_a_file_or_replace_what_is_of_the_whole_run(self):
        path = self.dir / "scenario.toml"
        path.write_text(self.scenario("pubsub", "--slo", "loss=0"))
        text = self.scenario("run", path, "--slo", "p99<5ms", "--verify", "full", "--connect-timeout", "3", "-i", "me-{group}-{client}")
        for part in ('slo = ["loss=0", "p99<5ms"]', 'verify = "full"', 'connect-timeout = "3s"', 'client-id = "me-{group}-{client}"'):
            self.assertIn(part, text)


if __name__ == "__main__":
    harness.main()
