#include "message_view.hpp"

namespace mqrig {
namespace {

using cli::OptionSpec;
using cli::ValueKind;

constexpr OptionSpec output_options[] = {
    {.long_name = "verbose",
     .short_name = 'v',
     .negated = "no-verbose",
     .env = "MQRIG_VERBOSE",
     .help = "print the topic in front of each payload"},
    {.long_name = "json",
     .short_name = 'j',
     .negated = "no-json",
     .env = "MQRIG_JSON",
     .help = "print each message as one JSON object on a line",
     .details = "Always valid UTF-8: a payload that is not becomes base64, as the key enc says."},
    {.long_name = "json-payload",
     .negated = "no-json-payload",
     .env = "MQRIG_JSON_PAYLOAD",
     .help = "with --json: embed payloads that are JSON as values"},
    {.long_name = "format",
     .short_name = 'F',
     .kind = ValueKind::text,
     .value_name = "FORMAT",
     .env = "MQRIG_FORMAT",
     .help = "print each message in this format, such as '%t %p'",
     .details = "The specifiers are those of mosquitto_sub(1): %t topic, %p payload, %x payload in "
                "hexadecimal, %q QoS, %r retain, %m packet identifier, %l length, %I %U time, "
                "%j %J JSON, @X strftime(3) fields, and the MQTT 5.0 properties %A %C %D %E %F %P "
                "%R %S. Overrides --verbose."},
    {.long_name = "no-newline",
     .short_name = 'N',
     .negated = "newline",
     .help = "print no line end after a payload"},
};

constexpr std::string_view formats[] = {"json", "format"};

}  // namespace

constinit const cli::OptionGroup message_output_group{"Output", output_options};
constinit const cli::Exclusive one_message_format{"output format", formats};

}  // namespace mqrig
