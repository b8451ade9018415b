"""The counting sink as a child process; see sink.cpp for its options and counts."""

import json
import subprocess


class Sink:
    """`with` ends it. `command` is what runs it, such as taskset."""

    def __init__(self, build, *args, command=()):
        words = [*command, build / "tests/bench/sink", *args]
        self.child = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self._line()["port"]

    def _line(self):
        return json.loads(self.child.stdout.readline())

    def counts(self):
        """Those so far."""
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        return self._line()

    def result(self):
        """All that its clients have sent; ends it."""
        self.child.stdin.close()
        found = self._line()
        self.stop()
        return found

    def stop(self):
        if self.child.poll() is None and not self.child.stdin.closed:
            self.child.terminate()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
