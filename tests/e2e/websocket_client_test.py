"""A client by WebSocket: at mosquitto's listener and ours, and at servers in Python that break every rule of it."""

import struct

import harness
import mqtt
import peer
from tls_case import TlsCase
from web_socket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, AcceptedWebSocket, accept_hash

OK, CONNECT, NOT_AUTHORISED, DISCONNECTED, PROTOCOL = 0, 3, 5, 8, 9
NORMAL, GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED_DATA, INVALID_DATA = 1000, 1001, 1002, 1003, 1007
POLICY_VIOLATION, TRY_AGAIN_LATER = 1008, 1013
TOKEN = harness.secret("the-token-of-a-header")


class WebSocketCase(TlsCase):
    def accepting(self, *dialogues):
        """A server whose n-th connection agrees upon a WebSocket and CONNECT; its dialogue has a Connection in it."""
        def agreed(dialogue):
            def run(connection):
                inner = peer.Connection(AcceptedWebSocket(connection.sock).agree())
                inner.accept()
                dialogue(inner)
            return run

        return self.peer(*map(agreed, dialogues))

    def url(self, port, path="/mqtt", scheme="ws"):
        return ("-L", f"{scheme}://127.0.0.1:{port}{path}", "-t", "t")

    def round_trip(self, *options, longest=200_000):
        """Messages that need each form of a frame's length, there and back."""
        payloads = [b"x" * size for size in (1, 100, 126, 4_000, longest)]
        sub = self.start("sub", "-d", *options, "-q", 1, "-C", len(payloads))
        sub.err.wait_text("SUBACK")
        self.expect_ok(self.run_mqrig("pub", *options, "-q", 1, "-l", input=b"\n".join(payloads)))
        self.assertEqual(0, sub.wait(), sub.err.text())
        self.assertEqual(payloads, sub.out.bytes().split(b"\n")[:-1])


class RoundTrip(WebSocketCase):
    def test_mosquitto(self):
        port = harness.free_port()
        self.mosquitto(config=f"listener {port} 127.0.0.1\nprotocol websockets")
        self.round_trip(*self.url(port), longest=4_000)  # it sends a small piece ten times a second
        self.round_trip("--ws", "-h", "localhost", "-p", port, "-t", "t", longest=4_000)

    def test_ours(self):
        broker = self.serve("--listen", "ws://127.0.0.1:0/mqtt", "--listen", "wss://127.0.0.1:0/mqtt", *self.identity(), lines=2)
        self.round_trip(*self.url(broker.port))
        secure = int(broker.urls[1].rpartition(":")[2].partition("/")[0])
        self.round_trip(*self.url(secure, scheme="wss"), "--cafile", self.files / "ca.pem")
        result = self.run_mqrig("pub", *self.url(secure), "-m", "x")
        self.expect_one_error(result, CONNECT, "closed the connection|speaks TLS")


class Request(WebSocketCase):
    def test_path_host_and_header_fields(self):
        heads = []

        def note(connection):
            socket = AcceptedWebSocket(connection.sock)
            heads.append(socket.request)
            peer.Connection(socket.agree()).accept()

        server = self.peer(note, note)
        self.run_mqrig("pub", "-d", *self.url(server.port, "/a/b%20c?x=1"), "-m", "x", "--ws-header", f"Authorization: Bearer {TOKEN}",
                       "--ws-header", "X-Empty:", "--ws-header", "Origin: http://page.test")
        self.run_mqrig("pub", "--ws", "-h", "127.0.0.1", "-p", server.port, "-t", "t", "-m", "x", "--ws-path", "/other", "--ws-header",
                       "Host: broker.test")
        server.finish()
        lines = heads[0].split("\r\n")
        self.assertEqual("GET /a/b%20c?x=1 HTTP/1.1", lines[0])
        for field in (f"Host: 127.0.0.1:{server.port}", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                      "Sec-WebSocket-Protocol: mqtt", f"Authorization: Bearer {TOKEN}", "X-Empty: ", "Origin: http://page.test"):
            self.assertEqual(1, lines.count(field), heads[0])
        self.assertRegex(heads[1], r"\AGET /other HTTP/1\.1\r\n")
        self.assertRegex(heads[1], r"\r\nHost: broker\.test(\r\n|\Z)")
        self.assertEqual(1, heads[1].count("Host:"))


class Refused(WebSocketCase):
    """Answers that are no WebSocket for MQTT: exit code 3, one line, and nothing else is tried."""

    def refuse(self, name, answer, *texts):
        def dialogue(connection):
            connection.sock.settimeout(harness.DEADLINE)
            if callable(answer):
                answer(AcceptedWebSocket(connection.sock))
            else:
                connection.sock.recv(4096)
                connection.send(answer)

        server = self.peer(dialogue)
        result = self.run_mqrig("pub", *self.url(server.port), "-m", "x")
        self.expect_one_error(result, CONNECT, *texts)
        self.assertNotIn("hidden", result.err)
        self.assertEqual(1, server.connections)

    def test_each_is_named(self):
        def plain(status, *fields):
            return lambda socket: socket.answer("Content-Length: 6", *fields, "", "hidden", status=status)

        upgrade = ("Upgrade: websocket", "Connection: Upgrade")

        def protocol(*fields):
            return lambda socket: socket.answer(*upgrade, f"Sec-WebSocket-Accept: {accept_hash(socket.key)}", *fields)

        self.concurrently(self.refuse, (
            ("200", plain("200 OK"), "answered 200 OK: is the path /mqtt right"),
            ("401", plain("401 Unauthorized"), "answered 401 .*credentials"),
            ("403", plain("403 hidden"), "answered 403 Forbidden: .*does not allow"),
            ("404", plain("404 Not Found"), "answered 404 .*path /mqtt"),
            ("426", plain("426 Upgrade Required"), "answered 426 .*version 13"),
            ("503", plain("503 Service Unavailable"), "answered 503 .*not available"),
            ("redirect", plain("302 Found", "Location: https://login.test/in?hidden"),
             r"answered 302 Found: it redirects to https://login\.test/in, which is not followed"),
            ("redirect to nowhere", plain("308 Permanent Redirect"), "answered 308"),
            ("wrong accept hash", lambda s: s.answer(*upgrade, "Sec-WebSocket-Accept: hiddenhiddenhidden", "Sec-WebSocket-Protocol: mqtt"),
             "does not belong to our request"),
            ("no accept hash", lambda s: s.answer(*upgrade, "Sec-WebSocket-Protocol: mqtt"), "does not belong to our request"),
            ("another upgrade", lambda s: s.answer("Upgrade: h2c", "Connection: Upgrade"), "not WebSocket"),
            ("no upgrade", lambda s: s.answer(), "not WebSocket"),
            ("wrong subprotocol", protocol("Sec-WebSocket-Protocol: chat"), 'subprotocol "chat" where "mqtt" was asked for'),
            ("no subprotocol", protocol(), 'no subprotocol where "mqtt" was asked for'),
            ("two subprotocols", lambda s: s.agree("Sec-WebSocket-Protocol: mqtt"), "subprotocol"),
            ("an extension", lambda s: s.agree("Sec-WebSocket-Extensions: permessage-deflate"), "permessage-deflate"),
            ("a header without end", lambda s: s.agree("X: " + "hidden" * 10_000), "larger than 16 KiB"),
            ("malformed HTTP", b"HTTP/1.1 nonsense\r\n\r\n", "malformed HTTP"),
            ("another protocol", b"SSH-2.0-x\r\n", "not HTTP"),
            ("MQTT", b"\x20\x02\x00\x01", "MQTT without WebSocket: use mqtt://"),
            ("TLS", b"\x15\x03\x01\x00\x02\x02\x28", "speaks TLS on this port: use wss://"),
            ("nothing", b"", "closed the connection and answered nothing"),
            ("half an answer", b"HTTP/1.1 101 Switching", "in the middle of its answer"),
        ))

    def test_a_token_that_is_refused_is_not_authorised(self):
        def refuse(connection):
            AcceptedWebSocket(connection.sock).answer("Content-Length: 0", status="401 Unauthorized")

        server = self.peer(refuse, refuse)  # another token might do, once
        result = self.run_mqrig("pub", *self.url(server.port), "-m", "x", "--token-env", "T", "--token-in", "ws-header", env={"T": TOKEN})
        self.expect_one_error(result, NOT_AUTHORISED, "it refuses the credentials of the request")

    def test_silence_is_a_timeout(self):
        def listen_only(connection):
            while connection.sock.recv(4096):
                pass

        result = self.run_mqrig("pub", *self.url(self.peer(listen_only).port), "-m", "x", "--connect-timeout", "200ms")
        self.expect_one_error(result, CONNECT, "WebSocket|within the time")


class Frames(WebSocketCase):
    def subscribe(self, dialogue, *args, reconnect="--no-reconnect"):
        """Runs sub; the dialogue has the Connection, after SUBACK, and the WebSocket."""
        def after_suback(connection):
            connection.grant()
            dialogue(connection, connection.sock)

        server = self.accepting(after_suback)
        result = self.run_mqrig("sub", *self.url(server.port), reconnect, *args)
        server.finish()
        return result

    def test_packets_may_be_split_and_joined_anywhere(self):
        packets = b"".join(mqtt.publish(mqtt.V5, "t", payload) for payload in (b"one", b"t" * 70_000, b"three"))
        expected = b"one\n" + b"t" * 70_000 + b"\nthree\n"

        def whole(socket):
            socket.send_frame(BINARY, packets)

        def messages_of(size):
            def send(socket):
                pieces = [packets[at:at + size] for at in range(0, 399, size)] + [packets[399:]]
                socket.sock.sendall(b"".join(socket.frame(BINARY, piece) for piece in pieces))
            return send

        def fragments(socket):
            frames = [socket.frame(BINARY, b"", final=False), socket.frame(PING, b"amid"), socket.frame(CONTINUATION, packets[:1], final=False),
                      socket.frame(CONTINUATION, b"", final=False), socket.frame(CONTINUATION, packets[1:30_000], final=False),
                      socket.frame(PONG, b"unasked"), socket.frame(CONTINUATION, packets[30_000:]), socket.frame(BINARY, b"")]
            data = b"".join(frames)
            for at in (*range(20), 100, 30_010, len(data)):  # and TCP in pieces of its own
                socket.sock.sendall(data[:at])
                data = data[at:]

        def run(name, send):
            def dialogue(connection, socket):
                send(socket)
                connection.expect("DISCONNECT")
            result = self.subscribe(dialogue, "-C", 3)
            self.expect_ok(result)
            self.assertEqual(expected, result.out)

        self.concurrently(run, (("whole", whole), ("bytes", messages_of(1)), ("threes", messages_of(3)), ("fragments", fragments)))

    def test_a_ping_is_answered_and_everything_is_masked_and_closed_in_order(self):
        def dialogue(connection, socket):
            socket.send_frame(PING, b"still there?")
            self.assertEqual(b"still there?", socket.expect_frame(PONG))
            connection.send(mqtt.publish(mqtt.V5, "t", b"x"))
            connection.expect("DISCONNECT")
            self.assertEqual(NORMAL, struct.unpack("!H", socket.expect_frame(CLOSE)[:2])[0])

        self.expect_ok(self.subscribe(dialogue, "-C", 1))

    def test_frames_that_are_not_allowed_end_the_connection_with_their_reason(self):
        def fault(name, code, frame, text):
            def dialogue(connection, socket):
                socket.sock.sendall(frame(socket))
                self.assertEqual(code, struct.unpack("!H", socket.expect_frame(CLOSE)[:2])[0])
            result = self.subscribe(dialogue, reconnect="--reconnect")  # which is of no use
            self.expect_one_error(result, PROTOCOL, "broke the protocol: the server", text)

        self.concurrently(fault, (
            ("text", UNSUPPORTED_DATA, lambda s: s.frame(TEXT, b"hello"), "text"),
            ("masked", PROTOCOL_ERROR, lambda s: s.frame(BINARY, b"x", masked=True), "mask"),
            ("reserved bit", PROTOCOL_ERROR, lambda s: s.frame(BINARY | 0x40, b"x"), "reserved|extension"),
            ("reserved kind", PROTOCOL_ERROR, lambda s: s.frame(3, b"x"), "kind|opcode"),
            ("continuation of nothing", PROTOCOL_ERROR, lambda s: s.frame(CONTINUATION, b"x"), "had not begun"),
            ("message in a message", PROTOCOL_ERROR, lambda s: s.frame(BINARY, b"", final=False) + s.frame(BINARY, b""), "message|frame"),
            ("ping in pieces", PROTOCOL_ERROR, lambda s: s.frame(PING, b"x", final=False), "fragment|pieces|control"),
            ("long ping", PROTOCOL_ERROR, lambda s: s.frame(PING, b"x" * 126), "control|125|long"),
            ("length in too many bytes", PROTOCOL_ERROR, lambda s: bytes([0x80 | BINARY, 126, 0, 5]), "length"),
            ("oversized", PROTOCOL_ERROR, lambda s: bytes([0x80 | BINARY, 127]) + b"\xff" * 8, "length"),
            ("half a close code", PROTOCOL_ERROR, lambda s: s.frame(CLOSE, b"x"), "(?i)close"),
            ("close code of no frame", PROTOCOL_ERROR, lambda s: s.frame(CLOSE, struct.pack("!H", 1005)), "(?i)close"),
            ("close reason in no UTF-8", INVALID_DATA, lambda s: s.frame(CLOSE, struct.pack("!H", NORMAL) + b"\xff"), "UTF-8"),
        ))

    def test_what_comes_instead_of_connack_is_told(self):
        def instead(name, code, frame, text):
            def dialogue(connection):
                socket = AcceptedWebSocket(connection.sock).agree()
                peer.Connection(socket).expect("CONNECT")
                socket.sock.sendall(frame(socket))
                socket.expect_frame(CLOSE)

            # A close frame may mean the version: 3.1.1 is tried too.
            attempts = 2 if name == "closed" else 1
            server = self.peer(*[dialogue] * attempts)
            result = self.run_mqrig("sub", *self.url(server.port))
            self.expect_one_error(result, code, text)
            self.assertEqual(attempts, server.connections)

        self.concurrently(instead, (
            ("text", PROTOCOL, lambda s: s.frame(TEXT, b"hello"), "broke the protocol: the server sent a text message"),
            ("closed", CONNECT, lambda s: s.frame(CLOSE, struct.pack("!H", POLICY_VIOLATION)), "instead of answering CONNECT: .*status 1008"),
        ))

    def test_a_close_frame_tells_its_code_and_reason_and_is_answered(self):
        def close(name, code, reason, text):
            def dialogue(connection, socket):
                socket.send_frame(CLOSE, struct.pack("!H", code) + reason)
                self.assertEqual(code, struct.unpack("!H", socket.expect_frame(CLOSE)[:2])[0])
            self.expect_one_error(self.subscribe(dialogue), DISCONNECTED, text)

        self.concurrently(close, (
            ("normal", NORMAL, b"", "closed the connection"),
            ("going away", GOING_AWAY, b"maintenance", "status 1001.*maintenance"),
            ("try again later", TRY_AGAIN_LATER, b"", "status 1013"),
            ("its own", 4001, b"evil\x1b[31m\nreason", r"status 4001[^\n\x1b]*reason"),
        ))

    def test_a_lost_web_socket_is_made_anew(self):
        def leave(connection):
            connection.grant()  # and TCP ends, without a close frame

        def deliver(connection):
            connection.grant()
            connection.send(mqtt.publish(mqtt.V5, "t", b"again"))
            connection.expect("DISCONNECT")

        server = self.accepting(leave, deliver)
        result = self.run_mqrig("sub", *self.url(server.port), "-C", 1, "--reconnect-delay", "10ms")
        self.expect_ok(result)
        self.assertEqual(b"again\n", result.out)
        self.assertRegex(result.err, "connection lost: .*without a close frame")


if __name__ == "__main__":
    harness.main()
