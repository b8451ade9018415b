"""-F: what mosquitto_sub 2.0.11 printed for the same formats and messages, byte for byte."""

import re

import harness
import mqtt

PROPERTIES = {
    "payload-format-indicator": 1, "message-expiry-interval": 60, "content-type": "text/plain", "response-topic": "re/ply",
    "correlation-data": b"c0", "subscription-identifier": [7], "topic-alias": 3, "user-property": [("k", "v"), ("k", "w x")],
}

# For a message with everything, and one with nothing; the letter opens each line, so that blanks at its end count.
FORMATS = {
    "%t|%p|%q|%r|%l|%x|%X|": ("to/pic|hellö|1|1|6|68656c6cc3b6|68656C6CC3B6|", "a||0|0|0|||"),
    "%m": ("42", "0"), "%%|@@|": ("%|@|", "%|@|"), "plain text": ("plain text", "plain text"),
    "%A|%C|%D|%E|%F|%P|%R|%S|": ("3|text/plain|c0|60|1|k:v k:w x|re/ply|7|", "||||||||"),
    "%12t|%-12t|%.3t|%6.3t|%-6.3t|%2t|%012t|": (
        "      to/pic|to/pic      |to/|   to/|to/   |to/pic|      to/pic|",
        "           a|a           |a|     a|a     | a|           a|"),
    "%6l|%06l|%-6l|%-06l|": ("     6|000006|6     |6     |", "     0|000000|0     |0     |"),
    "%6m|%06m|%6q|%4r|": ("    42|000042|1|1|", "     0|000000|0|0|"),
    "%12p|%-12p|%.2p|": ("      hellö|hellö      |hellö|", "            |            ||"),
    "%12C|%-12C|%.4C|%10R|%.2R|": ("  text/plain|text/plain  |text|    re/ply|re|", "            |            ||||"),
    "%5A|%05A|%5E|%05F|%4S|%04S|%12P|%12D|": ("    3|00003|   60|00001|   7|0007|k:v k:w x|c0|", None),
    r"a\tb\nc\\d\0e\ae\re\vf\e[0m": ("a\tb\nc\\d\0e\ae\re\vf\x1b[0m", "a\tb\nc\\d\0e\ae\re\vf\x1b[0m"),
}


class Formats(harness.MqttTest):
    def print_messages(self, *args, version="5"):
        def dialogue(peer):
            peer.accept()
            peer.grant()
            props = PROPERTIES if peer.version == mqtt.V5 else {}
            peer.send(mqtt.publish(peer.version, "to/pic", "hellö".encode(), 1, 42, retain=True, props=props))
            peer.send(mqtt.publish(peer.version, "a"))
            peer.expect_closed()
        scripted = self.peer(dialogue)
        aliases = ("--topic-alias-maximum", 10) if version == "5" else ()
        result = self.run_mqrig("sub", "-p", scripted.port, "-V", version, "-q", 1, "-t", "#", "-C", 2, *aliases, *args)
        scripted.finish()
        self.expect_ok(result)
        return result.out

    def test_every_specifier_width_and_escape(self):
        for form, (full, empty) in FORMATS.items():
            with self.subTest(form):
                found = self.print_messages("-F", form)
                if empty is None:
                    self.assertTrue(found.startswith(full.encode() + b"\n"), found)
                else:
                    self.assertEqual(f"{full}\n{empty}\n".encode(), found)

    def test_properties_are_empty_before_version_five(self):
        for version in ("31", "311"):
            self.assertEqual(b"|||\n|||\n", self.print_messages("-F", "%A|%C|%P|%E", version=version))

    def test_a_format_beats_verbose_and_takes_no_newline(self):
        self.assertEqual(b"to/pica", self.print_messages("-v", "-N", "-F", "%t"))

    def test_times(self):
        for form, pattern in (("%I", rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000"), ("%U", rb"\d{10}\.\d{9}"),
                              ("@Y-@m-@dT@H:@M:@S.@N", rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}"), ("@Z", rb"UTC")):
            found = self.print_messages("-F", form)
            self.assertTrue(re.fullmatch(rb"(" + pattern + rb"\n){2}", found), (form, found))

    def test_json(self):
        full, empty = self.json_lines(self.print_messages("-j"))
        self.assertRegex(full.pop("ts"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        empty.pop("ts")
        props = full.pop("props")
        self.assertEqual({"topic": "to/pic", "qos": 1, "retain": True, "dup": False, "mid": 42, "size": 6, "enc": "utf8",
                          "payload": "hellö"}, full)
        self.assertEqual({"content_type": "text/plain", "response_topic": "re/ply", "correlation_data": "YzA=", "expiry": 60,
                          "format": 1, "sub_ids": [7], "user": [["k", "v"], ["k", "w x"]]},
                         {k: v for k, v in props.items() if k != "topic_alias"})
        self.assertEqual(("a", 0, False, 0, ""), tuple(empty[k] for k in ("topic", "qos", "retain", "size", "payload")))

    def test_invalid_formats(self):
        for form in ("%", "%z", "@", "\\", "\\q", "%5", "%-", "%."):
            result = self.run_mqrig("sub", "-p", "1", "-t", "a", "-F", form)
            self.expect_failure(result, 2, "(?i)format")


if __name__ == "__main__":
    harness.main()
