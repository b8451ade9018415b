"""SIGINT and SIGTERM: DISCONNECT within a second, and an exit code that says whether the run was cut short."""

import signal
import threading
import time

import harness
import mqtt

BOTH = ((signal.SIGINT, 130), (signal.SIGTERM, 143))


class Signals(harness.MqttTest):
    def interrupt(self, process, number):
        """Signals and waits for the end, which must come within the second that is promised (and slack for slow builds)."""
        begin = time.monotonic()
        process.signal(number)
        code = process.wait(10)
        self.assertLess(time.monotonic() - begin, 6 if harness.SANITIZED else 2)
        return code

    def connected(self, dialogue_end):
        """A peer that notes whether the last packet was a DISCONNECT."""
        def dialogue(peer):
            peer.accept()
            dialogue_end(peer)
            self.farewell = peer.expect_closed()
        return self.peer(dialogue)

    def expect_clean_disconnect(self):
        self.assertEqual(["DISCONNECT"], [p.name for p in self.farewell if p.name not in ("PUBLISH", "PUBACK")])
        self.assertEqual(0, self.farewell[-1].reason, "anything but 0 makes the will fire")

    def test_a_sub_that_runs_until_it_is_stopped_ends_well(self):
        for version in ("31", "311", "5"):
            for number, _ in BOTH:
                scripted = self.connected(lambda peer: peer.grant())
                reader = self.start("sub", "-p", scripted.port, "-V", version, "-t", "a", "-d", "--will-topic", "w")
                reader.err.wait_text("SUBACK")
                self.assertEqual(0, self.interrupt(reader, number))
                scripted.finish()
                self.expect_clean_disconnect()

    def test_a_sub_that_waits_for_a_count_was_cut_short(self):
        for number, code in BOTH:
            scripted = self.connected(lambda peer: peer.grant())
            reader = self.start("sub", "-p", scripted.port, "-t", "a", "-C", "5", "-d")
            reader.err.wait_text("SUBACK")
            self.assertEqual(code, self.interrupt(reader, number))
            scripted.finish()
            self.expect_clean_disconnect()

    def test_a_pub_that_reads_lines_was_cut_short(self):
        for number, code in BOTH:
            scripted = self.connected(lambda peer: peer.expect("PUBLISH"))
            writer = self.start("pub", "-p", scripted.port, "-t", "a", "-l", "-d", "--will-topic", "w")
            writer.write(b"line\n")
            writer.err.wait_text("PUBLISH")
            self.assertEqual(code, self.interrupt(writer, number))
            scripted.finish()
            self.expect_clean_disconnect()

    def test_a_pub_that_waits_for_an_acknowledgement_was_cut_short(self):
        scripted = self.connected(lambda peer: peer.expect("PUBLISH"))
        writer = self.start("pub", "-p", scripted.port, "-t", "a", "-q", "1", "-m", "x", "-d")
        writer.err.wait_text("PUBLISH")
        self.assertEqual(143, self.interrupt(writer, signal.SIGTERM))
        scripted.finish()
        self.expect_clean_disconnect()

    def test_while_connecting(self):
        scripted = self.peer(lambda peer: peer.expect_closed())
        reader = self.start("sub", "-p", scripted.port, "-t", "a", "-C", "1")
        scripted.wait_connections(1)
        self.assertEqual(143, self.interrupt(reader, signal.SIGTERM))

    def test_while_waiting_to_reconnect(self):
        def hang_up(peer):
            peer.accept()
            peer.grant()
        scripted = self.peer(hang_up)
        reader = self.start("sub", "-p", scripted.port, "-t", "a", "--reconnect-delay", "1000", "--reconnect-max-delay", "1000")
        reader.err.wait_text("(?i)again|reconnect")
        self.assertEqual(0, self.interrupt(reader, signal.SIGTERM))

    def test_while_the_reader_of_stdout_stalls(self):
        def flood(peer):
            peer.grant()
            peer.sock.settimeout(0.5)
            try:
                for _ in range(1000):
                    peer.sock.sendall(mqtt.publish(peer.version, "a", b"x" * 65000))
            except TimeoutError:
                pass
            self.flooded.set()
        for number, _ in BOTH:
            self.flooded = threading.Event()
            scripted = self.connected(flood)
            reader = self.start("sub", "-p", scripted.port, "-t", "a", reading=False)
            self.assertTrue(self.flooded.wait(harness.DEADLINE))
            self.assertIn(self.interrupt_stalled(reader, number), (0, 130, 143))

    def interrupt_stalled(self, reader, number):
        reader.signal(number)
        return reader.child.wait(harness.DEADLINE)

    def test_a_second_signal_ends_at_once(self):
        """The peer takes nothing more and never closes: the first signal would wait for the clean end."""
        def stall(peer):
            peer.accept()
            peer.grant()
            self.release.wait(harness.DEADLINE)
        for number, code in BOTH:
            self.release = threading.Event()
            scripted = self.peer(stall)
            reader = self.start("sub", "-p", scripted.port, "-t", "a", "-C", "1", "-d")
            reader.err.wait_text("SUBACK")
            reader.signal(number)
            reader.signal(number)
            begin = time.monotonic()
            self.assertEqual(code, reader.wait())
            self.assertLess(time.monotonic() - begin, 5)
            self.release.set()
            scripted.finish()

    def test_a_peer_that_never_closes_does_not_hold_up_the_end(self):
        def stall(peer):
            peer.accept()
            peer.grant()
            peer.expect("DISCONNECT")
            self.release.wait(harness.DEADLINE)
        self.release = threading.Event()
        scripted = self.peer(stall)
        reader = self.start("sub", "-p", scripted.port, "-t", "a", "-d")
        reader.err.wait_text("SUBACK")
        self.assertEqual(0, self.interrupt(reader, signal.SIGTERM))
        self.release.set()
        scripted.finish()


if __name__ == "__main__":
    harness.main()
