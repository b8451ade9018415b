"""mqrig broker by WebSocket: MQTT.js in Node and in a browser, paho-mqtt, and frames that no library would send."""

import json
import pathlib
import signal
import socket
import struct

import browser
import harness
import mqtt
import outside_client
import raw_client
import web_socket
from outside_client import OutsideClient
from tls_case import TlsCase
from web_socket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, WebSocket

PROTOCOL_ERROR, UNSUPPORTED_DATA = 1002, 1003


class Frames(TlsCase):
    def setUp(self):
        super().setUp()
        self.broker = self.serve("--listen", "ws://127.0.0.1:0/mqtt", "-v")

    def raw(self, **options):
        sock = socket.create_connection(("127.0.0.1", self.broker.port), harness.DEADLINE)
        self.addCleanup(sock.close)
        return WebSocket(sock, **options)

    def client(self, *args, **options):
        return super().client(self.broker.port, *args, layer=WebSocket, **options)

    def test_the_url_says_the_path(self):
        self.assertRegex(self.broker.urls[0], r"^ws://127\.0\.0\.1:\d+/mqtt$")

    def test_packets_may_be_split_and_joined_anywhere(self):
        client = self.client()
        client.subscribe("t", options=1)
        sock = client.sock
        packets = mqtt.publish(mqtt.V5, "t", b"x" * 200, 1, 7) + mqtt.publish(mqtt.V5, "t", b"y" * 70_000, 1, 8) + mqtt.packet("PINGREQ")
        for size in (1, 2, 3, 125, 126, 127, 65_536, len(packets)):
            with self.subTest(size):
                rest = packets if size > 3 else packets[:210]
                for at in range(0, len(rest), size):  # each piece a message of its own
                    sock.send_frame(BINARY, rest[at:at + size])
                if size <= 3:
                    sock.send_frame(BINARY, packets[210:])
                found = [client.answer("PUBLISH").payload[:1] for _ in range(2)]
                self.assertEqual([b"x", b"y"], found)
                client.answer("PINGRESP")
                client.kept.clear()
        client.sock.others.clear()
        sock.send_frame(BINARY, b"\xc0", final=False)  # one message of several frames, with a ping in between
        sock.send_frame(PING, b"still there?")
        sock.send_frame(CONTINUATION, b"", final=False)
        sock.send_frame(CONTINUATION, b"\x00")
        client.answer("PINGRESP")
        self.assertEqual([(PONG, b"still there?")], sock.others)

    def test_a_close_frame_is_answered_and_ends_the_connection(self):
        client = self.client()
        client.sock.send_frame(CLOSE, struct.pack("!H", 1000))
        self.assertEqual(1000, struct.unpack("!H", client.sock.expect_frame(CLOSE)[:2])[0])
        self.assertEqual(b"", client.sock.sock.recv(1))

    def test_disconnect_of_the_broker_comes_before_its_close_frame(self):
        client = self.client()
        self.broker.signal(signal.SIGTERM)
        self.assertEqual(0x8B, client.expect("DISCONNECT").reason)
        self.assertEqual(b"", client.sock.recv(1))
        self.assertEqual(CLOSE, client.sock.others[-1][0])
        client.close()
        self.assertEqual(0, self.broker.wait())

    def test_frames_that_are_not_allowed_end_the_connection(self):
        for name, code, args in (("text", UNSUPPORTED_DATA, (TEXT, b"hello")), ("reserved", PROTOCOL_ERROR, (3, b"")),
                                 ("continuation", PROTOCOL_ERROR, (CONTINUATION, b"x")), ("ping", PROTOCOL_ERROR, (PING, b"x" * 126))):
            with self.subTest(name):
                client = self.client()
                client.sock.send_frame(*args)
                self.assertEqual(code, struct.unpack("!H", client.sock.expect_frame(CLOSE)[:2])[0])
        client = self.client()
        client.sock.send_frame(BINARY, mqtt.packet("PINGREQ"), masked=False)
        self.assertEqual(PROTOCOL_ERROR, struct.unpack("!H", client.sock.expect_frame(CLOSE)[:2])[0])
        self.broker.err.wait_text("is cut off: ")

    def test_requests_that_are_none_for_mqtt_get_an_answer(self):
        for status, options in ((404, {"path": "/other"}), (400, {"protocol": None}), (400, {"protocol": "soap"})):
            with self.subTest(options):
                with self.assertRaises(web_socket.Refused) as caught:
                    self.raw(**options)
                self.assertEqual(status, caught.exception.status, caught.exception.text)
        sock = socket.create_connection(("127.0.0.1", self.broker.port), harness.DEADLINE)
        self.addCleanup(sock.close)
        sock.sendall(b"GET /mqtt HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while data := sock.recv(4096):
            answer += data
        self.assertTrue(answer.startswith(b"HTTP/1.1 426 "), answer)
        plain = raw_client.RawClient(self.broker.port)
        self.addCleanup(plain.close)
        plain.sock.sendall(mqtt.connect("x", mqtt.V5))
        self.assertTrue(plain.sock.recv(100).startswith(b"HTTP/1.1 400 "))
        plain.close()
        self.broker.err.wait_text("is cut off: the request was answered 404")

    def test_old_clients_ask_for_mqttv31(self):
        client = raw_client.RawClient(self.broker.port, mqtt.V31, layer=lambda sock: WebSocket(sock, protocol="mqttv3.1"))
        self.addCleanup(client.close)
        self.assertEqual(0, client.connect("old").reason)

    def test_half_a_request_is_dropped_in_time(self):
        broker = self.serve("--listen", "ws://127.0.0.1:0", "--connect-timeout", "200ms")
        sock = socket.create_connection(("127.0.0.1", broker.port), harness.DEADLINE)
        self.addCleanup(sock.close)
        sock.sendall(b"GET / HTTP/1.1\r\n")
        self.assertEqual(b"", sock.recv(100))


class Outside(TlsCase):
    """The same by ws and wss."""

    def setUp(self):
        super().setUp()
        self.broker = self.serve("--listen", "ws://127.0.0.1:0/mqtt", "--listen", "wss://127.0.0.1:0/mqtt", *self.identity(), lines=2)
        self.urls = [url.replace("127.0.0.1", "localhost") for url in self.broker.urls]
        self.ca = str(self.files / "ca.pem")

    def pass_messages(self, client, topic):
        client.subscribe(topic, 2)
        for qos in (0, 1, 2):
            client.publish(topic, b"%d" % qos + bytes(70_000), qos)
        self.assertEqual([(b"%d" % qos, 70_001, qos) for qos in (0, 1, 2)],
                         [(m["payload"][:1], len(m["payload"]), m["qos"]) for m in client.messages(3)])
        client.disconnect()

    def outside(self, command, url, version):
        client = OutsideClient(command, self.dir, int(url.rpartition(":")[2].partition("/")[0]), version)
        self.addCleanup(client.stop)
        return client

    def test_mqtt_js_in_node(self):
        for version, url in zip((5, 4), self.urls):
            client = self.outside(outside_client.mqtt_js_command(), url, version)
            client.connect(url=url, ca=self.ca)
            self.pass_messages(client, f"node/{version}")

    def test_paho(self):
        for version, url in zip((5, 4), self.urls):
            client = self.outside(outside_client.paho_command(), url, version)
            client.connect(path="/mqtt", **({"ca": self.ca} if url.startswith("wss") else {}))
            self.pass_messages(client, f"paho/{version}")

    def test_mqtt_js_in_a_browser(self):
        outside_client.mqtt_js_command()
        library = pathlib.Path(outside_client.NPM_FOLDER, "node_modules/mqtt/dist/mqtt.min.js").read_text(encoding="utf-8")
        page = browser.Browser()
        self.addCleanup(page.close)
        page.call("Security.setIgnoreCertificateErrors", ignore=True)  # it does not know the authority
        page.value(library + "; 0")
        for version, url in zip((5, 4), self.urls):
            found = page.value("""new Promise((resolve, reject) => {
                const client = mqtt.connect(%s, {protocolVersion: %d, reconnectPeriod: 0});
                const found = [];
                client.on('error', (error) => reject(String(error)));
                client.on('close', () => resolve(JSON.stringify(found)));
                client.on('message', (topic, payload, packet) => {
                  found.push([topic, packet.qos, payload.length]);
                  if (found.length === 3) client.end();
                });
                client.subscribe('web/#', {qos: 2}, () => {
                  for (const qos of [0, 1, 2]) client.publish('web/' + qos, 'x'.repeat(70000), {qos});
                });
              })""" % (json.dumps(url), version))
            self.assertEqual([[f"web/{qos}", qos, 70_000] for qos in (0, 1, 2)], sorted(json.loads(found)))


if __name__ == "__main__":
    harness.main()
