"""Child processes with collected output. Each wait is on a condition, with a deadline."""

import os
import pathlib
import re
import subprocess
import threading

DEADLINE = 20


class Output:
    """What a process writes to one stream, collected by a thread; paused, it is a reader that stalls."""

    def __init__(self, stream, reading=True):
        self.stream, self.data, self.changed, self.ended = stream, bytearray(), threading.Condition(), False
        self.reading = threading.Event()
        if reading:
            self.reading.set()
        self.thread = threading.Thread(target=self._collect, daemon=True)
        self.thread.start()

    def _collect(self):
        while True:
            self.reading.wait()
            data = self.stream.read1(1 << 16)
            with self.changed:
                self.data += data
                self.ended = not data
                self.changed.notify_all()
            if not data:
                return

    def bytes(self):
        with self.changed:
            return bytes(self.data)

    def text(self):
        return self.bytes().decode("utf-8", "replace")

    def lines(self):
        return self.bytes().decode("utf-8").splitlines()

    def wait_for(self, condition, what, timeout=DEADLINE):
        """condition is a function of the bytes so far."""
        with self.changed:
            self.changed.wait_for(lambda: condition(self.data) or self.ended, timeout)
            if not condition(self.data):
                raise AssertionError(f"{what} did not come, but: {bytes(self.data[-2000:])!r}")

    def wait_text(self, pattern, timeout=DEADLINE):
        self.wait_for(re.compile(pattern.encode()).search, f"/{pattern}/", timeout)

    def wait_lines(self, count, timeout=DEADLINE):
        self.wait_for(lambda data: data.count(b"\n") >= count, f"{count} lines", timeout)
        return self.lines()


class Process:
    """A child process with collected output. stop() ends it whatever its state."""

    def __init__(self, args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, reading=True, **options):
        self.args = [os.fspath(a) if not isinstance(a, bytes) else a for a in args]
        self.child = subprocess.Popen(
            self.args, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, **options)
        self.pid = self.child.pid
        self.out = Output(self.child.stdout, reading) if stdout == subprocess.PIPE else None
        self.err = Output(self.child.stderr)

    def write(self, data):
        self.child.stdin.write(data)
        self.child.stdin.flush()

    def close_input(self):
        self.child.stdin.close()

    def signal(self, number):
        self.child.send_signal(number)

    def wait(self, timeout=DEADLINE):
        """The exit code, after everything it wrote was collected."""
        try:
            code = self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self} still runs after {timeout} s; stderr: {self.err.text()}") from None
        for output in (self.out, self.err):
            if output:
                output.reading.set()
                output.thread.join(DEADLINE)
        return code

    def running(self):
        return self.child.poll() is None

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self.running():
            self.child.kill()
        self.child.wait()
        for output in (self.out, self.err):
            if output:
                output.reading.set()
                output.thread.join(DEADLINE)
                output.stream.close()
        if self.child.stdin:
            try:
                self.child.stdin.close()
            except BrokenPipeError:
                pass

    def __str__(self):
        return " ".join(str(a) for a in self.args)
