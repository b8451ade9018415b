"""mqrig pub --spool, killed with kill -9 at random moments: the next run goes on where it was, and loses nothing."""

import signal
import time

import harness
from pub_spool_case import LINES, SEED, Spooled, lines

MOST_KILLS = 10


class Killed(Spooled):
    """kill -9 of the publisher at random moments, until a run comes to its end."""

    def kill_until_done(self, qos, between=lambda: None):
        path = self.file(lines(LINES))
        for kill in range(MOST_KILLS + 1):
            more = ("--resume",) if kill else ()
            with open(path, "rb") as stdin:
                process = self.start(*self.args("-l", "-q", qos, *more), stdin=stdin)
            if kill < MOST_KILLS:
                # No wait for something: the moment is random.
                time.sleep(self.random.uniform(0.0, 0.25))
                if kill == 0 and not self.spool.exists():
                    harness.wait_until(self.spool.exists, "the spool is there")
                process.child.kill()
                between()
            code = process.wait()
            if code == 0:
                break
            self.assertEqual(-signal.SIGKILL, code, f"seed {SEED}: {process.err.text()}")
        self.assertEqual(0, code, f"seed {SEED}: {process.err.text()}")
        self.assertEqual((0, 0), self.waiting())

    def restart_broker(self):
        if self.random.random() < 0.5:
            self.server.kill()
            self.server.start()

    def test_at_qos_1_no_line_is_lost(self):
        self.start_broker()
        self.kill_until_done(1)
        first_times = list(dict.fromkeys(self.arrived()))
        self.assertEqual(list(range(LINES)), first_times)

    def test_at_qos_2_each_line_comes_once_and_in_order(self):
        self.start_broker()
        self.kill_until_done(2)
        self.expect_arrived(range(LINES))

    def test_the_same_when_the_broker_is_killed_too(self):
        self.start_broker()
        self.kill_until_done(2, self.restart_broker)
        self.expect_arrived(range(LINES))


class KilledInVersion311(Killed):
    version = ("-V", "311")
    # One of them is enough: the others differ in what the broker does.
    test_at_qos_1_no_line_is_lost = None
    test_at_qos_2_each_line_comes_once_and_in_order = None


if __name__ == "__main__":
    harness.main()
