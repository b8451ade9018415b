"""The clients of `mqrig bench`: how often they connect, come back and give up is what the other side saw."""

import harness
from bench_case import BenchCase

NOT_AUTHORISED, SERVER_BUSY = 0x87, 0x89


class Connections(BenchCase):
    def expect_connects(self, report, peer, disconnects):
        account = report.account
        self.assertEqual(peer.packets["CONNECT"], account["attempts"], report)
        self.assertEqual(peer.packets["CONNECT"], account["connected"], report)
        self.assertEqual(peer.packets["CONNECT"], account["connections_left"], report)
        self.assertEqual(peer.packets["CONNECT"], report.latency["connect"]["count"])
        self.assertEqual(disconnects, peer.packets["DISCONNECT"], report)
        self.assertEqual({}, report.errors)

    def test_a_storm_ends_all_connections_at_once(self):
        peer = self.timed_peer()
        report = self.measure("conn", peer.port, "-c", 50, "--storm", "--storm-interval", 0.5, "--duration", 1.8)
        self.expect_connects(report, peer, 50)  # only at the end
        self.assertEqual(0, peer.packets["CONNECT"] % 50)
        self.assertGreater(peer.packets["CONNECT"], 100)

    def test_clients_leave_after_their_lifetime_and_come_again(self):
        peer = self.timed_peer()
        report = self.measure("conn", peer.port, "-c", 20, "--lifetime", 0.5, "--duration", 1.8)
        self.expect_connects(report, peer, peer.packets["CONNECT"])
        self.assertGreater(peer.packets["CONNECT"], 40)

    def test_a_client_that_is_refused_for_good_sends_nothing_and_holds_up_nobody(self):
        for pace in (("--total-rate", 1000), ()):
            with self.subTest(pace=pace):
                peer = self.timed_peer(reason=lambda number: NOT_AUTHORISED if number == 2 else 0)
                report = self.measure("pub", peer.port, "-c", 4, "-q", 1, "--count", 400, *pace)
                self.assertEqual([300, 300], [peer.published[1], report.totals["sent"]], report)
                self.assertEqual([100, 100] if pace else [0, 0], [report.account["unsent"], report.totals["unsent"]], report)
                self.assertEqual({"CONNACK: Not authorized (0x87)": 1}, report.errors)
                self.assertEqual([4, 3, 1], [report.account[name] for name in ("attempts", "connected", "connect_failed")])
                self.assertIn("1 of 4 clients did not take part to the end", report.warnings)

    def test_a_busy_server_is_tried_again(self):
        peer = self.timed_peer(reason=lambda number: SERVER_BUSY if number < 5 else 0)
        report = self.measure("pub", peer.port, "-c", 3, "-q", 1, "--count", 300, "--reconnect-delay", 0.05)
        self.assertEqual([300, 300], [peer.published[1], report.totals["sent"]], report)
        self.assertEqual({"CONNACK: Server busy (0x89)": 5}, report.errors)
        self.assertEqual([8, 3, 5], [report.account[name] for name in ("attempts", "connected", "connect_failed")])

    def dropped(self, *args):
        """All connections end in the middle of an open loop of two seconds."""
        peer = self.timed_peer()
        run = self.measuring("pub", peer.port, "-c", 4, "-q", 0, "--total-rate", 1000, "--duration", 2, "--metrics", "127.0.0.1:0",
                             "--interval", 0.1, *args)
        run.wait_figure("sent_qos0_total", 300)
        peer.drop_all()
        report = run.report()
        self.assertEqual(2000, report.account["scheduled"])
        self.assertEqual(2000, report.totals["sent"] + report.totals["unsent"], report)
        self.assertEqual(4, report.account["connections_lost"])
        self.assertEqual(report.account["errors"], sum(report.errors.values()))
        return report, peer

    def test_connections_come_back_after_the_delay_that_was_asked_for(self):
        report, peer = self.dropped("--reconnect-delay", 0.4, "--reconnect-max-delay", 0.4)
        self.assertEqual([8, 8], [peer.packets["CONNECT"], report.account["connected"]])
        self.assertEqual(0, report.totals["unsent"])
        # What was due meanwhile waited, and is the same message late: nothing of it is a new one.
        self.assertEqual(2000, sum(peer.topics.values()) + self.in_the_air(report, peer))

    def in_the_air(self, report, peer):
        """Sent at QoS 0 into a connection that had ended: few, and nobody's account can have them."""
        lost = report.totals["sent"] - peer.published[0]
        self.assertTrue(0 <= lost <= 40, report)
        return lost

    def test_without_reconnecting_what_was_due_is_unsent(self):
        report, peer = self.dropped("--no-reconnect")
        self.assertEqual(4, peer.packets["CONNECT"])
        self.assertGreater(report.totals["unsent"], 500)
        self.in_the_air(report, peer)


if __name__ == "__main__":
    harness.main()
