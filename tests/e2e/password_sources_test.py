"""Where a client's password comes from, and logins by an exchange: at our broker, and at one that cannot prove who it is."""

import base64
import contextlib
import hashlib
import hmac
import os
import pathlib
import pty
import re
import signal

import harness
import mqtt
from scram_test import auth
from tls_case import TlsCase, openssl

OK, USAGE, TLS, NOT_AUTHORISED, INPUT = 0, 2, 4, 5, 10
PASSWORD = harness.secret("correct horse battery")
SALT, ITERATIONS = b"salt of joe", 4096


class Sources(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.broker = harness.Broker.with_access(self.dir / "broker", users={"joe": PASSWORD}, anonymous=False)
        self.addCleanup(self.broker.stop)
        self.broker.start()

    def publish(self, *args, **options):
        return self.run_mqrig("pub", "-p", self.broker.port, "-d", "-q", 1, "-t", "t", "-m", "x", "-u", "joe", *args, **options)

    def write(self, name, data):
        path = self.dir / name
        path.write_bytes(data)
        return path

    @contextlib.contextmanager
    def descriptor(self, data):
        reader, writer = os.pipe()
        os.write(writer, data)
        os.close(writer)
        yield reader
        os.close(reader)

    def test_each_opens_the_broker(self):
        path = self.write("password", PASSWORD.encode() + b"\r\n")
        with self.descriptor(PASSWORD.encode() + b"\n") as number:
            self.expect_ok(self.publish("--password-fd", number, pass_fds=[number]))
        for args in (("--password-file", path), ("--password-env", "SECRET"), ("--password-command", f"cat {path}"),
                     ("--password-command", 'printf %s "$SECRET"')):
            self.expect_ok(self.publish(*args, env={"SECRET": PASSWORD}))
        self.expect_ok(self.publish(env={"MQRIG_PASSWORD_FILE": str(path)}))

    def test_a_wrong_one_is_refused_and_not_repeated(self):
        result = self.publish("--password-command", "echo hunter2")
        self.assertEqual(NOT_AUTHORISED, result.code, str(result))
        self.assertNotIn("hunter2", result.err)

    def test_what_gives_none_ends_the_run_before_anything_is_tried(self):
        long = self.write("long", b"hunter2" * 10_000)
        locked = self.dir / "folder"
        locked.mkdir()

        def refuse(name, args, code, text):
            result = self.run_mqrig("pub", "-p", 1, "-t", "t", "-m", "x", "-u", "joe", *args)
            self.expect_failure(result, code, text)
            self.assertEqual(1, result.err.count("error: "), str(result))
            self.assertNotIn("hunter2", result.err)

        self.concurrently(refuse, (
            ("no file", ("--password-file", self.dir / "none"), INPUT, "none.*No such file"),
            ("a folder", ("--password-file", locked), INPUT, "folder"),
            ("too long", ("--password-file", long), INPUT, "long|65"),
            ("no variable", ("--password-env", "NO_SUCH"), USAGE, "no variable NO_SUCH"),
            ("an empty file", ("--password-file", "/dev/null"), INPUT, "empty"),
            ("no descriptor", ("--password-fd", 77), INPUT, "77.*Bad file descriptor"),
            ("command fails", ("--password-command", "echo hunter2; exit 3"), INPUT, "exit code 3"),
            ("command is killed", ("--password-command", "echo hunter2; kill -9 $$"), INPUT, "signal 9"),
            ("no command", ("--password-command", "no-such-program"), INPUT, "not found|exit code 127"),
            ("command says nothing", ("--password-command", "true"), INPUT, "printed nothing"),
            ("command says too much", ("--password-command", "yes hunter2"), INPUT, "more than .* bytes and was killed"),
            ("two sources", ("-P", "hunter2", "--password-file", long), USAGE, "exclude each other")))

    def test_a_command_that_hangs_ends_with_the_run(self):
        noted = self.dir / "pid"
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("pub", "-p", self.broker.port, "-t", "t", "-m", "x", "-u", "joe", "--password-command",
                                 f"sleep 1000 & echo $! > {noted}.new; mv {noted}.new {noted}; echo hunter2; wait")
            harness.wait_until(noted.exists, "the command runs")
            pid = int(noted.read_text())
            noted.unlink()
            self.addCleanup(self.end_quietly, pid)
            process.signal(number)
            harness.wait_until(lambda: not self.runs(pid), "the command is ended with the run")
            self.assertEqual(-number, process.wait())

    @staticmethod
    def runs(pid):
        try:
            return ") Z " not in pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False

    def end_quietly(self, pid):
        if self.runs(pid):
            os.kill(pid, signal.SIGKILL)


class Terminal(TlsCase):
    """A prompt at a terminal, which shows nothing of what is typed."""

    def ask(self, *args):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = self.start("pub", "-q", 1, "-t", "t", "-m", "x", *args, stdin=theirs)
        os.close(theirs)
        return process, ours

    def shown(self, terminal):
        """What the terminal has echoed."""
        os.set_blocking(terminal, False)
        with contextlib.suppress(OSError):
            return os.read(terminal, 65_536)
        return b""

    def test_a_password_is_asked_for(self):
        broker = self.serve("-p", 0, "--no-allow-anonymous", "--password-file", self.users(joe=PASSWORD))
        process, terminal = self.ask("-p", broker.port, "-u", "joe", "--ask-password")
        process.err.wait_text("Password for joe: ")
        os.write(terminal, PASSWORD.encode() + b"\n")
        self.assertEqual(0, process.wait(), process.err.text())
        self.assertNotIn(PASSWORD.encode(), self.shown(terminal))

    def test_the_pass_phrase_of_a_key_is_asked_for(self):
        openssl("ec", "-in", self.files / "lamp.key", "-aes256", "-passout", f"pass:{PASSWORD}", "-out", self.dir / "locked.key")
        trust = ("--cafile", self.files / "ca.pem")
        broker = self.serve("-p", 0, *self.identity(), *trust, "--require-certificate")
        for phrase, code in ((PASSWORD, OK), ("hunter2", TLS)):
            process, terminal = self.ask("-h", "localhost", "-p", broker.port, *trust, "--cert", self.files / "lamp.pem", "--key",
                                         self.dir / "locked.key")
            process.err.wait_text("Password of the key in '.*locked.key': ")
            os.write(terminal, phrase.encode() + b"\n")
            self.assertEqual(code, process.wait(), process.err.text())
            self.assertNotIn(phrase, process.err.text())
            self.assertNotIn(phrase.encode(), self.shown(terminal))

    def test_who_types_nothing_ends_the_run(self):
        process, terminal = self.ask("-p", 1, "--ask-password")
        process.err.wait_text("Password: ")
        os.write(terminal, b"\x04")
        self.assertEqual(INPUT, process.wait())
        self.assertIn("no password was typed", process.err.text())

    def test_a_signal_ends_the_wait_for_it(self):
        process, _ = self.ask("-p", 1, "--ask-password")
        process.err.wait_text("Password: ")
        process.signal(signal.SIGINT)
        self.assertEqual(-signal.SIGINT, process.wait())


class Scram(TlsCase):
    OPTIONS = ("-t", "t", "-m", "x", "-q", 1, "-u", "joe")

    def publish(self, port, *args, password=PASSWORD, mechanism="SCRAM-SHA-256"):
        return self.run_mqrig("pub", "-p", port, "-d", *self.OPTIONS, "--auth-method", mechanism, "--password-env", "SECRET", *args,
                              env={"SECRET": password})

    def test_at_our_broker(self):
        users = self.dir / "users"
        mechanisms = ("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512")
        words = [word for one in mechanisms for word in ("--mechanism", one.removeprefix("SCRAM-").lower())]
        self.expect_ok(self.run_mqrig("passwd", "--scram", *words, "--iterations", 4096, users, "joe", input=PASSWORD.encode() + b"\n"))
        broker = self.serve("-p", 0, "--no-allow-anonymous", "--password-file", users)
        for mechanism in mechanisms:
            self.expect_ok(self.publish(broker.port, mechanism=mechanism))
        for args in ({"password": "hunter2"}, {"password": PASSWORD.upper()}):
            result = self.publish(broker.port, **args)
            self.assertEqual(NOT_AUTHORISED, result.code, str(result))
            self.assertNotIn("hunter2", result.err)
        without = self.serve("-p", 0)
        result = self.publish(without.port)
        self.assertEqual(NOT_AUTHORISED, result.code, str(result))
        self.assertRegex(result.err, "(?i)authentication method")

    def test_it_is_begun_again_on_the_connection_that_stands(self):
        users = self.dir / "users"
        self.expect_ok(self.run_mqrig("passwd", "--scram", "--iterations", 4096, users, "joe", input=PASSWORD.encode() + b"\n"))
        broker = self.serve("-p", 0, "--no-allow-anonymous", "--password-file", users)
        login = ("-u", "joe", "--auth-method", "SCRAM-SHA-256", "--password-env", "SECRET")
        sub = self.start_sub(broker.port, "-t", "t", "-C", 1, *login, "--reauth-interval", "50ms", env={"SECRET": PASSWORD})
        sub.err.wait_text(r"(?s)(received AUTH[^\n]*Success.*){2}")
        self.expect_ok(self.publish(broker.port))
        self.assertEqual(0, sub.wait(), sub.err.text())
        self.assertEqual(1, sub.err.text().count("received CONNACK"))

    def serve_login(self, connection, final, challenge=None):
        """The server's side, written from RFC 5802; `final` makes the last message of what is right."""
        connect = connection.expect("CONNECT")
        if connect.password is not None:
            raise AssertionError("the password itself was sent")
        bare = connect.props["authentication-data"].decode().removeprefix("n,,")
        nonce = re.fullmatch(r"n=joe,r=(.+)", bare)[1]
        first = challenge or f"r={{nonce}}more,s={base64.b64encode(SALT).decode()},i={ITERATIONS}"
        first = first.replace("{nonce}", nonce)
        connection.send(auth(0x18, "SCRAM-SHA-256", first.encode()))
        answer = connection.read()
        if answer.name != "AUTH":
            return
        without_proof, _, proof = answer.props["authentication-data"].decode().rpartition(",p=")
        signed = ",".join((bare, first, without_proof)).encode()
        salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), SALT, ITERATIONS)
        key = hmac.digest(salted, b"Client Key", "sha256")
        signature = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
        if base64.b64decode(proof) != bytes(a ^ b for a, b in zip(key, signature)):
            raise AssertionError("the client's proof is wrong")
        right = b"v=" + base64.b64encode(hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), signed, "sha256"))
        props = {"authentication-method": "SCRAM-SHA-256"}
        if (data := final(right)) is not None:
            props["authentication-data"] = data
        connection.send(mqtt.connack(connection.version, 0, False, props))

    def test_a_server_that_proves_itself_is_used_at_every_connection(self):
        def lose(connection):
            self.serve_login(connection, lambda right: right)
            connection.expect("PUBLISH")

        def take(connection):
            self.serve_login(connection, lambda right: right)
            connection.send(mqtt.ack("PUBACK", connection.expect("PUBLISH").mid))
            connection.expect("DISCONNECT")

        server = self.peer(lose, take)
        result = self.publish(server.port, "--reconnect-delay", "10ms")
        server.finish()
        self.expect_ok(result)

    def test_one_that_does_not_is_told_nothing(self):
        def salted(count, salt=base64.b64encode(SALT).decode(), nonce="{nonce}more"):
            return f"r={nonce},s={salt},i={count}"

        def right(message):
            return message

        def refuse(name, final, challenge, text):
            packets = []

            def dialogue(connection):
                self.serve_login(connection, final, challenge)
                packets.extend(connection.until_closed())

            server = self.peer(dialogue)
            result = self.publish(server.port)
            server.finish()
            self.expect_failure(result, NOT_AUTHORISED, "authentication with localhost:.*failed: .*" + text)
            self.assertEqual(1, result.err.count("error: "), str(result))
            self.assertNotIn("PUBLISH", [packet.name for packet in packets])
            self.assertEqual(1, server.connections)

        self.concurrently(refuse, (
            ("wrong proof", lambda right: b"v=" + base64.b64encode(bytes(32)), None, "did not prove"),
            ("no proof", lambda right: None, None, "did not prove"),
            ("empty proof", lambda right: b"v=", None, "did not prove"),
            ("part of a proof", lambda right: right[:-5], None, "did not prove"),
            ("an error instead", lambda right: b"e=other-error", None, "server"),
            ("nonce of somebody else", right, salted(ITERATIONS, nonce="othernonce"), "nonce"),
            ("nothing added to the nonce", right, salted(ITERATIONS, nonce="{nonce}"), "nonce"),
            ("few iterations", right, salted(1), "1 iterations only"),
            ("endless iterations", right, salted(4_000_000_000), "iterations, which would take too long|malformed"),
            ("no salt", right, salted(ITERATIONS, salt="*"), "salt"),
            ("an extension", right, "m=x," + salted(ITERATIONS), "extension")))

    def test_success_without_any_exchange_is_no_success(self):
        def dialogue(connection):
            connection.expect("CONNECT")
            connection.send(mqtt.connack(connection.version, 0, False, {"authentication-method": "SCRAM-SHA-256"}))
            self.packets = [packet.name for packet in connection.until_closed()]

        server = self.peer(dialogue)
        result = self.publish(server.port)
        server.finish()
        self.expect_failure(result, NOT_AUTHORISED, "failed: ")
        self.assertNotIn("PUBLISH", self.packets)


class OtherMethods(TlsCase):
    def run_with(self, path, *steps):
        """What CONNECT had of the method; steps go on with the connection."""
        found = []

        def dialogue(connection):
            found.append(connection.expect("CONNECT"))
            for step in steps:
                connection.send(step)
            list(connection.until_closed())

        server = self.peer(dialogue)
        data = ("--auth-data-file", path) if path else ()
        result = self.run_mqrig("pub", "-p", server.port, "-d", "-t", "t", "-m", "x", "--auth-method", "X-TOKEN", *data)
        server.finish()
        return found[0], result

    def test_the_data_of_a_file_goes_as_it_is(self):
        path = self.dir / "data"
        path.write_bytes(b"\x00\xffhunter2\n")
        accept = mqtt.connack(mqtt.V5, 0, False, {"authentication-method": "X-TOKEN"})
        for given, data in ((path, b"\x00\xffhunter2\n"), (None, None)):
            connect, result = self.run_with(given, accept)
            self.expect_ok(result)
            self.assertEqual("X-TOKEN", connect.props["authentication-method"])
            self.assertEqual(data, connect.props.get("authentication-data"))
            self.assertNotIn("hunter2", result.err)

    def test_a_server_that_asks_back_is_answered_nothing(self):
        _, result = self.run_with(None, auth(0x18, "X-TOKEN", b"more?"))
        self.expect_failure(result, NOT_AUTHORISED, "nothing more to say by the method 'X-TOKEN'")
        result = self.run_mqrig("pub", "-p", 1, "-t", "t", "-m", "x", "--auth-method", "X", "--auth-data-file", self.dir / "none")
        self.expect_one_error(result, INPUT, "none.*No such file")


if __name__ == "__main__":
    harness.main()
