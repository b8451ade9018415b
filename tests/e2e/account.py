"""The exact account of numbered messages: what was lost, what came twice, what came out of order.

A flow is what one publisher says at one QoS on one topic: the numbers 0, 1, 2 and so on. A reader is whoever must get all of
a flow: one session, or the members of a shared subscription together. A message costs a byte for its flow and one for each
reader, so that hours of them fit.
"""


class Flow:
    """What was sent on one topic; a 1 for each message that was acknowledged."""

    def __init__(self, qos):
        self.qos, self.acknowledged = qos, bytearray()

    @property
    def sent(self):
        return len(self.acknowledged)


class Arrivals:
    """What came of one flow at one reader: how often, up to 255 times, by number."""

    def __init__(self):
        self.counts, self.different, self.total, self.highest, self.disorder = bytearray(), 0, 0, -1, []

    def add(self, number):
        self.total += 1
        if number >= len(self.counts):
            self.counts.extend(bytes(number + 1 - len(self.counts)))
        if not self.counts[number]:
            self.different += 1
            if number < self.highest:
                self.disorder.append(number)
        self.highest = max(self.highest, number)
        self.counts[number] = min(self.counts[number] + 1, 255)

    def lost(self, flow):
        missing = len(flow.acknowledged) - len(self.counts)
        counts = self.counts + bytes(max(missing, 0))
        return [number for number, was in enumerate(flow.acknowledged) if was and not counts[number]]

    def twice(self):
        return [number for number, count in enumerate(self.counts) if count > 1]


class Account:
    def __init__(self, ordered=True):
        self.ordered = ordered  # does the order of each flow count, too?
        self.flows = {}         # by topic
        self.readers = {}       # name -> topic -> Arrivals
        self.irregular = []     # what else should not be

    # What happens. The topic names the flow.

    def send(self, topic, qos):
        """The number of the next message of the flow."""
        flow = self.flows.setdefault(topic, Flow(qos))
        flow.acknowledged.append(0)
        return flow.sent - 1

    def acknowledge(self, topic, number):
        self.flows[topic].acknowledged[number] = 1

    def expect(self, reader):
        """This reader must get everything; to be said before the first message."""
        self.readers[reader] = {}

    def receive(self, reader, topic, number):
        """What its receiver takes for new: QoS 2 messages whose identifiers tell that they are not do not come here."""
        self.readers[reader].setdefault(topic, Arrivals()).add(number)

    def note(self, text):
        self.irregular.append(text)

    # What it comes to

    def complete(self):
        """Has everything that was sent arrived everywhere?"""
        return all(topic in got and got[topic].different >= flow.sent
                   for got in self.readers.values() for topic, flow in self.flows.items())

    def faults(self):
        """A line for each kind of fault of each flow and reader; none if all is well."""
        found = list(self.irregular)
        for topic, flow in self.flows.items():
            unanswered = flow.acknowledged.count(0)
            if unanswered:
                found.append(f"{topic}: {unanswered} of {flow.sent} were never acknowledged")
            for reader, got in self.readers.items():
                found += [f"{topic} at {reader}: {fault}" for fault in self._of(flow, got.get(topic, Arrivals()))]
        for reader, got in self.readers.items():
            found += [f"{topic} at {reader}: nobody sent that" for topic in got if topic not in self.flows]
        return found

    def _of(self, flow, arrivals):
        kinds = [("acknowledged and lost", arrivals.lost(flow)), ("that were never sent", range(flow.sent, arrivals.highest + 1))]
        if flow.qos == 2:
            kinds.append(("twice", arrivals.twice()))
        if self.ordered:
            kinds.append(("out of order", arrivals.disorder))
        return [f"{len(numbers)} {kind}, the first is {numbers[0]}" for kind, numbers in kinds if numbers]

    def totals(self, qos):
        """Numbers of all flows of a QoS together, by name."""
        flows = {topic: flow for topic, flow in self.flows.items() if flow.qos == qos}
        pairs = [(flow, got.get(topic, Arrivals())) for got in self.readers.values() for topic, flow in flows.items()]
        return {"sent": sum(flow.sent for flow in flows.values()),
                "acknowledged": sum(flow.acknowledged.count(1) for flow in flows.values()),
                "lost": sum(len(arrivals.lost(flow)) for flow, arrivals in pairs),
                "twice": sum(len(arrivals.twice()) for _, arrivals in pairs),
                "reordered": sum(len(arrivals.disorder) for _, arrivals in pairs)}

    def summary(self):
        sent = {qos: sum(flow.sent for flow in self.flows.values() if flow.qos == qos) for qos in (1, 2)}
        arrivals = [(self.flows[topic].qos, one) for got in self.readers.values() for topic, one in got.items() if topic in self.flows]
        repeated = sum(one.total - one.different for qos, one in arrivals if qos == 1)
        return (f"{sent[1]:,} messages of QoS 1 and {sent[2]:,} of QoS 2 sent, {sum(one.total for _, one in arrivals):,} arrived at "
                f"{len(self.readers)} readers, {repeated:,} of them QoS 1 again")
