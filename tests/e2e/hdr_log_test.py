"""Logs of histograms, read by HdrHistogram's own library."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from outside_client import HERE, NPM_FOLDER, missing

BEGIN = 1795329000250  # of the sample, milliseconds since 1970


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class HdrLog(unittest.TestCase):
    def setUp(self):
        if not shutil.which("node") or not pathlib.Path(NPM_FOLDER, "node_modules/hdr-histogram-js").is_dir():
            missing("hdr-histogram-js")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        log = pathlib.Path(folder.name, "sample.hlog")
        self.ours = lines(self.output([os.environ["MQRIG_HDR_LOG_SAMPLE"], log]))
        self.theirs = lines(self.output(["node", HERE / "read_hdr_log.js", log]))

    def output(self, command):
        return subprocess.run(command, env=os.environ | {"MQRIG_NPM_FOLDER": NPM_FOLDER}, timeout=60, check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def test_every_line_has_its_metric_and_its_time(self):
        self.assertEqual(14, len(self.theirs))
        for ours, theirs in zip(self.ours, self.theirs, strict=True):
            self.assertEqual(ours["tag"], theirs["tag"])
            self.assertEqual(BEGIN + 1000 * ours["start"], theirs["start"])
            self.assertEqual(1000, theirs["end"] - theirs["start"])

    def test_counts_and_percentiles_are_equal(self):
        for ours, theirs in zip(self.ours, self.theirs, strict=True):
            with self.subTest(ours["tag"], start=ours["start"]):
                self.assertEqual(ours["count"], theirs["count"])
                self.assertEqual(ours["percentiles"], theirs["percentiles"])

    def test_extremes_and_mean_are_as_precise_as_the_buckets(self):
        for ours, theirs in zip(self.ours, self.theirs, strict=True):
            for value in ("min", "max", "mean"):
                self.assertAlmostEqual(1, theirs[value] / ours[value], delta=0.001, msg=(ours, theirs))


if __name__ == "__main__":
    unittest.main()
