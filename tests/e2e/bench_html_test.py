"""The page of a load test in a real browser: nothing is fetched, nothing is wrong, everything is there to see."""

import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree
import zlib

import browser

NAMES = ("normal", "failed", "empty", "huge", "hostile", "search", "connections", "long")
CHARTS = {
    "normal": {"throughput", "latency-delivery", "percentiles", "histogram-delivery", "connections"},
    "search": {"search-latency", "search-rate", "throughput", "percentiles"},
    "connections": {"latency-connect", "histogram-connect", "percentiles", "connections"},
    "empty": set(),
}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# A text that ends outside of the window, or outside of the card that it is on and that does not scroll.
OUTSIDE = """Array.from(document.querySelectorAll('h1,h2,p,dt,dd,li,.x span,.y span')).filter(element => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && (box.right > innerWidth + 1 || box.left + 1 < 0);
}).map(element => element.outerHTML.slice(0, 100))"""
# Elements whose colours are closer to each other than WCAG AA wants text to be.
FAINT = """(() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v > .03928 ? ((v + .055) / 1.055) ** 2.4 : v / 12.92)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  return Array.from(document.querySelectorAll('h1,h2,p,dt,dd,th,td,li,small,strong,pre,summary,.x span,.y span'))
    .filter(element => element.offsetWidth && element.textContent.trim()).filter(element => {
      const a = light(parse(getComputedStyle(element).color)), b = light(ground(element));
      return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5;
    }).map(element => element.outerHTML.slice(0, 100));
})()"""


def pixels(png):
    """The rows of a PNG as Chromium writes it: 8 bits a channel, RGB or RGBA, not interlaced; filters undone."""
    at, data, size, channels = 8, b"", None, None
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and colour in (2, 6), (depth, colour)
            size, channels = (width, height), 3 if colour == 2 else 4
        elif kind == b"IDAT":
            data += body
        at += length + 12
    raw, stride = zlib.decompress(data), size[0] * channels
    rows, previous = [], bytearray(stride)
    for y in range(size[1]):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride):
            a = line[x - channels] if x >= channels else 0
            b, c = previous[x], previous[x - channels] if x >= channels else 0
            if kind == 1:
                line[x] = (line[x] + a) & 255
            elif kind == 2:
                line[x] = (line[x] + b) & 255
            elif kind == 3:
                line[x] = (line[x] + (a + b) // 2) & 255
            elif kind == 4:
                near = min((a, b, c), key=lambda value: abs(a + b - c - value))
                line[x] = (line[x] + near) & 255
        rows.append(line)
        previous = line
    return rows, channels


def colours(png):
    """How many pixels have which colour."""
    counts = {}
    rows, channels = pixels(png)
    for row in rows:
        for x in range(0, len(row), channels):
            colour = tuple(row[x:x + 3])
            counts[colour] = counts.get(colour, 0) + 1
    return counts


class BenchHtml(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="mqrig-html-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, ignore_errors=True)
        subprocess.run([os.environ["MQRIG_REPORT_GALLERY"], cls.dir], check=True)
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, name, **options):
        self.browser.open(f"file://{self.dir}/{name}.html", **options)

    def value(self, expression):
        return self.browser.value(expression)

    def test_the_gallery_is_what_is_looked_at(self):
        self.assertEqual(sorted(NAMES), sorted(path.stem for path in self.dir.glob("*.html")))

    def test_a_page_is_well_formed_and_small(self):
        for name in NAMES:
            path = self.dir / f"{name}.html"
            xml.etree.ElementTree.parse(path)
            self.assertLess(path.stat().st_size, 400_000, name)

    def test_a_page_complains_of_nothing_and_fetches_nothing(self):
        for name in NAMES:
            with self.subTest(name):
                self.open(name)
                self.assertEqual([], self.browser.complaints())
                self.assertEqual([f"file://{self.dir}/{name}.html"], self.browser.requests())
                self.assertEqual("CSS1Compat", self.value("document.compatMode"))

    def test_each_chart_has_a_drawing_with_a_size(self):
        for name, wanted in CHARTS.items():
            with self.subTest(name):
                self.open(name)
                charts = self.value("Array.from(document.querySelectorAll('.chart')).map(figure => figure.id)")
                self.assertLessEqual(wanted, set(charts))
                if not wanted:
                    self.assertEqual([], charts)
                for chart in wanted:
                    lines = f"#{chart} svg .line, #{chart} svg .bars"
                    self.assertGreater(self.value(f"document.querySelectorAll('{lines}').length"), 0, chart)
                    width = self.value(f"document.querySelector('{lines}').getBoundingClientRect().width")
                    self.assertGreater(width, 50, chart)
                    self.assertGreater(self.value(f"document.querySelector('#{chart} svg').clientHeight"), 150, chart)

    def test_ids_are_unique_and_plots_have_a_name(self):
        for name in NAMES:
            self.open(name)
            ids = self.value("Array.from(document.querySelectorAll('[id]')).map(element => element.id)")
            self.assertEqual(len(set(ids)), len(ids), name)
            self.assertEqual(0, self.value("document.querySelectorAll('.plot:not([role=img][aria-label])').length"))

    def test_nothing_runs_over_the_side_of_a_narrow_or_a_wide_window(self):
        for name in NAMES:
            for width in (400, 1280):
                with self.subTest(name, width=width):
                    self.open(name, width=width)
                    self.assertEqual(0, self.value(OVERFLOW))
                    self.assertEqual([], self.value(OUTSIDE))

    def test_light_and_dark_look_different_and_neither_is_blank(self):
        pictures = {}
        for dark in (False, True):
            self.open("normal", width=1000, height=700, dark=dark)
            pictures[dark] = colours(self.browser.screenshot())
            self.assertGreater(len(pictures[dark]), 50)
            most = max(pictures[dark], key=pictures[dark].get)
            self.assertEqual(dark, sum(most) < 3 * 128, most)
        line = {False: (0x24, 0x58, 0xD3), True: (0x78, 0xA9, 0xFF)}
        for dark, colour in line.items():
            self.assertGreater(pictures[dark].get(colour, 0), 20, "the first colour of lines is not to be seen")

    def test_every_text_stands_out_from_its_background(self):
        for name in ("normal", "failed", "empty", "search"):
            for dark in (False, True):
                with self.subTest(name, dark=dark):
                    self.open(name, dark=dark)
                    self.assertEqual([], self.value(FAINT))

    def test_the_pointer_and_the_arrow_keys_show_values(self):
        self.open("normal")
        tip = "(tip => tip.hidden ? null : tip.innerText)(document.querySelector('#throughput .tip'))"
        self.assertIsNone(self.value(tip))
        box = self.value("(plot => { plot.scrollIntoView(); const b = plot.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })"
                         "(document.querySelector('#throughput .plot'))")
        self.browser.point_at(box[0] + box[2] / 2, box[1] + box[3] / 2)
        self.assertRegex(self.value(tip), r"\A1[45] s – 1[56] s\n(?s:.*)out\s+\d+,\d+/s\s+in\s+")
        self.browser.point_at(1, 1)
        self.assertIsNone(self.value(tip))
        self.value("document.querySelector('#throughput .plot').focus()")
        self.browser.press("ArrowRight")
        self.assertTrue(self.value(tip).startswith("0 s – 1 s"))
        self.browser.press("End")
        self.assertTrue(self.value(tip).startswith("29 s – 30 s"))
        self.browser.press("Escape")
        self.assertIsNone(self.value(tip))
        self.assertEqual([], self.browser.complaints())

    def test_without_scripts_the_numbers_and_the_lines_are_there(self):
        self.browser.scripts(False)
        self.addCleanup(self.browser.scripts, True)
        self.open("normal")
        root = self.browser.call("DOM.getDocument")["root"]["nodeId"]
        text = self.browser.call("DOM.getOuterHTML", nodeId=root)["outerHTML"]
        for part in ("PASSED", "269,948 messages", 'class="line wide c1"', "29 s – 30 s"):
            self.assertIn(part, text)

    def test_hostile_texts_are_shown_and_do_nothing(self):
        self.open("hostile")
        self.assertNotEqual("owned", self.value("document.title"))
        self.assertEqual(0, self.value("document.images.length"))
        self.assertEqual(1, self.value("document.scripts.length"))
        self.assertIn("<img src=x onerror", self.value("document.querySelector('h1').innerText"))

    def test_the_policy_would_stop_a_script_that_got_in_all_the_same(self):
        self.open("normal")
        self.value("document.body.append(Object.assign(document.createElement('script'), {textContent: 'document.title = \"owned\"'}))")
        self.assertNotEqual("owned", self.value("document.title"))


if __name__ == "__main__":
    unittest.main()
