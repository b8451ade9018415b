"""What the tests of the command `mqrig broker` have in common."""

import re
import signal

import harness
import raw_client

OK, FAILED, USAGE, CONNECT, NOT_AUTHORISED, INPUT = 0, 1, 2, 3, 5, 10


class BrokerCase(harness.MqttTest):
    def serve(self, *args, lines=1, **options):
        """mqrig broker with these options, once it has said where it listens: `urls`, and `port` of the first."""
        process = self.start("broker", *args, **options)
        process.urls = process.out.wait_lines(lines)
        found = re.search(r":(\d+)(/.*)?$", process.urls[0])
        process.port = int(found[1]) if found else None
        return process

    def end(self, process, number=signal.SIGTERM, code=OK):
        process.signal(number)
        self.assertEqual(code, process.wait(), process.err.text())

    def refuse(self, *args, code, texts=(), **options):
        """It does not start, ends with this code, and says why."""
        result = self.run_mqrig("broker", *args, **options)
        self.expect_failure(result, code, *texts)
        return result

    def client(self, port, *args, layer=None, **options):
        client = raw_client.RawClient(port, layer=layer)
        self.addCleanup(client.close)
        client.connack = client.connect(*args, **options)
        return client

    def users(self, **passwords):
        """A password file, made anew."""
        path = self.dir / "users"
        for user, password in passwords.items():
            self.expect_ok(self.run_mqrig("passwd", "--iterations", "1000", path, user, input=f"{password}\n".encode()))
        return path

    def write(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return path
