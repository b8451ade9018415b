"""Where a value comes from (flag, environment, configuration file, default), and what the program tells of itself."""

import re

import harness

USAGE = 2
TLS = 4
NOT_AUTHORISED = 5
INPUT = 10


class Precedence(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.config = self.dir / ".config" / "mqrig" / "config.toml"
        self.config.parent.mkdir(parents=True)

    def connect(self, *args, env=None):
        """The CONNECT and the PUBLISH that this run sends."""
        def dialogue(peer):
            self.packets = [peer.accept(), peer.expect("PUBLISH")]
            peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.run_mqrig("pub", "-p", scripted.port, "-m", "x", *args, env=env)
        scripted.finish()
        self.expect_ok(result)
        return self.packets

    def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(self):
        self.assertEqual("t", self.connect("-t", "t")[1].topic)
        self.assertEqual(60, self.connect("-t", "t")[0].keep_alive)
        self.config.write_text('topic = "from file"\nkeepalive = 11\n[pub]\nusername = "file"\n[sub]\nusername = "no"\n')
        connect, publish = self.connect()
        self.assertEqual(("from file", 11, "file"), (publish.topic, connect.keep_alive, connect.username))
        env = {"MQRIG_TOPIC": "from environment", "MQRIG_KEEPALIVE": "22", "MQRIG_USERNAME": "env"}
        connect, publish = self.connect(env=env)
        self.assertEqual(("from environment", 22, "env"), (publish.topic, connect.keep_alive, connect.username))
        connect, publish = self.connect("-t", "from flag", "-k", "33", "-u", "flag", env=env)
        self.assertEqual(("from flag", 33, "flag"), (publish.topic, connect.keep_alive, connect.username))

    def test_a_configuration_file_by_flag_and_by_environment(self):
        one, two = self.dir / "one.toml", self.dir / "two.toml"
        one.write_text('topic = "one"\n')
        two.write_text('topic = "two"\n')
        self.assertEqual("one", self.connect(env={"MQRIG_CONFIG": str(one)})[1].topic)
        self.assertEqual("two", self.connect("--config", two, env={"MQRIG_CONFIG": str(one)})[1].topic)

    def test_the_directory_of_the_configuration(self):
        other = self.dir / "xdg" / "mqrig"
        other.mkdir(parents=True)
        (other / "config.toml").write_text('topic = "xdg"\n')
        self.assertEqual("xdg", self.connect(env={"XDG_CONFIG_HOME": str(other.parent)})[1].topic)

    def test_a_flag_takes_back_what_the_environment_gave(self):
        self.assertTrue(self.connect("-t", "t", env={"MQRIG_RETAIN": "1"})[1].retain)
        self.assertFalse(self.connect("-t", "t", "--no-retain", env={"MQRIG_RETAIN": "1"})[1].retain)

    def test_host_and_port_from_the_environment(self):
        def dialogue(peer):
            peer.accept()
            peer.expect_closed()
        scripted = self.peer(dialogue)
        self.expect_ok(self.run_mqrig("pub", "-t", "a", "-m", "x",
                                      env={"MQRIG_HOST": "127.0.0.1", "MQRIG_PORT": str(scripted.port)}))
        scripted.finish()
        scripted = self.peer(dialogue)
        self.expect_ok(self.run_mqrig("pub", "-m", "x", env={"MQRIG_URL": f"mqtt://127.0.0.1:{scripted.port}/a"}))
        scripted.finish()


class Credentials(Precedence):
    def test_each_source_of_a_password(self):
        path = self.dir / "password"
        path.write_bytes(b"from a file\n")
        for args, env, expected in (
                (("-P", "from a flag"), {}, b"from a flag"), (("--password-file", path), {}, b"from a file"),
                (("--password-env", "SECRET"), {"SECRET": "from a variable"}, b"from a variable"),
                ((), {"MQRIG_PASSWORD": "from the environment"}, b"from the environment")):
            found = self.connect("-t", "t", "-u", "joe", *args, env=env)[0]
            self.assertEqual(("joe", expected), (found.username, found.password))

    def test_credentials_in_a_url_are_percent_decoded(self):
        def dialogue(peer):
            self.packets = [peer.accept(), peer.expect("PUBLISH")]
            peer.expect_closed()
        scripted = self.peer(dialogue)
        result = self.run_mqrig("pub", f"mqtt://us%40er:p%40s%2Fs%3A@127.0.0.1:{scripted.port}/a%20b/%C3%BC", "-m", "x")
        scripted.finish()
        self.expect_ok(result)
        self.assertEqual(("us@er", b"p@s/s:"), (self.packets[0].username, self.packets[0].password))
        self.assertEqual("a b/ü", self.packets[1].topic)

    def test_a_password_without_a_name_is_refused_before_version_five(self):
        result = self.run_mqrig("pub", "-p", "1", "-V", "311", "-P", "x", "-t", "a", "-m", "x")
        self.expect_failure(result, USAGE, "(?i)user")


class Transport(harness.MqttTest):
    """TLS, WebSocket, proxies: what does not go together is said before anything is tried."""

    def usage(self, pattern, *args, env=None):
        result = self.run_mqrig("pub", "-t", "a", "-m", "x", *args, env=env)
        self.expect_failure(result, USAGE, pattern)
        self.assertNotIn("hunter2", result.err + result.out.decode())

    def test_what_asks_for_tls_is_never_plain(self):
        self.usage("write mqtts://", "mqtt://127.0.0.1:1", "--cafile", "x")
        self.usage("write wss://", "ws://127.0.0.1:1", "--tls")
        self.usage("exclude each other", "-h", "127.0.0.1", "--no-tls", "--sni", "x")
        self.usage("exclude each other", "--psk", "hunter2", "--psk-file", "x")
        self.usage("hexadecimal", "--psk", "hunter2", "--psk-identity", "x")

    def test_web_socket_and_proxy(self):
        self.usage("belongs to the handshake", "ws://127.0.0.1:1", "--ws-header", "Upgrade: hunter2")
        self.usage("write ws://", "mqtt://127.0.0.1:1", "--ws")
        self.usage("--proxy", "mqtt://127.0.0.1:1", "--proxy", "ftp://joe:hunter2@proxy")
        self.usage("--resolve", "--resolve", "nonsense")

    def test_credentials_and_tokens(self):
        self.usage("no variable", "-u", "joe", "--password-env", "NO_SUCH_VARIABLE")
        self.usage("exclude each other", "-u", "joe", "-P", "hunter2", "--token-file", "x")
        self.usage("needs user name", "--auth-method", "SCRAM-SHA-256")
        self.usage("needs MQTT 5.0", "-V", "311", "--auth-method", "X")
        self.usage("give --auth-method", "--token-env", "X", "--token-in", "auth")

    def test_a_file_that_cannot_be_read_is_an_input_error(self):
        for option in ("--cafile", "--cert", "--pkcs12", "--crl"):
            result = self.run_mqrig("pub", "-t", "a", "-m", "x", option, self.dir / "missing")
            self.expect_failure(result, INPUT, "missing")

    def test_a_file_that_is_no_certificate_is_a_tls_error(self):
        path = self.dir / "nothing.pem"
        path.write_text("hunter2\n")
        for option in ("--cafile", "--cert", "--pkcs12"):
            result = self.run_mqrig("pub", "-h", "127.0.0.1", "-p", "1", "-t", "a", "-m", "x", option, path)
            self.expect_failure(result, TLS, "nothing.pem")
            self.assertNotIn("hunter2", result.err)

    def test_insecure_says_so_each_time_even_with_quiet(self):
        for words in ((), ("--quiet",)):
            result = self.run_mqrig("pub", "-h", "127.0.0.1", "-p", "1", "-t", "a", "-m", "x", "--insecure", *words)
            self.assertRegex(result.err, "certificate of 127.0.0.1:1 is not checked")


class Secrets(Precedence):
    def test_a_password_from_a_command(self):
        found = self.connect("-t", "t", "-u", "joe", "--password-command", "echo from a command")[0]
        self.assertEqual(b"from a command", found.password)

    def test_a_command_that_fails_ends_the_run(self):
        result = self.run_mqrig("pub", "-t", "a", "-m", "x", "-u", "joe", "--password-command", "echo hunter2; exit 3")
        self.expect_failure(result, INPUT, "exit code 3")
        self.assertNotIn("hunter2", result.err)

    def test_asking_needs_a_terminal(self):
        result = self.run_mqrig("pub", "-t", "a", "-m", "x", "-u", "joe", "--ask-password")
        self.expect_failure(result, INPUT, "terminal")

    def test_a_token_is_the_password_of_each_connection(self):
        path = self.dir / "token"
        path.write_text("  the-token\n")
        found = self.connect("-t", "t", "--token-file", path)[0]
        self.assertEqual(("", b"the-token"), (found.username, found.password))

    def test_a_token_that_cannot_be_read_is_missing_input(self):
        for source, text in (("--token-file", self.dir / "missing"), "missing"), (("--token-env", "NOT_SET"), "NOT_SET"), \
                (("--token-command", "exit 3"), "exit code 3"):
            with self.subTest(source[0]):
                self.expect_failure(self.run_mqrig("pub", "-p", "1", "-t", "a", "-m", "x", *source), INPUT, text)

    def test_a_token_that_has_expired_is_a_refusal(self):
        expired = '{"access_token":"abc","expires_in":-1}'
        result = self.run_mqrig("pub", "-p", "1", "-t", "a", "-m", "x", "--token-command", f"echo '{expired}'")
        self.expect_failure(result, NOT_AUTHORISED, "expired")

class Spelling(harness.MqttTest):
    """Long, short, bundled, attached, with =, after --."""

    def test_spellings_of_one_option(self):
        server = self.broker()
        seen = self.observer(server)
        spellings = (("-t", "a", "-q", "1", "-m", "x"), ("-ta", "-q1", "-mx"), ("--topic=a", "--qos=1", "--message=x"),
                     ("--topic", "a", "--qos", "1", "--message", "x"), ("-rq1", "-t", "a", "-mx", "--no-retain"))
        for number, words in enumerate(spellings):
            self.expect_ok(self.pub(server.port, *words))
            found = seen.wait(number + 1)[-1]
            self.assertEqual(("a", 1, b"x", False), (found.topic, found.qos, found.payload, found.retain))

    def test_a_value_may_look_like_a_flag(self):
        server = self.broker()
        seen = self.observer(server)
        self.expect_ok(self.pub(server.port, "-t", "a", "-m", "-5"))
        self.expect_ok(self.pub(server.port, "-t", "a", "-m", "--"))
        self.assertEqual([b"-5", b"--"], [m.payload for m in seen.wait(2)])

    def test_nothing_is_abbreviated(self):
        result = self.run_mqrig("pub", "-p", "1", "-t", "a", "--mess", "x")
        self.expect_failure(result, USAGE, "--mess")

    def test_after_two_dashes_come_only_bare_words(self):
        server = self.broker()
        self.expect_ok(self.run_mqrig("pub", "-m", "x", "--", f"mqtt://127.0.0.1:{server.port}/a"))


class Help(harness.MqttTest):
    def test_help_is_success_on_stdout_and_names_every_source(self):
        for words in (("--help",), ("pub", "--help"), ("sub", "--help"), ("help",), ("help", "pub")):
            result = self.run_mqrig(*words)
            self.expect_ok(result)
            self.assertTrue(result.out)
            self.assertEqual("", result.err)
        text = self.run_mqrig("pub", "--help").out.decode()
        for word in ("--topic", "-t", "MQRIG_HOST", "--stdin-line", "--will-topic"):
            self.assertIn(word, text)
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()))

    def test_help_needs_nothing_else_to_be_right(self):
        self.expect_ok(self.run_mqrig("pub", "-q", "7", "--help"))

    def test_the_version(self):
        result = self.run_mqrig("--version")
        self.expect_ok(result)
        self.assertTrue(re.match(rb"mqrig \d+\.\d+\.\d+\n", result.out), str(result))


if __name__ == "__main__":
    harness.main()
