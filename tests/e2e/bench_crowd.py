"""What the tests of `mqrig bench` have in common: a run with its report, and a broker of many scripted connections."""

import json
import socket
import struct
import threading

import harness
import mqtt
import peer

OK, FAILED, USAGE, CONNECT, NOT_AUTHORISED, REFUSED, INPUT, VERIFICATION = 0, 1, 2, 3, 5, 6, 10, 11


class BenchCase(harness.MqttTest):
    # A port alone is one of 127.0.0.1: a name is looked up with a connection of its own, which a scripted broker would count.

    @staticmethod
    def _arguments(args):
        return ("bench", *args, *(("-h", "127.0.0.1") if "-p" in args and "-h" not in args else ()))

    def bench(self, *args, **options):
        return self.run_mqrig(*self._arguments(args), **options)

    def start_bench(self, *args, **options):
        return self.start(*self._arguments(args), **options)

    def report(self, *args, code=OK, **options):
        """Runs it, expects this exit code, and returns what --json has written."""
        path = self.dir / "report.json"
        path.unlink(missing_ok=True)
        result = self.bench(*args, "--json", path, **options)
        self.expect_code(result, *(code if isinstance(code, tuple) else (code,)))
        return json.loads(path.read_text())

    def crowd(self, dialogue=None):
        """A broker of many connections at once, each of which follows this dialogue."""
        made = CrowdPeer(dialogue or serve)
        self.peers.append(made)
        self.addCleanup(made.stop)
        return made


def serve(connection, number, reason=0):
    """What a plain broker does for one client that receives nothing, until it leaves."""
    found = connection.expect("CONNECT")
    connection.send(mqtt.connack(found.level, reason))
    if not reason:
        answer(connection)


def answer(connection):
    """After CONNACK: acknowledges everything."""
    for found in connection.until_closed(peer.DEADLINE):
        if found.name == "PUBLISH" and found.qos:
            connection.send(mqtt.ack("PUBACK" if found.qos == 1 else "PUBREC", found.mid))
        elif found.name == "PUBREL":
            connection.send(mqtt.ack("PUBCOMP", found.mid))
        elif found.name == "SUBSCRIBE":
            connection.send(mqtt.suback(connection.version, found.mid, [options & 3 for _, options in found.filters]))
        elif found.name == "PINGREQ":
            connection.send(mqtt.packet("PINGRESP"))
        elif found.name == "DISCONNECT":
            return


def reset(connection):
    """Ends it with RST, so that nothing that is on its way arrives."""
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class CrowdPeer:
    """A TCP server where each connection has a thread, and follows `dialogue(connection, number)`; numbers count from 0."""

    def __init__(self, dialogue):
        self.dialogue, self.errors, self.addresses, self.connections = dialogue, [], [], []
        self.changed, self.threads = threading.Condition(), []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        while True:
            try:
                sock, address = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = peer.Connection(sock)
            with self.changed:
                number = len(self.connections)
                self.connections.append(connection)
                self.addresses.append(address)
                self.changed.notify_all()
            thread = threading.Thread(target=self._follow, args=(connection, number), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _follow(self, connection, number):
        try:
            self.dialogue(connection, number)
        except (peer.Closed, OSError):
            pass  # the client has gone
        except Exception as error:  # for the test to look at
            self.errors.append(error)
        connection.close()

    def seen(self, name):
        """All packets of this type that came."""
        return [found for connection in list(self.connections) for found in list(connection.seen) if found.name == name]

    def wait_connections(self, count, timeout=peer.DEADLINE):
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.connections) >= count, timeout):
                raise AssertionError(f"{len(self.connections)} connections, expected {count}")

    def stop(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for connection in self.connections:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in [self.thread, *self.threads]:
            thread.join(peer.DEADLINE)
