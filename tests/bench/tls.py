#!/usr/bin/env python3
"""TLS and WebSocket side by side with the openssl command and with plain TCP, on this machine.

    python3 tests/bench/tls.py BUILD_DIRECTORY [--quick]

Handshakes: processor time of a client for each connection, `mqrig bench conn` beside `openssl s_time`; both make full ones of
TLS 1.3 with P-256, and the first of mqrig's figures holds CONNECT and its answer too. s_time resumes with TLS 1.2 only.
Bulk: processor time of whoever sends so many bytes, `mqrig bench pub` at QoS 0 beside `openssl s_client` fed by a pipe, and the
rate of both. WebSocket: processor time of `mqrig bench pub` for each message over ws and over TCP. All run in turn, several
times; the best of each counts.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402

GIB = 1 << 30


def run(*args, **options):
    """Runs it to its end: its output, processor time and time."""
    begun = time.monotonic()
    child = subprocess.Popen([str(one) for one in args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    text = child.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{args} ended with {child.returncode}:\n{text[-2000:]}")
    return text, usage.ru_utime + usage.ru_stime, time.monotonic() - begun


class Bench:
    def __init__(self, build, directory, quick):
        self.mqrig = build / "apps/mqrig/mqrig"
        self.dir, self.rounds, self.scale = directory, 2 if quick else 5, 1 if quick else 3
        self.certificate, self.key = directory / "certificate.pem", directory / "key.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.key, "-out", self.certificate)

    def broker(self):
        self.process = harness.Process([str(one) for one in (
            self.mqrig, "broker", "--listen", "mqtts://127.0.0.1:0", "--listen", "ws://127.0.0.1:0", "--listen",
            "mqtt://127.0.0.1:0", "--cert", self.certificate, "--key", self.key, "--max-connections", "0")])
        self.tls, self.web, self.plain = self.process.out.wait_lines(3)[:3]

    def server(self):
        self.port = harness.free_port()
        self.openssl = harness.Process(["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", str(self.certificate),
                                        "-key", str(self.key), "-quiet"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        harness.wait_until(self.listens, "openssl s_server listens")

    def listens(self):
        listening = f":{self.port:04X} 00000000:0000 0A"
        return listening in pathlib.Path("/proc/net/tcp").read_text()

    def best(self, measure):
        return min(measure() for _ in range(self.rounds))

    def bench(self, *args):
        """What --json says, and the processor time of the process."""
        path = self.dir / "report.json"
        run(self.mqrig, "bench", *args, "--threads", "1", "--no-live", "--json", path)
        return json.loads(path.read_text())

    def connects(self, url, *args):
        report = self.bench("conn", "-L", url, "-c", 500, *args)
        return report["run"]["cpu_seconds"] / report["totals"]["connected"]

    def s_time(self, *args):
        text, used, _ = run("openssl", "s_time", "-connect", f"127.0.0.1:{self.port}", "-time", "1", *args)
        return used / int(re.findall(r"(\d+) connections in", text)[-1])

    def publish(self, url, size, count, *args):
        report = self.bench("pub", "-L", url, "-s", size, "--count", count, *args)
        return report["run"]["cpu_seconds"]

    def s_client(self, size):
        command = f"head -c {size} /dev/zero | openssl s_client -quiet -connect 127.0.0.1:{self.port} -no_ign_eof"
        _, used, spent = run("sh", "-c", command)
        return used, spent

    def row(self, name, ours, theirs, unit, scale):
        print(f"{name:34} {ours * scale:10.2f} {theirs * scale:10.2f} {unit:10} {ours / theirs:8.2f}")

    def all(self):
        self.broker()
        self.server()
        trust = ("--cafile", self.certificate)
        print(f"{'':34} {'mqrig':>10} {'peer':>10} {'':10} {'ratio':>8}")
        plain = self.best(lambda: self.connects(self.plain, "--duration", "1"))
        full = self.best(lambda: self.connects(self.tls, *trust, "--duration", "1"))
        self.row("full handshake and CONNECT", full, self.best(lambda: self.s_time("-new")), "us", 1e6)
        storm = self.best(lambda: self.connects(self.tls, *trust, "--duration", "4", "--storm", "--storm-interval", "200ms"))
        self.row("the same, resumed (peer: TLS 1.2)", storm, self.best(lambda: self.s_time("-reuse", "-tls1_2")), "us", 1e6)
        print(f"{'CONNECT over TCP':34} {plain * 1e6:10.2f} {'':10} us")
        size = self.scale * GIB
        count = size // 16384
        ours = self.best(lambda: self.publish(self.tls, 16384, count, *trust))
        theirs = min(self.s_client(size)[0] for _ in range(self.rounds))
        self.row(f"QoS 0 over TLS, {self.scale} GiB in 16 KiB", ours, theirs, "s", 1)
        for size, count in ((16, 20_000_000 * self.scale), (1024, 2_000_000 * self.scale)):
            web = self.best(lambda: self.publish(self.web, size, count))
            tcp = self.best(lambda: self.publish(self.plain, size, count))
            self.row(f"QoS 0 over WebSocket, {size} B (peer: TCP)", web / count, tcp / count, "s/1M", 1e6)

    def stop(self):
        for name in ("process", "openssl"):
            if hasattr(self, name):
                getattr(self, name).stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mqrig-bench-") as directory:
        bench = Bench(options.build.resolve(), pathlib.Path(directory), options.quick)
        try:
            bench.all()
        finally:
            bench.stop()


if __name__ == "__main__":
    main()
