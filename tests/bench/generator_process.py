"""A load generator as a child process on its core: when it ends, what it used, what memory it owns."""

import os
import pathlib
import re
import signal
import subprocess
import time


class GeneratorProcess:
    """`with` ends it and its children, if they have not ended."""

    def __init__(self, words, core, directory):
        self.words = [str(word) for word in words]
        self.out, self.err = directory / "stdout", directory / "stderr"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            # stdin stays open: it is what the bare connections are held by.
            self.child = subprocess.Popen(["taskset", "-c", str(core), *self.words], stdin=subprocess.PIPE, stdout=out, stderr=err,
                                          start_new_session=True)
        self.code, self.cpu = None, 0  # s: user and system time of it and of its children, once it has ended

    def poll(self):
        """True when it has ended."""
        if self.code is None:
            pid, status, used = os.wait4(self.child.pid, os.WNOHANG)
            if pid:
                self.code, self.cpu = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
                self.child.returncode = self.code
        return self.code is not None

    def wait(self, patience, complete=lambda: False):
        """Until it ends; asked to one second after `complete`, or when it has not after so many seconds. True: by itself."""
        deadline, looked = time.monotonic() + patience, time.monotonic()
        while not self.poll():
            now = time.monotonic()
            if now - looked > 0.5:
                looked = now
                if complete():
                    deadline, complete = min(deadline, now + 1), lambda: False
            if now > deadline:
                self.end()
                return False
            time.sleep(0.005)
        return True

    def end(self, patience=20):
        """SIGINT, as from a terminal; SIGKILL when that does not help."""
        self.child.stdin.close()
        for number in (signal.SIGINT, signal.SIGKILL):
            deadline = time.monotonic() + patience
            if not self.poll():
                os.killpg(self.child.pid, number)
            while not self.poll() and time.monotonic() < deadline:
                time.sleep(0.005)

    def text(self):
        return self.out.read_text(errors="replace") + self.err.read_text(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    # Memory

    def processes(self):
        """The identifiers of it and of its children."""
        found, waiting = [], [self.child.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        return found

    def memory(self, what):
        """In bytes. Private_Dirty: what it alone has written to, without shared libraries and files. Rss: all that is there."""
        return sum(1024 * int(re.search(rf"^{what}:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)[1])
                   for pid in self.processes())
