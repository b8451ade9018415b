"""A client through proxies by SOCKS5 and HTTP CONNECT: what they are asked for, logins, refusals, and TLS beyond them."""

import base64
import ipaddress

import harness
from proxy_servers import HttpProxy, SocksProxy
from tls_case import TlsCase

OK, USAGE, CONNECT, TLS = 0, 2, 3, 4
USER, PASSWORD = "joe", harness.secret("p@ss:w/rd of-the-proxy")
LOGIN = f"{USER}:{PASSWORD}"
QUOTED = harness.secret("joe:p%40ss%3Aw%2Frd%20of-the-proxy")
harness.secret(base64.b64encode(LOGIN.encode()))
NONE = dict.fromkeys(("all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"))


class ProxyCase(TlsCase):
    def proxy(self, kind, target, **options):
        made = kind(target, **options)
        self.addCleanup(made.stop)
        return made

    def publish(self, *args, env=None):
        return self.run_mqrig("pub", "-d", "-q", 1, "-t", "t", "-m", "x", *args, env={**NONE, **(env or {})})

    def expect_only_error(self, result, code, *texts):
        """With -d on: there is one complaint among the packets shown."""
        self.expect_failure(result, code, *texts)
        self.assertEqual(1, result.err.count("error: "), str(result))
        self.assertNotIn("sent CONNECT", result.err)


class Socks(ProxyCase):
    def setUp(self):
        super().setUp()
        self.port = self.serve("-p", 0).port

    def ask(self, scheme, host, *args, **options):
        proxy = self.proxy(SocksProxy, self.port, **options)
        result = self.publish("-h", host, "-p", 1883, "--proxy", f"{scheme}://127.0.0.1:{proxy.port}", *args)
        return proxy, result

    def test_who_looks_up_names(self):
        for scheme, host, args, asked in (
                ("socks5", "192.0.2.1", (), ipaddress.ip_address("192.0.2.1")),
                ("socks5", "2001:db8::1", (), ipaddress.ip_address("2001:db8::1")),
                ("socks5h", "192.0.2.1", (), ipaddress.ip_address("192.0.2.1")),
                ("socks5h", "broker.test", (), "broker.test"),
                ("SOCKS5", "broker.test", ("--resolve", "broker.test:1883:192.0.2.9"), ipaddress.ip_address("192.0.2.9")),
                ("socks5h", "broker.test", ("--resolve", "broker.test:1883:192.0.2.9"), ipaddress.ip_address("192.0.2.9"))):
            with self.subTest((scheme, host)):
                proxy, result = self.ask(scheme, host, *args)
                self.expect_ok(result)
                self.assertEqual([(asked, 1883)], proxy.asked)
                self.assertIn(f"proxy: {scheme.lower()}://127.0.0.1:{proxy.port} to ", result.err)
        proxy, result = self.ask("socks5", "broker.invalid")
        self.expect_only_error(result, CONNECT, "broker.invalid: .*(not known|no such host|looked up)")
        self.assertEqual([], proxy.asked)

    def test_each_kind_of_address_in_the_reply_is_read(self):
        for bound in (b"\x01" + bytes(6), b"\x03\x04name\x00\x01", b"\x04" + bytes(18)):
            proxy = self.proxy(SocksProxy, self.port)
            proxy.bound = bound
            self.expect_ok(self.publish("-h", "192.0.2.1", "--proxy", f"socks5://127.0.0.1:{proxy.port}"))

    def test_a_login(self):
        def run(form, args, env=None):
            proxy = self.proxy(SocksProxy, self.port, login=LOGIN)
            result = self.publish("-h", "broker.test", "--proxy", form.format(f"127.0.0.1:{proxy.port}"), *args, env=env)
            return proxy, result

        path = self.write("password", PASSWORD + "\n")
        for form, args in (("socks5h://" + QUOTED + "@{}", ()),
                           ("socks5h://{}", ("--proxy-username", USER, "--proxy-password-file", path)),
                           ("socks5h://joe@{}/", ("--proxy-password-env", "PROXY_PASSWORD"))):
            proxy, result = run(form, args, env={"PROXY_PASSWORD": PASSWORD})
            self.expect_ok(result)
            self.assertEqual([LOGIN], proxy.logins)
        for form, text in (("socks5h://joe:hunter2@{}", "refuses the user name or password"), ("socks5h://{}", "wants a login")):
            _, result = run(form, ())
            self.expect_only_error(result, CONNECT, text)
            self.assertNotIn("hunter2", result.err)

    def refuse(self, name, stages, *texts):
        def dialogue(connection):
            connection.sock.settimeout(harness.DEADLINE)
            for stage in stages:
                if not connection.sock.recv(4096):
                    return
                connection.send(stage)

        proxy = self.peer(dialogue)
        result = self.publish("-h", "broker.test", "--proxy", f"socks5h://user:hunter2@127.0.0.1:{proxy.port}")
        self.expect_only_error(result, CONNECT, *texts)
        self.assertIn(f"socks5h://127.0.0.1:{proxy.port}", result.err)
        self.assertNotIn("hunter2", result.err)

    def test_each_refusal_is_told(self):
        def reply(code):
            return b"\x05\x00", bytes([5, code, 0, 1]) + bytes(6)

        self.concurrently(self.refuse, (
            ("1", reply(1), r"no connection to broker\.test:1883: general failure"), ("2", reply(2), "its rules do not allow it"),
            ("3", reply(3), "network unreachable"), ("4", reply(4), "host unreachable"), ("5", reply(5), "connection refused"),
            ("6", reply(6), "time to live"), ("7", reply(7), "makes no connections"), ("8", reply(8), "kind of address"),
            ("99", reply(99), "reply 99"),
            ("no method", (b"\x05\xff",), "wants another way to log in"), ("a method not offered", (b"\x05\x01",), "not offered"),
            ("login refused", (b"\x05\x02", b"\x01\x01"), "refuses the user name or password"),
            ("HTTP", (b"HTTP/1.1 400 Bad Request\r\n\r\n",), "answers in HTTP.*http://"),
            ("TLS", (b"\x15\x03\x01\x00\x02\x02\x46",), "answers in TLS.*https://"),
            ("SOCKS4", (b"\x00\x5b" + bytes(6),), "does not answer in SOCKS5"),
            ("a kind of address", (b"\x05\x00", b"\x05\x00\x00\x09"), "no kind that SOCKS5 knows"),
            ("nothing", (), "closed the connection without an answer|Connection reset"),
            ("half", (b"\x05\x00", b"\x05\x00\x00\x01\x7f"), "closed the connection|Connection reset")))


class Http(ProxyCase):
    def setUp(self):
        super().setUp()
        self.port = self.serve("-p", 0).port

    def test_what_it_is_asked_for(self):
        for form, host, asked in (("http://{}", "broker.test", "broker.test"), ("http://{}", "192.0.2.1", "192.0.2.1"),
                                  ("HTTP://{}/", "2001:db8::1", "[2001:db8::1]")):
            proxy = self.proxy(HttpProxy, self.port)
            self.expect_ok(self.publish("-h", host, "-p", 1884, "--proxy", form.format(f"127.0.0.1:{proxy.port}")))
            self.assertEqual([(asked, 1884)], proxy.asked)
            self.assertEqual([], proxy.logins)

    def test_a_login(self):
        def run(form, *args):
            proxy = self.proxy(HttpProxy, self.port, login=LOGIN)
            return proxy, self.publish("-h", "broker.test", "--proxy", form.format(f"127.0.0.1:{proxy.port}"), *args)

        path = self.write("password", PASSWORD + "\n")
        for form, args in (("http://" + QUOTED + "@{}", ()), ("http://{}", ("--proxy-username", USER, "--proxy-password-file", path))):
            proxy, result = run(form, *args)
            self.expect_ok(result)
            self.assertEqual([LOGIN], proxy.logins)
        for form, text in (("http://joe:hunter2@{}", "refuses the user name or password"), ("http://{}", "wants a login")):
            _, result = run(form)
            self.expect_only_error(result, CONNECT, text)
            self.assertNotIn("hunter2", result.err)

    def refuse(self, name, answer, *texts):
        def dialogue(connection):
            connection.sock.settimeout(harness.DEADLINE)
            connection.sock.recv(4096)
            connection.send(answer)

        proxy = self.peer(dialogue)
        result = self.publish("-h", "broker.test", "--proxy", f"http://user:hunter2@127.0.0.1:{proxy.port}")
        self.expect_only_error(result, CONNECT, *texts)
        self.assertIn(f"http://127.0.0.1:{proxy.port}", result.err)
        self.assertNotIn("hunter2", result.err)
        self.assertNotIn("hidden", result.err)

    def test_each_refusal_is_told(self):
        def answer(status, *fields):
            return "\r\n".join([f"HTTP/1.1 {status}", *fields, "Content-Length: 6", "", "hidden"]).encode()

        self.concurrently(self.refuse, (
            ("403", answer("403 hidden"), r"no connection to broker\.test:1883: its rules do not allow it \(403"),
            ("405", answer("405 X"), r"no proxy that makes tunnels \(405"), ("400", answer("400 X"), r"no proxy .*\(400"),
            ("502", answer("502 X"), r"could not reach it \(502"), ("504", answer("504 X"), r"could not reach it \(504"),
            ("418", answer("418 X"), "answered 418"), ("302", answer("302 X", "Location: http://hidden"), "answered 302"),
            ("101", answer("101 X"), "answered 101"),
            ("407", answer("407 X", "Proxy-Authenticate: Basic realm=x"), "refuses the user name or password"),
            ("407 by other ways", answer("407 X", "Proxy-Authenticate: Negotiate", "Proxy-Authenticate: Digest realm=x"), "other than Basic"),
            ("SOCKS", b"\x05\x00", r"answers in SOCKS5.*socks5://"), ("TLS", b"\x15\x03\x01\x00\x02\x02\x46", "answers in TLS.*https://"),
            ("garbage", b"hidden\r\n\r\n", "not HTTP"), ("a head without end", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 40_000, "16 KiB"),
            ("nothing", b"", "closed the connection without an answer"),
            ("half", b"HTTP/1.1 200 OK\r\n", "closed the connection")))

    def test_what_does_not_answer_or_is_not_there(self):
        def listen_only(connection):
            while connection.sock.recv(4096):
                pass

        for scheme in ("http", "socks5h"):
            silent = self.peer(listen_only)
            result = self.publish("-h", "broker.test", "--proxy", f"{scheme}://127.0.0.1:{silent.port}", "--connect-timeout", "200ms")
            self.expect_only_error(result, CONNECT, r"no answer of the proxy for broker\.test:1883|within the time")
            result = self.publish("-h", "broker.test", "--proxy", f"{scheme}://127.0.0.1:{harness.free_port()}")
            self.expect_only_error(result, CONNECT, f"proxy {scheme}://127.*refused")
        result = self.publish("-h", "broker.test", "--proxy", "http://proxy.invalid:1")
        self.expect_only_error(result, CONNECT, "proxy http://proxy.invalid:1: .*(not known|no such host|looked up)")


class Environment(ProxyCase):
    def test_which_variables_count(self):
        port = self.serve("-p", 0).port
        direct = ("--resolve", f"broker.test:{port}:127.0.0.1", "-h", "broker.test", "-p", port)
        for variables, through in (
                ({"ALL_PROXY": "socks5h://{}"}, True), ({"all_proxy": "http://{}"}, True),
                ({"all_proxy": "http://{}", "ALL_PROXY": "ftp://x"}, True), ({"ALL_PROXY": ""}, False), ({"http_proxy": "http://{}"}, False),
                ({"ALL_PROXY": "{}", "NO_PROXY": "broker.test"}, False), ({"ALL_PROXY": "{}", "no_proxy": "x, .test"}, False),
                ({"ALL_PROXY": "{}", "NO_PROXY": "*"}, False), ({"ALL_PROXY": "{}", "NO_PROXY": "roker.test,broker.test:1"}, True)):
            with self.subTest(variables):
                kind = SocksProxy if "socks" in str(variables) else HttpProxy
                proxy = self.proxy(kind, port)
                env = {name: text.format(f"127.0.0.1:{proxy.port}") for name, text in variables.items()}
                self.expect_ok(self.publish(*direct, env=env))
                self.assertEqual(through, bool(proxy.asked))
                self.expect_ok(self.publish("-h", "127.0.0.1", "-p", port, env=env))  # nobody else's way leads there
                self.assertEqual(int(through), len(proxy.asked))
                proxy.asked.clear()
                self.expect_ok(self.publish(*direct, "--no-proxy", "*", env=env))
                self.assertEqual([], proxy.asked)

    def test_web_sockets_have_variables_of_their_own(self):
        broker = self.serve("--listen", "ws://127.0.0.1:0/mqtt")
        url = ("-L", f"ws://broker.test:{broker.port}/mqtt")
        proxy = self.proxy(HttpProxy, broker.port)
        self.expect_ok(self.publish(*url, env={"http_proxy": f"127.0.0.1:{proxy.port}", "ALL_PROXY": "ftp://wrong"}))
        self.assertEqual([("broker.test", broker.port)], proxy.asked)

    def test_what_is_no_proxy_is_said_without_its_password(self):
        for value, text in (("ftp://joe:hunter2@x:1", "scheme.*socks5"), ("http://joe:hunter2@x:70000", "port"), ("http://joe:hun%ter2@x", "%25"),
                            ("http://:hunter2@x", "user name"), ("http://x:1/hunter2", "ends with its host and port"), ("http://", "URL|host")):
            for args, env, name in ((("--proxy", value), {}, "--proxy"), ((), {"ALL_PROXY": value}, "ALL_PROXY")):
                with self.subTest((value, name)):
                    result = self.publish("-h", "broker.test", *args, env=env)
                    self.expect_one_error(result, USAGE, name, text)
                    self.assertNotRegex(result.err, "hun(%|t)")


class Secure(ProxyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority.server("far", names="DNS:broker.test")

    def setUp(self):
        super().setUp()
        self.broker = self.serve("--listen", "mqtts://127.0.0.1:0", "--listen", "wss://127.0.0.1:0/mqtt", *self.identity("far"), lines=2)
        self.trust = ("--cafile", self.files / "ca.pem")

    def secure_proxy(self, certificate="server", **options):
        context = self.server_context(certificate)
        return self.proxy(HttpProxy, self.broker.port, layer=lambda sock: context.wrap_socket(sock, server_side=True), **options)

    def test_the_brokers_name_is_looked_for_in_its_certificate_and_not_the_proxys(self):
        for scheme, kind in (("socks5h", SocksProxy), ("http", HttpProxy)):
            proxy = self.proxy(kind, self.broker.port)
            by = (*self.trust, "-p", 8883, "--proxy", f"{scheme}://127.0.0.1:{proxy.port}", "-h")
            self.expect_ok(self.publish(*by, "broker.test"))
            self.expect_only_error(self.publish(*by, "other.test"), TLS, r"not for 'other\.test' but for: broker\.test")
            self.assertEqual([("broker.test", 8883), ("other.test", 8883)], proxy.asked)

    def test_tls_to_the_proxy_and_tls_and_a_web_socket_in_it(self):
        proxy = self.secure_proxy(login=LOGIN)
        by = ("--proxy", f"https://{QUOTED}@localhost:{proxy.port}", "--proxy-cafile", self.files / "ca.pem", *self.trust)
        self.expect_ok(self.publish("-h", "broker.test", *by))
        proxy.target = int(self.broker.urls[1].rpartition(":")[2].partition("/")[0])
        result = self.publish("-L", "wss://broker.test/mqtt", *by)
        self.expect_ok(result)
        self.assertRegex(result.err, r"(?s)TLS 1\.3.*proxy: https://localhost.*TLS 1\.3.*WebSocket")
        self.assertEqual([("broker.test", 8883), ("broker.test", 443)], proxy.asked)
        self.assertEqual([LOGIN] * 2, proxy.logins)

    def test_a_proxy_that_is_not_the_one_it_should_be_gets_no_login(self):
        for certificate, host, args, text in (
                ("server", "localhost", (), "localhost.*Test Authority"),
                ("far", "localhost", ("--proxy-cafile", self.files / "ca.pem"), "not for 'localhost'")):
            proxy = self.secure_proxy(certificate)
            result = self.publish("-h", "broker.test", *self.trust, "--proxy", f"https://{QUOTED}@{host}:{proxy.port}", *args)
            self.expect_only_error(result, TLS, "proxy https://localhost", text)
            self.assertEqual([], proxy.logins)
        plain = self.proxy(HttpProxy, self.broker.port)
        result = self.publish("-h", "broker.test", "--tls", "--proxy", f"https://{QUOTED}@localhost:{plain.port}", "--connect-timeout", "300ms")
        self.expect_only_error(result, CONNECT, "TLS handshake with the proxy")  # it waits for the end of a line
        self.assertEqual([], plain.logins)


if __name__ == "__main__":
    harness.main()
