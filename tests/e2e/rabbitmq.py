"""A private RabbitMQ whose MQTT users are OAuth 2.0 tokens, with nothing of the system's own."""

import os
import pathlib
import shutil
import subprocess

from process import DEADLINE, Process

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
START = 120  # seconds; it takes ten of them on two idle cores


def available():
    return os.path.exists(SERVER) and shutil.which("epmd") is not None


class RabbitMq:
    """Takes tokens for the resource server "mqtt" that are signed with this key, a public one in PEM."""

    def __init__(self, directory, key, ports):
        """ports: four free ones, for MQTT, MQTT over WebSocket, and two of its own."""
        self.dir = pathlib.Path(directory)
        self.dir.mkdir()
        self.port, self.web_port, names, distribution = ports
        (self.dir / "rabbitmq.conf").write_text("\n".join([
            "listeners.tcp = none",
            f"mqtt.listeners.tcp.1 = 127.0.0.1:{self.port}",
            "mqtt.allow_anonymous = false",
            "web_mqtt.tcp.ip = 127.0.0.1",
            f"web_mqtt.tcp.port = {self.web_port}",
            "auth_backends.1 = rabbit_auth_backend_oauth2",
            "auth_oauth2.resource_server_id = mqtt",
            "auth_oauth2.default_key = test",
            f"auth_oauth2.signing_keys.test = {key}",
            "log.console = true",
            "log.file = false",
        ]) + "\n")
        (self.dir / "enabled_plugins").write_text("[rabbitmq_auth_backend_oauth2,rabbitmq_mqtt,rabbitmq_web_mqtt].\n")
        self.environment = dict(
            os.environ, HOME=str(self.dir), ERL_EPMD_ADDRESS="127.0.0.1", ERL_EPMD_PORT=str(names),
            RABBITMQ_BASE=str(self.dir), RABBITMQ_NODENAME="mqrig-test@localhost",
            RABBITMQ_MNESIA_BASE=str(self.dir / "mnesia"), RABBITMQ_LOG_BASE=str(self.dir / "log"),
            RABBITMQ_CONFIG_FILE=str(self.dir / "rabbitmq.conf"),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(self.dir / "enabled_plugins"), RABBITMQ_DIST_PORT=str(distribution),
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
            RABBITMQ_PID_FILE=str(self.dir / "pid"))
        # Its own name server: the one that it starts by itself would stay.
        self.names = Process(["epmd", "-port", str(names)], env=self.environment)
        self.server = Process([SERVER], env=self.environment, stdin=subprocess.DEVNULL)

    def wait(self):
        self.server.out.wait_text("Server startup complete", START)

    def stop(self):
        if self.server.running():
            self.server.child.terminate()
            try:
                self.server.child.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                pass
        self.server.stop()
        self.names.stop()
