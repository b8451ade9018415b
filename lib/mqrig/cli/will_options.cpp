#include <mqrig/cli/shared_options.hpp>

namespace mqrig::cli {
namespace {

constexpr OptionSpec options[] = {
    {.long_name = "will-topic",
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .env = "MQRIG_WILL_TOPIC",
     .help = "topic of the message that the broker sends if we vanish",
     .details = "The other will options need this one."},
    {.long_name = "will-payload",
     .kind = ValueKind::text,
     .value_name = "TEXT",
     .help = "payload of the will; empty if not given"},
    {.long_name = "will-payload-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .help = "read the payload of the will from a file"},
    {.long_name = "will-qos",
     .kind = ValueKind::integer,
     .value_name = "QOS",
     .maximum = 2,
     .default_value = "0",
     .help = "QoS of the will: 0, 1 or 2"},
    {.long_name = "will-retain",
     .negated = "no-will-retain",
     .help = "the broker retains the will"},
    {.long_name = "will-delay",
     .kind = ValueKind::seconds,
     .value_name = "SECONDS",
     .maximum = 4'294'967'295,
     .help = "time between the loss and the will (MQTT 5.0)"},
    {.long_name = "will-expiry",
     .kind = ValueKind::seconds,
     .value_name = "SECONDS",
     .maximum = 4'294'967'295,
     .help = "message expiry interval of the will (MQTT 5.0)"},
    {.long_name = "will-content-type",
     .kind = ValueKind::text,
     .value_name = "TYPE",
     .help = "content type of the will (MQTT 5.0)"},
    {.long_name = "will-payload-format",
     .kind = ValueKind::choice,
     .value_name = "FORMAT",
     .choices = payload_formats,
     .help = "payload format of the will: utf8 or bytes (MQTT 5.0)"},
    {.long_name = "will-response-topic",
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .help = "response topic of the will (MQTT 5.0)"},
    {.long_name = "will-correlation-data",
     .kind = ValueKind::text,
     .value_name = "TEXT",
     .help = "correlation data of the will (MQTT 5.0)"},
    {.long_name = "will-user-property",
     .kind = ValueKind::key_value,
     .value_name = "KEY=VALUE",
     .repeatable = true,
     .help = "user property of the will (MQTT 5.0)"},
};

constexpr std::string_view payloads[] = {"will-payload", "will-payload-file"};

}  // namespace

constinit const OptionGroup will_group{"Will", options};
constinit const Exclusive one_will_payload{"payload of the will", payloads};

}  // namespace mqrig::cli
