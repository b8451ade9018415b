"""paho-mqtt at the other end of a pipe: commands come as lines of JSON, events go as lines of JSON.

Runs under the Python that has paho-mqtt, which may be another one than that of the tests.
"""

import base64
import json
import sys
import threading

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

# As MQTT.js calls them, which both clients take and tell.
NAMES = {"contentType": "ContentType", "responseTopic": "ResponseTopic", "correlationData": "CorrelationData",
         "messageExpiryInterval": "MessageExpiryInterval", "userProperties": "UserProperty",
         "sessionExpiryInterval": "SessionExpiryInterval"}
lock = threading.Lock()


def tell(event, **more):
    with lock:
        print(json.dumps({"event": event, **more}), flush=True)


def properties(kind, values):
    found = Properties(kind)
    for name, value in (values or {}).items():
        if name == "correlationData":
            value = value.encode()
        if name == "userProperties":
            value = [tuple(pair) for pair in value]
        setattr(found, NAMES[name], value)
    return found


def told(found):
    values = {}
    for name, theirs in NAMES.items():
        value = getattr(found, theirs, None) if found else None
        if value is not None:
            values[name] = value.decode() if isinstance(value, bytes) else value
    return values


class Client:
    def connect(self, port, version, id="", clean=True, expiry=0, will=None, path=None, ca=None):
        self.v5 = version == 5
        options = {} if self.v5 else {"clean_session": clean}
        if path:
            options["transport"] = "websockets"
        self.client = client = paho.Client(id, protocol=version, **options)
        client.on_connect = lambda _c, _u, flags, code, *_: tell("connected", present=bool(flags["session present"]), code=int(
            code.value if self.v5 else code))
        client.on_disconnect = lambda *_: tell("closed")
        client.on_subscribe = lambda *_: tell("subscribed")
        client.on_publish = lambda *_: tell("published")
        client.on_message = lambda _c, _u, m: tell(
            "message", topic=m.topic, payload=base64.b64encode(m.payload).decode(), qos=m.qos, retain=bool(m.retain),
            properties=told(m.properties) if self.v5 else {})
        if path:
            client.ws_set_options(path)
        if ca:
            client.tls_set(ca)
        if will:
            client.will_set(will["topic"], will["payload"], will["qos"], will.get("retain", False))
        more = {"clean_start": clean, "properties": properties(PacketTypes.CONNECT, {"sessionExpiryInterval": expiry})} if self.v5 else {}
        client.connect("127.0.0.1", port, **more)
        client.loop_start()

    def subscribe(self, filter, qos):
        self.client.subscribe(filter, qos)

    def publish(self, topic, payload, qos, retain=False, properties=None):
        more = {"properties": globals()["properties"](PacketTypes.PUBLISH, properties)} if self.v5 else {}
        self.client.publish(topic, base64.b64decode(payload), qos, retain, **more)

    def disconnect(self):
        self.client.disconnect()


def main():
    client = Client()
    for line in sys.stdin:
        command = json.loads(line)
        getattr(client, command.pop("do"))(**command)


if __name__ == "__main__":
    main()
