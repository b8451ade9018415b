"""mqrig broker --chaos: each fault can be seen, is the same with the same seed, and costs no message of a client that comes back."""

import asyncio
import re
import urllib.request

import harness
import mqtt
import raw_client
from account import Account
from broker_case import BrokerCase
from mqtt import V5, V311
from steady_client import Publisher, Subscriber
from steady_load import Load

SERVER_BUSY, SERVER_UNAVAILABLE = 0x89, 3
FAST = ("--reconnect-delay", "0.02", "--reconnect-max-delay", "0.1")
CONTROL = "$CONTROL/mqrig/chaos"


class Each(BrokerCase):
    """One fault, always or never, so that its effect is exact."""

    def chaos(self, faults, *args, **connect):
        self.server = self.serve("-p", 0, "--chaos", faults, "--seed", 1, *args)
        return self.client(self.server.port, **connect)

    def answers(self, client, qos, mid=None):
        mid = client.send_publish("a", b"x", qos, mid=mid)
        return mid, [packet.name for packet in client.rest()]

    def test_drop_connection_cuts_at_a_packet_of_the_client(self):
        self.server = self.serve("-p", 0, "--chaos", "drop-connection=100%")
        client = self.raw(self.server.port)
        client.send(mqtt.connect("c"))
        self.assertEqual([], client.finish())

    def raw(self, port, version=V5):
        client = raw_client.RawClient(port, version)
        self.addCleanup(client.close)
        return client

    def test_refuse_answers_connect_with_server_busy(self):
        self.server = self.serve("-p", 0, "--chaos", "refuse=100%")
        for version, reason in ((V5, SERVER_BUSY), (V311, SERVER_UNAVAILABLE)):
            client = self.raw(self.server.port, version)
            self.assertEqual(reason, client.connect("c").reason)
            self.assertEqual([], client.finish())

    def test_drop_puback_drops_that_and_nothing_else(self):
        client = self.chaos("drop-puback=100%")
        self.assertEqual([], self.answers(client, 1)[1])
        self.assertEqual(["PUBREC"], self.answers(client, 2)[1])

    def test_drop_pubrec_drops_that_and_nothing_else(self):
        client = self.chaos("drop-pubrec=100%")
        mid, answers = self.answers(client, 2)
        self.assertEqual([], answers)
        self.assertEqual(["PUBACK"], self.answers(client, 1)[1])
        client.release(mid)  # the message was taken all the same

    def test_drop_pubcomp_drops_that_and_nothing_else(self):
        client = self.chaos("drop-pubcomp=100%")
        mid, answers = self.answers(client, 2)
        self.assertEqual(["PUBREC"], answers)
        client.send(mqtt.ack("PUBREL", mid))
        self.assertEqual([], client.rest())

    def test_drop_publish_drops_messages_to_clients_which_come_with_the_session(self):
        client = self.chaos("drop-publish=100%", client_id="c", session_expiry_interval=100)
        client.subscribe("a", options=2)
        for qos in (0, 1, 2):
            client.publish("a", b"%d" % qos, qos)
        self.assertEqual([], client.rest())
        client.drop()
        client = self.client(self.server.port, "c", clean=False, session_expiry_interval=100)
        self.assertEqual([b"1", b"2"], [message.payload for message in client.messages(2)])

    def test_reorder_lets_messages_of_different_topics_change_places(self):
        client = self.chaos("reorder=100%")
        client.subscribe("a", "b", options=1)
        client.send(*[mqtt.publish(V5, topic, topic.encode(), 1, mid) for mid, topic in enumerate("abab", 1)])
        found = [packet.payload for packet in client.rest() if packet.name == "PUBLISH"]
        self.assertEqual([b"b", b"a", b"b", b"a"], found)

    def test_reorder_keeps_the_order_of_each_topic(self):
        """[MQTT-4.6.0-6]"""
        client = self.chaos("reorder=100%")
        client.subscribe("a", options=1)
        client.send(*[mqtt.publish(V5, "a", b"%d" % mid, 1, mid) for mid in range(1, 7)])
        found = [packet.payload for packet in client.rest() if packet.name == "PUBLISH"]
        self.assertEqual([b"1", b"2", b"3", b"4", b"5", b"6"], found)

    def test_reorder_topic_lets_messages_of_one_topic_change_places(self):
        client = self.chaos("reorder-topic=100%")
        client.subscribe("a", options=1)
        client.send(*[mqtt.publish(V5, "a", b"%d" % mid, 1, mid) for mid in range(1, 5)])
        found = [packet.payload for packet in client.rest() if packet.name == "PUBLISH"]
        self.assertEqual([b"2", b"1", b"4", b"3"], found)
        client.send_publish("a", b"alone")
        self.assertEqual(b"alone", client.message().payload)

    def test_duplicate_sends_a_message_twice(self):
        client = self.chaos("duplicate=100%")
        client.subscribe("a", options=2)
        for qos in (0, 1, 2):
            client.send_publish("a", b"x", qos)
            one, copy = [packet for packet in client.rest() if packet.name == "PUBLISH"]
            self.assertEqual((False, qos > 0), (one.dup, copy.dup))
            self.assertEqual((one.mid, one.payload), (copy.mid, copy.payload))

    def test_corrupt_changes_one_byte_of_a_payload(self):
        client = self.chaos("corrupt=100%")
        client.subscribe("a")
        client.send_publish("a", b"0000000000")
        self.assertEqual(b"0000000001", bytes(sorted(client.message().payload)))
        client.send_publish("a", b"")
        self.assertEqual(b"", client.message().payload)

    def test_faults_are_counted_by_kind_below_sys_and_in_the_metrics(self):
        client = self.chaos("drop-puback=100%,duplicate=100%", "--sys-interval", 0.1, "--metrics", "127.0.0.1:0")
        client.subscribe("a")
        self.assertEqual([], [name for name in self.answers(client, 1)[1] if name == "PUBACK"])
        client.subscribe("$SYS/broker/faults/+")
        found = {}
        while len(found) < 2:
            message = client.message()
            found[message.topic.rpartition("/")[2]] = message.payload
        self.assertEqual(b"1", found["drop-puback"])
        self.assertGreaterEqual(int(found["duplicate"]), 1)
        self.server.err.wait_text(r"metrics at http://\S+\n")
        with urllib.request.urlopen(re.search(r"http://\S+", self.server.err.text())[0], timeout=harness.DEADLINE) as response:
            metrics = response.read().decode()
        self.assertIn('mqrig_broker_faults_made_total{kind="drop-puback"} 1\n', metrics)
        self.assertIn('mqrig_broker_faults_made_total{kind="corrupt"} 0\n', metrics)

    def test_reorder_holds_no_message_back_for_ever(self):
        client = self.chaos("reorder=100%")
        client.subscribe("a")
        client.send_publish("a", b"alone")
        self.assertEqual(b"alone", client.message().payload)


class Seeds(BrokerCase):
    FAULTS = "drop-publish=20%,drop-puback=10%,drop-pubrec=10%,reorder=20%"

    def run_of(self, seed):
        """What a client sees of the same messages, packet by packet."""
        broker = self.serve("-p", 0, "--chaos", self.FAULTS, "--seed", seed)
        client = self.client(broker.port, receive_maximum=1000)
        client.subscribe("n/#", options=1)
        seen = []
        for number in range(1, 101):
            client.send_publish(f"n/{number}", b"%d" % number, number % 3)
            seen += [(packet.name, packet.payload or packet.mid) for packet in client.rest()]
        return seen

    def test_the_same_seed_makes_the_same_run(self):
        first = self.run_of(5)
        self.assertEqual(first, self.run_of(5))
        self.assertNotEqual(first, self.run_of(6))

    def test_the_control_topic_starts_the_run_of_the_seed_again(self):
        broker = self.serve("-p", 0, "--chaos-control", "--seed", 5)
        client = self.client(broker.port)
        client.subscribe("a")
        runs = []
        for _ in range(2):
            client.publish(CONTROL, b"drop-publish=50%", 1)
            client.send(*[mqtt.publish(V5, "a", b"%d" % number) for number in range(100)])
            runs.append([packet.payload for packet in client.rest()])
        self.assertTrue(20 < len(runs[0]) < 80, runs[0])
        self.assertEqual(*runs)


class Control(BrokerCase):
    def test_the_list_is_checked_and_an_empty_one_ends_the_faults(self):
        broker = self.serve("-p", 0, "--chaos-control")
        client = self.client(broker.port)
        self.assertEqual(0x83, client.publish(CONTROL, b"drop-everything=1", 1).reason)
        broker.err.wait_text("there is no fault 'drop-everything'")
        client.publish(CONTROL, b"drop-puback=100%", 0)
        client.send_publish("a", b"x", 1)
        self.assertEqual([], client.rest())
        client.send_publish(CONTROL, b"", 1)  # the faults end before it is acknowledged
        client.expect("PUBACK")
        self.assertLess(client.publish("a", b"x", 1).reason, 0x80)

    def test_without_the_option_it_is_a_topic_as_any_other(self):
        broker = self.serve("-p", 0)
        client = self.client(broker.port)
        client.subscribe(CONTROL, options=1)
        client.publish(CONTROL, b"refuse=100%", 1)
        self.assertEqual(b"refuse=100%", client.message().payload)
        self.assertEqual(0, self.client(broker.port).connack.reason)


class Survived(harness.MqttTest):
    """Clients that resume their session lose nothing, whatever the broker drops."""

    FAULTS = "drop-connection=1%,refuse=5%,drop-puback=1%,drop-pubrec=1%,drop-pubcomp=1%,drop-publish=1%,reorder=5%,delay=2ms+-2ms"

    def broker(self, *args):
        server = harness.Broker(self.dir, "--chaos", self.FAULTS, "--seed", 3, *args)
        self.addCleanup(server.stop)
        return server.start()

    def account_for(self, server):
        account = Account(ordered=False)  # what is dropped comes late

        async def run():
            async with asyncio.TaskGroup() as group:
                load = Load(account, group)
                load.place.open(server.port)
                known = {"place": load.place, "account": account, "patience": 0.3}
                await load.subscribe(Subscriber(client_id="five", filters=("n/#",), **known),
                                     Subscriber(client_id="three", filters=("n/#",), version=V311, **known))
                load.publish(*[Publisher(client_id=f"p{qos}{version}", version=version, topic=f"n/{qos}-{version}", qos=qos,
                                         count=300, **known) for qos in (1, 2) for version in (V311, V5)])
                await load.until(lambda: all(load.tasks[one].done() for one in load.publishers), 60)
                await load.finish(60)
        asyncio.run(run())
        self.assertEqual([], account.faults(), account.summary())

    def test_no_message_is_lost_and_none_of_qos_2_comes_twice(self):
        self.account_for(self.broker())

    def test_nor_with_a_state_file(self):
        self.account_for(self.broker("--state", self.dir / "state"))

    def test_mqrig_pub_and_sub_lose_nothing(self):
        for qos in (1, 2):
            server = harness.Broker(self.dir, "--chaos", "drop-connection=1%,refuse=5%,delay=1ms+-1ms", "--seed", 3)
            self.addCleanup(server.stop)
            server.start()
            reader = self.start_sub(server.port, "-c", "-i", "reader", "-x", 100, "-q", qos, "-t", "a", *FAST)
            lines = [b"line %d" % number for number in range(500)]
            result = self.pub(server.port, "-c", "-i", "writer", "-q", qos, "-t", "a", "-l", *FAST, input=b"\n".join(lines) + b"\n",
                              timeout=60)
            self.expect_ok(result)
            reader.out.wait_for(lambda data: set(bytes(data).splitlines()) >= set(lines), "every line", 60)
            if qos == 2:
                self.assertEqual(lines, reader.out.bytes().splitlines())
            reader.stop()


if __name__ == "__main__":
    harness.main()
