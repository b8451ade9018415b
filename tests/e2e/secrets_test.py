"""What is secret is in no list of processes, no core file, no report and no state. Every other test sees to what processes say."""

import pathlib
import resource
import signal
import subprocess
import unittest

import harness
from jwt_issuer import Issuer

PASSWORD = harness.secret("hush-the-password")
OK = 0


class Secrets(harness.MqttTest):
    def broker_of(self, *args):
        broker = harness.Broker.with_access(self.dir / "broker", *args, users={"u": PASSWORD}, anonymous=False)
        subprocess.run([harness.BINARY, "passwd", "--scram", "--iterations", "4096", self.dir / "broker" / "passwords", "u"],
                       input=PASSWORD + "\n", text=True, check=True, capture_output=True, env=self.environment())
        self.addCleanup(broker.stop)
        return broker.start()

    def expect_none(self, path):
        self.assertNotIn(PASSWORD.encode(), pathlib.Path(path).read_bytes(), path)

    def test_in_the_list_of_processes(self):
        broker = self.broker_of()
        for options in (["-u", "u", "-P", PASSWORD], ["-L", f"mqtt://u:{PASSWORD}@127.0.0.1:{broker.port}"],
                        ["-u", "u", "--password", PASSWORD], ["-u", "u", f"--password={PASSWORD}"]):
            sub = self.start_sub(broker.port, "-t", "t", *options)
            self.expect_none(f"/proc/{sub.pid}/cmdline")

    def test_in_core_files(self):
        broker = self.broker_of()
        (self.dir / "password").write_text(PASSWORD)
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

        def allow_core_files():
            try:
                resource.setrlimit(resource.RLIMIT_CORE, unlimited)
            except ValueError:
                pass  # the test's own limit is lower

        named = ["-t", "t", "-u", "u"]
        for options in ([*named, "--password-file", self.dir / "password"], [*named, "--token-file", self.dir / "password"],
                        [*named, "--auth-method", "SCRAM-SHA-256", "--password-file", self.dir / "password"]):
            with self.subTest(options):
                sub = self.start_sub(broker.port, *options, cwd=self.dir, preexec_fn=allow_core_files)
                self.expect_no_core(sub)
        self.expect_no_core(broker.process)
        broker.kill()

    def expect_no_core(self, process):
        limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +[01] ")
        process.signal(signal.SIGABRT)
        process.wait()
        for core in self.dir.glob("**/core*"):
            self.expect_none(core)

    def test_in_traces(self):
        token = self.dir / "token"
        for text, options in ((PASSWORD, []), (Issuer(self.dir).token(), ["-d"])):  # a broker knows no token but a JWT
            token.write_text(text)
            broker = harness.Broker(self.dir / f"broker{len(text)}", *options)
            self.addCleanup(broker.stop)
            broker.start()
            for command in (["pub", "-t", "t", "-m", "x"], ["sub", "-t", "t", "-E"], ["bench", "pub", "-c", 1, "--count", 1]):
                with self.subTest(command[0], options=options):
                    result = self.run_mqrig(*command, "-p", broker.port, "-d", "--token-file", token, "--token-in", "username")
                    self.expect_code(result, OK)
                    self.assertRegex(result.err, r"CONNECT, .*user name \*\*\*")
                    self.assertNotIn(text, result.err)
            self.assertNotIn(text, broker.process.err.text())

    def test_in_reports(self):
        broker = self.broker_of()
        reports = {name: self.dir / name for name in ("json", "csv", "html", "hdr")}
        options = [word for name, path in reports.items() for word in (f"--{name}", path)]
        self.expect_ok(self.run_mqrig("bench", "pub", "-p", broker.port, "-c", 2, "--count", 10, "-u", "u", "-P", PASSWORD, *options))
        for path in reports.values():
            self.expect_none(path)

    def test_in_the_state_of_a_broker(self):
        state = self.dir / "state"
        broker = self.broker_of("--state", state)
        self.expect_ok(self.pub(broker.port, "-u", "u", "-P", PASSWORD, "-i", "kept", "-c", "-x", 100, "-t", "t", "-m", "x", "-r"))
        broker.stop()
        for path in self.dir.glob("state*"):
            self.expect_none(path)
        self.expect_none(self.dir / "broker" / "passwords")


if __name__ == "__main__":
    unittest.main(verbosity=2)
