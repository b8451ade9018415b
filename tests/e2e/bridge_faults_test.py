"""mqrig bridge with a spool: both brokers and the bridge are killed at random moments, lines are cut and frozen, the disk is full.

A short run of bridge_faults.py, whose command line goes on for hours. What went wrong can be run again there with the seed.
"""

import os
import unittest

import bridge_faults
import harness
from bridge_rig import Plan

SEED = int(os.environ.get("MQRIG_TEST_SEED", "1"))
LIMIT = 12  # s of faults for each, on a slow machine; draining comes on top
FAST = 0.4  # lives and breaks are so much shorter than by hand


class Faults(unittest.TestCase):
    def torment(self, kills, **plan):
        outcome, directory = bridge_faults.torment(Plan(rate=1000, **plan), SEED, kills, LIMIT, FAST)
        self.assertEqual([], outcome.wrong, f"{outcome.record()}; kept: {directory}")
        for qos, total in outcome.totals.items():
            self.assertGreater(total["sent"], kills, f"QoS {qos} in {outcome.record()}")

    def test_without_a_bridge_the_account_of_source_and_sink_is_exact(self):
        """What is wrong below is then not wrong here."""
        self.torment(10, bridge="none")

    def test_nothing_is_lost_between_our_brokers_and_qos_2_comes_once_and_in_order(self):
        self.torment(30, both=True)

    def test_nor_from_3_1_1_brokers(self):
        self.torment(20, version="311")

    def test_without_a_spool_qos_1_loses_nothing_either(self):
        self.torment(15, spool=False, qualities=(1,))

    def test_brokers_that_forget_their_sessions_neither_stop_nor_crash_it(self):
        self.torment(12, remembers=False)

    def test_between_mosquittos_that_are_asked_to_end(self):
        """One message in flight: with more of them it repeats QoS 2 after a restart, by itself."""
        if not harness.MOSQUITTO:
            self.skipTest("mosquitto is not installed")
        self.torment(12, brokers="mosquitto", ends="term", window=1)


if __name__ == "__main__":
    harness.main()
