"""mqrig broker: where it listens, who may come in, and what it says."""

import re
import signal
import socket

import harness
import mqtt
import raw_client
from broker_case import CONNECT, INPUT, NOT_AUTHORISED, OK, USAGE, BrokerCase


def in_use():
    return socket.create_server(("127.0.0.1", 0))


class Listening(BrokerCase):
    def test_a_free_port_is_one_url_on_stdout_which_ends_there(self):
        broker = self.serve("-p", 0)
        self.assertRegex(broker.urls[0], r"^mqtt://127\.0\.0\.1:[1-9]\d*$")
        broker.out.wait_for(lambda _: broker.out.ended, "the end of stdout")
        self.assertEqual(1, len(broker.out.lines()))
        self.assertEqual("", broker.err.text())
        self.expect_ok(self.pub(broker.port, "-q", 2, "-t", "a", "-m", "b"))
        self.end(broker)

    def test_a_script_may_take_the_url_from_a_broker_that_it_leaves_running(self):
        pid_file = self.dir / "pid"
        script = f'url=$("$1" broker -p 0 --pid-file {pid_file} &) && "$1" pub -t a -m b $url && kill $(cat {pid_file})'
        process = harness.Process(["sh", "-ec", script, "sh", harness.BINARY], env=self.environment())
        self.addCleanup(process.stop)
        self.assertEqual(OK, process.wait(), process.err.text())
        harness.wait_until(lambda: not pid_file.exists(), "the broker has ended")

    def test_a_port_is_that_of_localhost_in_both_families(self):
        port = harness.free_port()
        broker = self.serve("-p", port)
        self.assertEqual([f"mqtt://127.0.0.1:{port}"], broker.urls)
        hosts = ["127.0.0.1"] + (["::1"] if self.has_ipv6() else [])
        for host in hosts:
            socket.create_connection((host, port)).close()

    @staticmethod
    def has_ipv6():
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
            return True
        except OSError:
            return False

    def test_listeners_replace_the_port_and_are_named_in_their_order(self):
        path = self.dir / "socket"
        broker = self.serve("--listen", f"unix://{path}", "--listen", "mqtt://127.0.0.1:0", lines=2)
        self.assertEqual(f"unix://{path}", broker.urls[0])
        self.assertRegex(broker.urls[1], r"^mqtt://127\.0\.0\.1:\d+$")
        self.expect_ok(self.run_mqrig("pub", "--unix", path, "-q", 1, "-t", "a", "-m", "b"))
        self.expect_ok(self.run_mqrig("pub", "-L", broker.urls[1] + "/a", "-q", 1, "-m", "b"))
        self.end(broker)
        self.assertFalse(path.exists())

    def test_a_port_that_is_given_listens_beside_listeners(self):
        broker = self.serve("--listen", f"unix://{self.dir}/socket", "-p", 0, lines=2)
        self.assertRegex(broker.urls[0], r"^mqtt://127\.0\.0\.1:\d+$")
        self.assertTrue(broker.urls[1].startswith("unix://"))

    def test_an_address_in_use_is_3_and_nothing_is_announced(self):
        with in_use() as taken:
            port = taken.getsockname()[1]
            self.refuse("--listen", f"unix://{self.dir}/s", "--listen", f"mqtt://127.0.0.1:{port}", code=CONNECT,
                        texts=(f"could not listen on 127.0.0.1:{port}: Address already in use", "broker already"))
            self.refuse("-p", 0, "--metrics", f"127.0.0.1:{port}", code=CONNECT,
                        texts=(f"could not serve metrics on 127.0.0.1:{port}",))
        self.assertFalse((self.dir / "s").exists())

    def test_addresses_that_make_no_sense_are_explained(self):
        for url, text in {
            "1883": "a URL begins with mqtt://",
            "mqtts://localhost/topic": "listens on no topic",
            "ws://localhost/mqtt?": "has no query",
            "mqtt://": "the host is missing",
            "mqtt://localhost:99999": "not a number from 0 to 65535",
            "mqtt://localhost/topic": "listens on no topic",
            "mqtt://127.0.0.1:0/topic": "listens on no topic",
            "unix://": "three slashes|path of the Unix socket is missing",
        }.items():
            with self.subTest(url):
                self.refuse("--listen", url, code=USAGE, texts=(re.escape(f"--listen '{url}': "), text))
        result = self.refuse("--listen", "mqtt://me:secret@localhost", code=USAGE, texts=("--password-file",))
        self.assertNotIn("secret", result.err)
        for address, text in {"localhost": "the port is missing", ":9100": "the host is missing",
                              "localhost:x": "not a number",
                              "localhost:99999": "not a number from 0 to 65535"}.items():
            with self.subTest(address):
                self.refuse("--metrics", address, code=USAGE, texts=(f"--metrics '{address}': ", text))
        self.refuse("-p", "65536", code=USAGE, texts=("from 0 to 65535",))


class Access(BrokerCase):
    def test_listening_beyond_this_machine_wants_authentication_or_a_word(self):
        users = self.users(me="secret")
        with in_use() as taken:
            # Past the check, it finds the port taken: nothing of these tests is open to a network.
            url = f"mqtt://0.0.0.0:{taken.getsockname()[1]}"
            self.refuse("--listen", url, code=USAGE,
                        texts=("let everybody in", "--password-file", "--allow-anonymous"))
            self.refuse("-p", 0, "--listen", url, code=USAGE)
            self.refuse("--listen", url, "--allow-anonymous", code=CONNECT)
            self.refuse("--listen", url, "--password-file", users, code=CONNECT)
        self.refuse("-p", 0, "--no-allow-anonymous", code=USAGE, texts=("let nobody in",))

    def test_with_a_password_file_only_its_users_come_in(self):
        broker = self.serve("-p", 0, "--password-file", self.users(me="secret"))
        self.expect_code(self.pub(broker.port, "-t", "a", "-m", "b"), NOT_AUTHORISED)
        self.expect_code(self.pub(broker.port, "-t", "a", "-m", "b", "-u", "me", "-P", "wrong"), NOT_AUTHORISED)
        self.expect_ok(self.pub(broker.port, "-t", "a", "-m", "b", "-u", "me", "-P", "secret"))

    def test_anonymous_clients_come_in_beside_users_if_that_is_said(self):
        broker = self.serve("-p", 0, "--password-file", self.users(me="secret"), "--allow-anonymous")
        self.expect_ok(self.pub(broker.port, "-t", "a", "-m", "b"))
        self.expect_code(self.pub(broker.port, "-t", "a", "-m", "b", "-u", "me", "-P", "wrong"), NOT_AUTHORISED)

    def test_files_that_cannot_be_read_are_10(self):
        missing = self.dir / "missing"
        self.refuse("-p", 0, "--password-file", missing, code=INPUT, texts=("--password-file", str(missing)))
        self.refuse("-p", 0, "--acl-file", missing, code=INPUT, texts=(f"--acl-file: cannot read '{missing}'",))
        plain = self.write("plain", "# users\nme:secret\n")
        result = self.refuse("-p", 0, "--password-file", plain, code=INPUT, texts=(f"{plain}:2", "mqrig passwd"))
        self.assertNotIn("me:secret", result.err)
        rules = self.write("rules", "topic read a\nnonsense\n")
        self.refuse("-p", 0, "--acl-file", rules, code=INPUT, texts=(f"{rules}'?: .*line 2",))
        for state in (self.dir, self.write("state", "This is no database.\n" * 100)):
            self.refuse("-p", 0, "--state", state, code=INPUT, texts=("--state", str(state)))

    def test_a_password_file_that_others_can_read_is_a_warning(self):
        users = self.users(me="secret")
        users.chmod(0o644)
        broker = self.serve("-p", 0, "--password-file", users)
        broker.err.wait_text("warning: .*can read")

    def test_sighup_reads_the_files_again_and_leaves_connections_alone(self):
        users = self.users(me="secret")
        rules = self.write("rules", "user me\ntopic readwrite a\n")
        broker = self.serve("-p", 0, "--password-file", users, "--acl-file", rules)
        old = self.client(broker.port, username="me", password="secret")
        self.assertEqual(0x87, old.publish("b", b"1", 1).reason)
        self.users(you="hidden")
        rules.write_text("user me\ntopic readwrite b\n")
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("read '.*users' again")
        broker.err.wait_text("read '.*rules' again")
        self.assertNotEqual(0x87, old.publish("b", b"2", 1).reason)
        self.assertEqual(0, self.client(broker.port, username="you", password="hidden").connack.reason)
        self.end(broker)

    def test_sighup_holds_for_messages_that_wait(self):
        rules = self.write("rules", "topic readwrite #\n")
        broker = self.serve("-p", 0, "--acl-file", rules)
        reader = self.client(broker.port, "reader", session_expiry_interval=3600)
        reader.subscribe("+", options=1)
        reader.disconnect()
        publisher = self.client(broker.port)
        for topic in ("a", "b"):
            publisher.publish(topic, topic.encode(), 1)
        rules.write_text("topic write a\ntopic readwrite b\n")
        broker.signal(signal.SIGHUP)
        broker.err.wait_text("read '.*rules' again")
        reader = self.client(broker.port, "reader", clean=False, session_expiry_interval=3600)
        self.assertEqual([b"b"], [found.payload for found in reader.rest()])
        self.end(broker)

    def test_a_faulty_file_at_sighup_is_a_warning_and_the_old_rules_stay(self):
        users = self.users(me="secret")
        rules = self.write("rules", "user me\ntopic readwrite a\n")
        broker = self.serve("-p", 0, "--password-file", users, "--acl-file", rules)
        users.write_text("nonsense\n")
        rules.write_text("topic read a\nnonsense\n")
        broker.signal(signal.SIGHUP)
        broker.err.wait_text(r"warning: --password-file: .*users:1: .*; the old users stay")
        broker.err.wait_text(r"warning: --acl-file .*line 2.*; the old rules stay")
        client = self.client(broker.port, username="me", password="secret")
        self.assertEqual(0, client.connack.reason)
        self.assertEqual(0x87, client.publish("b", b"1", 1).reason)
        self.end(broker)


class Output(BrokerCase):
    def test_verbose_tells_of_clients_and_refusals(self):
        rules = self.write("rules", "user me\ntopic a/b\ntopic deny c\n")
        broker = self.serve("-p", 0, "-v", "--password-file", self.users(me="secret"), "--acl-file", rules)
        meter = self.client(broker.port, "meter", username="me", password="secret")
        meter.subscribe("a/b", "c", options=1)
        meter.unsubscribe("a/b")
        broker.err.wait_text("mqrig broker: meter .* is connected")
        broker.err.wait_text("mqrig broker: meter .* subscribes to 'a/b' with QoS 1")
        broker.err.wait_text("mqrig broker: meter .* is refused the subscription to 'c': Not authorized")
        broker.err.wait_text("mqrig broker: meter .* unsubscribes from 'a/b'")
        self.expect_code(self.pub(broker.port, "-i", "stranger", "-t", "a", "-m", "b"), NOT_AUTHORISED)
        broker.err.wait_text("mqrig broker: .*(stranger|127.0.0.1).*(refused|Not authorized)")
        self.end(broker)
        self.assertNotIn("secret", broker.err.text())

    def test_debug_shows_packets_without_secrets(self):
        broker = self.serve("-p", 0, "-d", "--password-file", self.users(me="secret"))
        self.client(broker.port, "meter", username="me", password="secret").subscribe("a/b")
        broker.err.wait_text(r"debug: received from 127\.0\.0\.1:\d+: CONNECT, .*\*\*\*")
        broker.err.wait_text(r"debug: sent to meter: CONNACK")
        broker.err.wait_text(r'debug: received from meter: SUBSCRIBE.*"a/b"')
        broker.err.wait_text("debug: sent to meter: SUBACK")
        self.assertNotIn("secret", broker.err.text())

    def test_quiet_says_nothing(self):
        broker = self.serve("-p", 0, "-v", "--quiet", "--chaos", "delay=1ms", "--metrics", "127.0.0.1:0")
        self.client(broker.port, "meter").ping()
        broker.signal(signal.SIGUSR1)
        self.end(broker)
        self.assertEqual("", broker.err.text())

    def test_a_client_cannot_steer_the_terminal(self):
        broker = self.serve("-p", 0, "-v", "-d")
        self.client(broker.port, "a\x1b[2Jb\nc")
        broker.err.wait_text("SUBACK|CONNACK")
        self.end(broker)
        self.assertNotIn("\x1b", broker.err.text())
        self.assertTrue(all(line.startswith("mqrig broker: ") for line in broker.err.lines()))

    def test_wrong_usage_is_2(self):
        self.refuse("--prot", "1", code=USAGE, texts=("unknown option '--prot'; did you mean '--port'",))
        self.refuse("word", code=USAGE)

    def test_standard_output_may_be_closed(self):
        pid_file = self.dir / "pid"
        args = ["sh", "-c", f'exec "$1" broker -p 0 --pid-file {pid_file} --metrics 127.0.0.1:0 >&-', "sh", harness.BINARY]
        broker = harness.Process(args, env=self.environment())
        self.addCleanup(broker.stop)
        broker.err.wait_text("metrics at")
        self.end(broker)

    def test_the_versions_of_mqtt_are_all_served(self):
        broker = self.serve("-p", 0)
        for version in (mqtt.V31, mqtt.V311, mqtt.V5):
            client = raw_client.RawClient(broker.port, version)
            self.assertEqual(0, client.connect(f"v{version}").reason)
            client.close()


if __name__ == "__main__":
    harness.main()
