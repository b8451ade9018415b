"""mqrig passwd: the file it leaves, who else can read it, and that a terminal never shows a password."""

import os
import pty
import select
import signal
import stat
import subprocess
import termios

import harness

FAILED, USAGE, INPUT, VERIFICATION = 1, 2, 10, 11
FAST = ("--iterations", "1000")


class Passwd(harness.MqttTest):
    def setUp(self):
        super().setUp()
        self.users = self.dir / "users"

    def passwd(self, *args, password=b"secret\n", **options):
        return self.run_mqrig("passwd", *args, input=password, **options)

    def set(self, user, password=b"secret\n", *args):
        result = self.passwd(*FAST, *args, self.users, user, password=password)
        self.expect_ok(result)
        self.assertEqual(b"", result.out)
        return result

    def expect_password(self, user, password, code=0):
        result = self.passwd("--verify", self.users, user, password=password)
        self.expect_code(result, code)
        return result


class File(Passwd):
    def test_a_new_file_is_for_its_owner_only_and_holds_no_password(self):
        result = self.passwd(self.users, "joe")
        self.expect_ok(result)
        self.assertEqual(f"mqrig passwd: added user 'joe' to '{self.users}'\n", result.err)
        self.assertEqual(0o600, stat.S_IMODE(self.users.stat().st_mode))
        self.assertRegex(self.users.read_text(), r"\Ajoe:\$7\$210000\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==\n\Z")

    def test_a_password_is_changed_and_nothing_else(self):
        self.set("joe")
        self.set("ann", b"hidden\n")
        self.users.write_text(f"# people\n{self.users.read_text()}")
        before = self.users.read_text().splitlines()
        result = self.set("joe", b"new\n")
        self.assertIn("changed the password of user 'joe'", result.err)
        after = self.users.read_text().splitlines()
        self.assertEqual([before[0], before[2]], [after[0], after[2]])
        self.assertNotEqual(before[1], after[1])
        self.expect_password("joe", b"new\n")
        self.expect_password("joe", b"secret\n", VERIFICATION)
        self.expect_password("ann", b"hidden\n")

    def test_a_user_is_deleted(self):
        self.set("joe")
        self.set("ann")
        result = self.passwd("-D", self.users, "joe", password=b"")
        self.expect_ok(result)
        self.assertIn("deleted user 'joe'", result.err)
        self.assertRegex(self.users.read_text(), r"\Aann:.*\n\Z")
        again = self.passwd("--delete", self.users, "joe")
        self.expect_failure(again, FAILED, "there is no user 'joe'")

    def test_changes_at_the_same_time_are_all_there(self):
        names = [f"user{number}" for number in range(8)]
        running = [self.start("passwd", *FAST, self.users, name) for name in names]
        for process in running:
            process.write(b"secret\n")
            process.close_input()
        self.assertEqual([0] * len(names), [process.wait() for process in running])
        self.assertEqual(names, sorted(line.partition(":")[0] for line in self.users.read_text().splitlines()))
        self.assertEqual([self.users], list(self.dir.iterdir()))

    def test_a_file_that_brokers_will_refuse_is_warned_about(self):
        self.users.write_text("ann:plain\n")
        self.users.chmod(0o644)
        result = self.set("joe")
        self.assertRegex(result.err, r"warning: \S+:1: the password of user 'ann' is not hashed")
        self.assertRegex(result.err, "warning: every user of this machine can read")
        self.assertNotIn("plain", result.err)
        self.assertEqual("", self.passwd(*FAST, "--quiet", self.users, "joe").err)
        self.expect_failure(self.passwd("--verify", self.users, "joe"), INPUT, "users:1: ")


class Input(Passwd):
    def test_the_first_line_of_standard_input_is_the_password(self):
        for text in (b"two words", b"two words\n", b"two words\r\n", b"two words\nmore\n"):
            self.set("joe", text)
            self.expect_password("joe", b"two words")
            self.expect_password("joe", b"two words ", VERIFICATION)

    def test_passwords_of_any_bytes_and_up_to_what_mqtt_allows(self):
        for password in (b"\xff\0\x01", b" ", b":$#", b"x" * 65535):
            self.set("joe", password + b"\n")
            self.expect_password("joe", password)
            self.expect_password("joe", password[:-1] + b"?", VERIFICATION)

    def test_no_password_or_one_that_is_too_long_changes_nothing(self):
        for password, text in ((b"", "empty"), (b"\n", "empty"), (b"\nsecret\n", "empty"), (b"x" * 65536, "65535")):
            self.expect_failure(self.passwd(self.users, "joe", password=password), INPUT, text)
        self.assertFalse(self.users.exists())

    def test_wrong_usage(self):
        for args, text in (
                ((), "no password file given"), ((self.users,), "no user given"), ((self.users, ""), "--user"),
                ((self.users, "a:b"), "':'"), ((self.users, "#a"), "'#'"), ((self.users, b"\xff"), "UTF-8"),
                ((self.users, "x" * 65536), "65535"), ((self.users, "joe", "secret"), "given twice"),
                (("--delete", "--verify", self.users, "joe"), "exclude each other"),
                (("--delete", *FAST, self.users, "joe"), "--iterations"), (("-b", self.users, "joe"), "-b"),
                (("--iterations", "0", self.users, "joe"), "--iterations"),
                (("--iterations", "10000001", self.users, "joe"), "--iterations")):
            with self.subTest(args=args):
                result = self.passwd(*args)
                self.expect_failure(result, USAGE, text)
                self.assertNotIn("secret", result.err)
        self.assertFalse(self.users.exists())

    def test_files_that_cannot_be_read_or_written(self):
        self.expect_failure(self.passwd(self.dir, "joe"), INPUT, "Is a directory")
        self.expect_failure(self.passwd("/dev/null", "joe"), INPUT, "not a regular file")
        self.expect_failure(self.passwd(self.dir / "none" / "users", "joe"), FAILED, "No such file or directory")
        self.expect_failure(self.passwd("--verify", self.dir / "none", "joe"), INPUT, "No such file or directory")

    def test_a_wrong_password_and_an_unknown_user_are_told_apart(self):
        self.set("joe")
        self.assertIn("this is the password", self.expect_password("joe", b"secret").err)
        self.assertIn("this is not the password", self.expect_password("joe", b"other", VERIFICATION).err)
        self.assertIn("no user 'ann'", self.expect_password("ann", b"secret", VERIFICATION).err)


class Scram(Passwd):
    def set_scram(self, *args, user="joe", password=b"secret\n"):
        self.expect_ok(self.passwd("--scram", "--iterations", "4096", *args, self.users, user, password=password))

    def test_the_file_holds_what_a_server_needs_and_no_password(self):
        self.expect_ok(self.passwd("--scram", self.users, "joe"))
        key = "[A-Za-z0-9+/]{43}="
        self.assertRegex(self.users.read_text(),
                         rf"\Ajoe:\$scram-sha-256\$210000\$[A-Za-z0-9+/]{{22}}==\${key}\${key}\n\Z")

    def test_several_mechanisms_have_a_line_each_and_one_password(self):
        self.set_scram("--mechanism", "sha-512", "--mechanism", "sha-1")
        forms = [line.split("$")[1] for line in self.users.read_text().splitlines()]
        self.assertEqual(["scram-sha-1", "scram-sha-512"], forms)
        self.expect_password("joe", b"secret\n")
        self.expect_password("joe", b"other\n", VERIFICATION)

    def test_a_new_password_or_deletion_leaves_no_line_with_the_old_one(self):
        self.set("ann")
        self.set_scram("--mechanism", "sha-1", "--mechanism", "sha-256")
        self.set_scram("--mechanism", "sha-512", password=b"new\n")
        self.assertEqual(2, len(self.users.read_text().splitlines()))
        self.set("joe", b"newer\n")
        self.assertNotIn("scram", self.users.read_text())
        self.expect_password("joe", b"newer\n")
        self.set_scram("--mechanism", "sha-1", "--mechanism", "sha-256")
        self.expect_ok(self.passwd("--delete", self.users, "joe"))
        self.assertRegex(self.users.read_text(), r"\Aann:.*\n\Z")

    def test_wrong_usage(self):
        for args, text in (
                (("--scram", "--iterations", "4095", self.users, "joe"), "4096"),
                (("--scram", "--iterations", "1000001", self.users, "joe"), "1000000"),
                (("--scram", "--mechanism", "md5", self.users, "joe"), "sha-256"),
                (("--mechanism", "sha-1", self.users, "joe"), "--scram"),
                (("--scram", "--delete", self.users, "joe"), "--scram"),
                (("--scram", self.users, "Jo\u0308rg"), "'J\u00f6rg'"), (("--scram", self.users, "\u00ad"), "SCRAM")):
            with self.subTest(args=args):
                self.expect_failure(self.passwd(*args), USAGE, text)
        self.expect_failure(self.passwd("--scram", self.users, "joe", password=b"\xff\n"), INPUT, "SCRAM")
        self.assertFalse(self.users.exists())


class Peers(Passwd):
    """Each reads what the other wrote."""

    def test_mosquitto_takes_our_file(self):
        self.set("joe")
        self.expect_ok(self.passwd(self.users, "ann", password=b"hidden"))  # with the usual number of iterations
        broker = self.mosquitto(anonymous=False, config=f"password_file {self.users}")
        for user, password, code in (("joe", "secret", 0), ("ann", "hidden", 0), ("joe", "hidden", 5), ("bob", "x", 5)):
            self.expect_code(self.pub(broker.port, "-t", "a", "-m", "x", "-u", user, "-P", password), code)

    def test_we_take_the_file_of_mosquitto_passwd(self):
        broker = self.mosquitto(users={"joe": "secret", "ann": "hidden"})
        self.users = broker.dir / "passwords"
        self.expect_password("joe", b"secret")
        self.expect_password("ann", b"hidden")
        self.expect_password("ann", b"secret", VERIFICATION)
        self.set("joe", b"changed")
        self.expect_password("joe", b"changed")
        self.expect_password("ann", b"hidden")

    def test_mosquitto_passwd_changes_our_file(self):
        self.set("joe")
        self.set("ann", b"hidden")
        subprocess.run(["mosquitto_passwd", "-b", self.users, "joe", "changed"], check=True, capture_output=True)
        self.expect_password("joe", b"changed")
        self.expect_password("ann", b"hidden")


class Terminal(Passwd):
    """A person at a pseudo terminal."""

    def setUp(self):
        super().setUp()
        self.master, self.slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.slave)

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def person(self, *args, **options):
        """The terminal is standard input and standard error."""
        child = subprocess.Popen([harness.BINARY, "passwd", *args], stdin=self.slave, stderr=self.slave,
                                 env=self.environment(), **options)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.shown = b""
        return child

    def see(self, text):
        while text not in self.shown:
            ready = select.select([self.master], [], [], harness.DEADLINE)[0]
            self.assertTrue(ready, f"{text!r} did not come, but: {self.shown!r}")
            self.shown += os.read(self.master, 4096)

    def type(self, text):
        os.write(self.master, text)

    def expect_end(self, child, code):
        self.assertEqual(code, child.wait(harness.DEADLINE))
        self.assertTrue(self.echoes())

    def test_the_password_is_asked_for_twice_and_never_shown(self):
        child = self.person(*FAST, self.users, "joe")
        self.see(b"Password for joe: ")
        self.assertFalse(self.echoes())
        self.type(b"secret\n")
        self.see(b"The same again: ")
        self.type(b"secret\n")
        self.see(b"added user 'joe'")
        self.expect_end(child, 0)
        self.assertNotIn(b"secret", self.shown)
        self.expect_password("joe", b"secret")

    def test_two_passwords_that_differ_change_nothing(self):
        child = self.person(self.users, "joe")
        self.see(b"Password for joe: ")
        self.type(b"secret\n")
        self.see(b"The same again: ")
        self.type(b"secert\n")
        self.see(b"the two passwords differ")
        self.expect_end(child, INPUT)
        self.assertFalse(self.users.exists())

    def test_one_that_is_verified_is_asked_for_once(self):
        self.set("joe")
        child = self.person("--verify", self.users, "joe")
        self.see(b"Password for joe: ")
        self.type(b"secret\n")
        self.see(b"this is the password")
        self.expect_end(child, 0)

    def test_the_end_of_input_is_no_password(self):
        child = self.person(self.users, "joe")
        self.see(b"Password for joe: ")
        self.type(b"\x04")
        self.see(b"no password was typed")
        self.expect_end(child, INPUT)

    def test_a_signal_at_the_prompt_leaves_a_terminal_that_shows_what_is_typed(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            child = self.person(self.users, "joe")
            self.see(b"Password for joe: ")
            child.send_signal(number)
            self.expect_end(child, -number)
        self.assertFalse(self.users.exists())

    def test_the_interrupt_key_ends_it(self):
        # Opening the terminal makes it the one that controls the new session.
        child = self.person(self.users, "joe", start_new_session=True,
                            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)))
        self.see(b"Password for joe: ")
        self.type(b"sec\x03")
        self.expect_end(child, -signal.SIGINT)

    def test_stopped_it_leaves_the_terminal_as_it_was_and_continued_it_asks_again(self):
        child = self.person(*FAST, self.users, "joe", process_group=0)
        self.see(b"Password for joe: ")
        child.send_signal(signal.SIGTSTP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
        self.assertTrue(self.echoes())
        self.shown = b""
        child.send_signal(signal.SIGCONT)
        self.see(b"Password for joe: ")
        self.assertFalse(self.echoes())
        self.type(b"secret\n")
        self.see(b"The same again: ")
        self.type(b"secret\n")
        self.expect_end(child, 0)
        self.expect_password("joe", b"secret")

    def test_a_name_cannot_steer_the_terminal(self):
        child = self.person(self.users, "j\u009boe")
        self.see(b"Password for j\\xc2\\x9boe: ")
        self.type(b"\x04")
        self.expect_end(child, INPUT)


if __name__ == "__main__":
    harness.main()
