// Bridges of a mosquitto.conf as a bridge file that our reader takes.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "apps/mqrig/bridge/bridge_file.hpp"
#include "apps/mqrig/bridge/mosquitto_import.hpp"
#include "apps/mqrig/bridge/mosquitto_topic.hpp"
#include "apps/mqrig/input_file.hpp"
#include "tests/auth/temporary_folder.hpp"

using namespace mqrig;
using namespace mqrig::bridge_command;
using bridge::Direction;

namespace {

using Conf = auth::tests::TemporaryFolder;

Imported import_text(const std::string& text) {
  const Conf conf;
  return import_mosquitto(conf.write("mosquitto.conf", text));
}

bridge::Settings settings(const std::string& toml) {
  return std::move(read_bridge(cli::read_toml(toml, "i.toml"), "i.toml").settings);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool warns(const Imported& imported, std::string_view part) {
  return std::any_of(imported.warnings.begin(), imported.warnings.end(),
                     [&](const std::string& one) { return contains(one, part); });
}

}  // namespace

TEST_CASE("a plain bridge of mosquitto is a link with the same topics") {
  const Imported imported = import_text(R"(
# site broker
listener 1884 0.0.0.0
persistence true
persistence_location /var/lib/mosquitto/

connection cloud
address cloud.example:8883
topic sensors/# out 1 "" site1/
topic alarms/# out 1 "" site1/
topic commands/# in 2 local/ site1/
topic shared both
remote_clientid site1
remote_username bridge
keepalive_interval 30
restart_timeout 5 60
bridge_protocol_version mqttv50
notification_topic bridge/site1
notifications_local_only true
try_private true
)");
  const bridge::Settings made = settings(imported.toml);
  CHECK(made.spool_path == "/var/lib/mosquitto/mqrig-bridge.spool");
  const bridge::LinkSettings& link = made.links.at(0);
  CHECK(link.name == "cloud");
  CHECK(link.spool);
  CHECK(link.local.client.brokers[0].host == "127.0.0.1");
  CHECK(link.local.client.brokers[0].port == 1884);
  const client::Options& remote = link.remote.client;
  CHECK(remote.brokers[0].host == "cloud.example");
  CHECK(remote.brokers[0].port == 8883);
  CHECK(remote.client_id == "site1");
  CHECK(remote.user_name == "bridge");
  CHECK(remote.keep_alive == 30);
  CHECK(remote.reconnect_delay == std::chrono::seconds(5));
  CHECK(remote.reconnect_max_delay == std::chrono::seconds(60));
  CHECK(remote.version == wire::Version::mqtt_5);
  CHECK(link.notification_topic == "bridge/site1");
  CHECK_FALSE(link.notify_remote);
  REQUIRE(link.rules.size() == 3);
  CHECK(link.rules[0].filters == std::vector<std::string>{"sensors/#", "alarms/#"});
  CHECK(link.rules[0].remote_prefix == "site1/");
  CHECK(link.rules[0].max_qos == wire::QoS::at_least_once);
  CHECK(link.rules[1].direction == Direction::in);
  CHECK(link.rules[1].local_prefix == "local/");
  CHECK(link.rules[2].direction == Direction::both);
  CHECK(link.rules[2].max_qos == wire::QoS::at_most_once);
}

TEST_CASE("passwords stay where they are, and the file says where they belong") {
  const Imported imported = import_text(R"(
connection a
address h
topic #
username old
password hunter2
local_username me
local_password hunter3
bridge_psk 0123456789abcdef
bridge_identity site
)");
  CHECK_FALSE(contains(imported.toml, "hunter"));
  CHECK_FALSE(contains(imported.toml, "0123456789abcdef"));
  CHECK(contains(imported.toml, "password-file = \"a.remote.password\""));
  CHECK(contains(imported.toml, "password-file = \"a.local.password\""));
  CHECK(contains(imported.toml, "username = \"old\""));
  CHECK(warns(imported, "mosquitto.conf:6: password is not printed"));
  CHECK(contains(imported.toml, "psk-identity = \"site\""));
  CHECK(contains(imported.toml, "psk-file = \"a.remote.psk\""));
  CHECK(warns(imported, "mosquitto.conf:9: bridge_psk is not printed"));
  for (const std::string& warning : imported.warnings) CHECK_FALSE(contains(warning, "hunter"));
}

TEST_CASE("nothing of a connection is dropped without a word") {
  const Imported imported = import_text(R"(
connection a
addresses h1 h2:1884
topic # both 1
start_type lazy
idle_timeout 60
threshold 10
cleansession true
round_robin true
bridge_certfile /etc/client.crt
bridge_insecure false
bridge_attempt_unsubscribe false
bridge_outgoing_retain false
bridge_bind_address 127.0.0.1
bridge_max_packet_size 1000
bridge_max_topic_alias 5
bridge_something_new x
topic broken sideways
)");
  for (const std::string key :
       {"start_type", "idle_timeout", "threshold", "cleansession", "bridge_certfile",
        "bridge_insecure", "bridge_attempt_unsubscribe", "bridge_max_packet_size",
        "bridge_max_topic_alias", "bridge_something_new", "topic"}) {
    CAPTURE(key);
    CHECK(warns(imported, key + " is not carried over"));
    CHECK(contains(imported.toml, "# " + key + " "));
  }
  CHECK(contains(imported.toml, "# round_robin true"));
  const bridge::LinkSettings link = std::move(settings(imported.toml).links.at(0));
  CHECK(link.remote.client.brokers.size() == 2);
  CHECK(link.remote.client.bind_address == "127.0.0.1");
  REQUIRE(link.rules.size() == 2);  // what goes out is not retained, what comes in is
  CHECK(link.rules[0].retain == bridge::RetainRule::drop);
  CHECK(link.rules[1].direction == Direction::in);
  CHECK(link.rules[1].retain == bridge::RetainRule::keep);
}

TEST_CASE("what mosquitto says of TLS are keys of the remote broker") {
  const Imported imported = import_text(R"(
connection a
addresses h1 [::1] h2:8884
topic #
bridge_cafile /etc/ca.crt
bridge_capath /etc/ca
bridge_certfile /etc/client.crt
bridge_keyfile /etc/client.key
bridge_alpn mqtt
bridge_tls_version tlsv1.3
bridge_require_ocsp true
bridge_insecure false
bridge_ciphers ECDHE-ECDSA-AES128-GCM-SHA256
bridge_ciphers_tls1.3 TLS_AES_128_GCM_SHA256
)");
  CHECK(imported.warnings.empty());
  for (const std::string key :
       {"tls = true", "cafile = \"/etc/ca.crt\"", "capath = \"/etc/ca\"",
        "cert = \"/etc/client.crt\"", "key = \"/etc/client.key\"", "alpn = \"mqtt\"",
        "tls-version = \"1.3\"", "ocsp = \"require\"",
        "ciphers = \"ECDHE-ECDSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256\"",
        // The default of mosquitto, and not that of TLS.
        "host = [\"h1:1883\", \"[::1]:1883\", \"h2:8884\"]"}) {
    CAPTURE(key);
    CHECK(contains(imported.toml, key));
  }
}

TEST_CASE("what would weaken or change TLS is left to a person") {
  const std::string link = "connection a\naddress h\ntopic #\nbridge_cafile /etc/ca.crt\n";
  const Imported insecure = import_text(link + "bridge_insecure true\n");
  CHECK(warns(insecure, "bridge_insecure is not carried over: the name in the certificate is "));
  CHECK_FALSE(contains(insecure.toml, "\ninsecure"));
  CHECK(warns(import_text(link + "bridge_tls_version tlsv1.1\n"),
              "bridge_tls_version is not carried over: TLS is spoken from version 1.2 on"));
  CHECK(warns(import_text(link + "bridge_tls_use_os_certs true\n"),
              "bridge_tls_use_os_certs is not carried over: bridge_cafile and"));
  const Imported system =
      import_text("connection a\naddress h\ntopic #\nbridge_tls_use_os_certs true\n");
  CHECK(system.warnings.empty());
  CHECK(contains(system.toml, "tls = true"));
}

TEST_CASE("the local broker is reached by the listener that asks least of a client") {
  const auto toml_of = [](const std::string& listeners) {
    return import_text(listeners + "connection a\naddress h\ntopic #\n").toml;
  };
  const std::string tls = "listener 8883\ncertfile /etc/server.crt\n";
  CHECK(contains(toml_of(tls + "listener 8080\nprotocol websockets\nlistener 1884\n"),
                 "url = \"mqtt://127.0.0.1:1884\""));
  CHECK(contains(toml_of(tls + "listener 8080 ::1\nprotocol websockets\n"),
                 "url = \"ws://[::1]:8080\""));
  const std::string only_tls = toml_of(tls + "require_certificate true\n");
  CHECK(contains(only_tls, "url = \"mqtts://127.0.0.1:8883\""));
  CHECK(contains(only_tls, "# who has signed /etc/server.crt, and sni the name in it"));
  CHECK(contains(only_tls, "# It wants a certificate: cert and key."));
  CHECK(contains(toml_of("listener 8883\npsk_hint x\n"), "psk-identity and psk-file say"));
}

TEST_CASE("lines above the first listener are of the default one") {
  const auto url = [](const std::string& lines) {
    const std::string toml = import_text(lines + "connection a\naddress h\ntopic #\n").toml;
    const std::size_t at = toml.find("url = ");
    return toml.substr(at, toml.find('\n', at) - at);
  };
  CHECK(url("bind_address 127.0.0.5\nport 1999\n") == R"(url = "mqtt://127.0.0.5:1999")");
  CHECK(url("bind_address 127.0.0.5\n") == R"(url = "mqtt://127.0.0.5:1883")");
  CHECK(url("certfile /c\nport 8883\n") == R"(url = "mqtts://127.0.0.1:8883")");
  CHECK(url("certfile /c\n") == R"(url = "mqtts://127.0.0.1:1883")");
  CHECK(url("certfile /c\nport 8883\nlistener 1884\n") == R"(url = "mqtt://127.0.0.1:1884")");
  CHECK(url("listener 8883\nport 1999\ncertfile /c\n") == R"(url = "mqtt://127.0.0.1:1999")");
  CHECK(url("") == R"(url = "mqtt://127.0.0.1:1883")");
}

TEST_CASE("what mosquitto keeps on the disk is kept in the same folder, however that is written") {
  for (const std::string folder : {"/var/lib/mosquitto", "/var/lib/mosquitto/"}) {
    const Imported imported = import_text("persistence 1\npersistence_location " + folder +
                                          "\nqueue_qos0_messages 1\nlistener 8883\ncertfile /c\n"
                                          "require_certificate 1\n"
                                          "connection a\naddress h\ntopic #\n");
    CHECK(contains(imported.toml, "spool = \"/var/lib/mosquitto/mqrig-bridge.spool\""));
    CHECK(contains(imported.toml, "spool-qos-0 = true"));
    CHECK(contains(imported.toml, "It wants a certificate"));
  }
}

TEST_CASE("an empty pattern maps one topic to another") {
  const bridge::LinkSettings link = std::move(
      settings(import_text("connection a\naddress h\ntopic \"\" both 0 here/{x} there/y\n").toml)
          .links.at(0));
  REQUIRE(link.rules.size() == 2);
  CHECK(link.rules[0].filters == std::vector<std::string>{"here/{x}"});
  CHECK(link.rules[0].target == "there/y");
  CHECK(link.rules[1].filters == std::vector<std::string>{"there/y"});
  CHECK(link.rules[1].target == "here/{{x}}");
}

TEST_CASE("several connections and included files are links of one file") {
  const Conf conf;
  std::filesystem::create_directory(conf.path("conf.d"));
  conf.write("conf.d/b.conf", "connection same name\naddress h2\ntopic b\n");
  conf.write("conf.d/a.conf", "connection same name\naddress h1\ntopic a\n");
  conf.write("conf.d/ignored.txt", "connection x\n");
  const std::string path = conf.write(
      "mosquitto.conf", "listener 8883\ncertfile /c\nlistener 0 /run/m.sock\ninclude_dir " +
                            conf.path("conf.d") + "\n");
  const bridge::Settings made = settings(import_mosquitto(path).toml);
  REQUIRE(made.links.size() == 2);
  CHECK(made.links[0].name == "same_name");
  CHECK(made.links[1].name == "same_name-2");
  CHECK(made.links[0].rules[0].filters == std::vector<std::string>{"a"});
  CHECK(made.links[0].local.client.brokers[0].unix_path == "/run/m.sock");
}

TEST_CASE("a file without a bridge, or that can't be read, is an error") {
  CHECK_THROWS_AS(import_text("listener 1883\n"), InputError);
  CHECK_THROWS_AS(import_mosquitto("/no/such/file"), InputError);
  const Conf conf;
  const std::string path = conf.path("loop.conf");
  conf.write("loop.conf", "include " + path + "\n");
  CHECK_THROWS_AS(import_mosquitto(path), InputError);
}
