"""The account itself: each fault is found, and what is allowed is none."""

import unittest

from account import Account

TOPIC, READER = "a", "reader"


class AccountTest(unittest.TestCase):
    def faults(self, qos, received, sent=4, acknowledged=None, **options):
        account = Account(**options)
        account.expect(READER)
        for _ in range(sent):
            account.send(TOPIC, qos)
        for number in range(sent) if acknowledged is None else acknowledged:
            account.acknowledge(TOPIC, number)
        for number in received:
            account.receive(READER, TOPIC, number)
        return account.faults()

    def test_all_of_it_in_order_is_well(self):
        for qos in (1, 2):
            self.assertEqual([], self.faults(qos, [0, 1, 2, 3]))

    def test_what_was_acknowledged_and_did_not_come_is_lost(self):
        self.assertEqual(["a at reader: 2 acknowledged and lost, the first is 1"], self.faults(1, [0, 3]))
        self.assertEqual(["a at reader: 4 acknowledged and lost, the first is 0"], self.faults(2, []))

    def test_what_was_not_acknowledged_may_come_or_not_but_is_told(self):
        for received in ([0, 1, 2], [0, 1, 2, 3]):
            self.assertEqual(["a: 1 of 4 were never acknowledged"], self.faults(1, received, acknowledged=[0, 1, 2]))

    def test_twice_is_a_fault_at_qos_2_only(self):
        self.assertEqual([], self.faults(1, [0, 1, 1, 2, 1, 2, 3]))
        self.assertEqual(["a at reader: 2 twice, the first is 1"], self.faults(2, [0, 1, 2, 1, 2, 3]))

    def test_the_order_is_that_of_what_is_new(self):
        self.assertEqual(["a at reader: 1 out of order, the first is 1"], self.faults(1, [0, 2, 1, 3]))
        self.assertEqual([], self.faults(1, [0, 2, 1, 3], ordered=False))

    def test_what_nobody_sent_is_told(self):
        self.assertEqual(["a at reader: 6 that were never sent, the first is 4"], self.faults(1, [0, 1, 2, 3, 9]))
        account = Account()
        account.expect(READER)
        account.receive(READER, "other", 0)
        self.assertEqual(["other at reader: nobody sent that"], account.faults())

    def test_every_reader_is_asked(self):
        account = Account()
        account.expect("one")
        account.expect("other")
        account.acknowledge(TOPIC, account.send(TOPIC, 1))
        account.receive("one", TOPIC, 0)
        self.assertFalse(account.complete())
        self.assertEqual(["a at other: 1 acknowledged and lost, the first is 0"], account.faults())


if __name__ == "__main__":
    unittest.main(verbosity=2)
