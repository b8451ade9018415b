#include "sample_command.hpp"

namespace mqrig::cli::test {
namespace {

constexpr Choice versions[] = {{"auto", "find out"}, {"5", "five"}, {"5.0", {}, "5"}};
constexpr Choice never[] = {{"never", "no end"}, {"-1", {}, "never"}};
constexpr Choice packets[] = {{"publish", "a message"}, {"will", "the will"}};

constexpr OptionSpec options[] = {
    {.long_name = "retain", .short_name = 'r', .negated = "no-retain", .env = "MQRIG_RETAIN"},
    {.long_name = "line", .short_name = 'l', .in_config = false},
    {.long_name = "reconnect", .negated = "no-reconnect", .default_value = "true"},
    {.long_name = "qos",
     .short_name = 'q',
     .kind = ValueKind::integer,
     .value_name = "QOS",
     .maximum = 2,
     .default_value = "0",
     .env = "MQRIG_QOS",
     .help = "quality of service"},
    {.long_name = "message",
     .short_name = 'm',
     .kind = ValueKind::text,
     .value_name = "TEXT",
     .once = true,
     .in_config = false},
    {.long_name = "topic",
     .short_name = 't',
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .repeatable = true,
     .env = "MQRIG_TOPIC"},
    {.long_name = "host",
     .short_name = 'h',
     .kind = ValueKind::host,
     .value_name = "HOST",
     .default_value = "localhost",
     .repeatable = true,
     .env = "MQRIG_HOST"},
    {.long_name = "unix", .kind = ValueKind::path, .value_name = "PATH", .env = "MQRIG_UNIX"},
    {.long_name = "url", .kind = ValueKind::url, .value_name = "URL", .env = "MQRIG_URL"},
    {.long_name = "password",
     .short_name = 'P',
     .alias = "pw",
     .kind = ValueKind::secret,
     .value_name = "PASSWORD",
     .env = "MQRIG_PASSWORD"},
    {.long_name = "version-of",
     .short_name = 'V',
     .kind = ValueKind::choice,
     .value_name = "VERSION",
     .choices = versions,
     .default_value = "auto"},
    {.long_name = "expiry",
     .short_name = 'x',
     .kind = ValueKind::seconds,
     .value_name = "SECONDS",
     .maximum = 4'294'967'295,
     .choices = never},
    {.long_name = "wait", .kind = ValueKind::duration, .value_name = "TIME"},
    {.long_name = "rate", .kind = ValueKind::rate, .value_name = "RATE"},
    {.long_name = "share", .kind = ValueKind::number, .value_name = "PERCENT", .maximum = 100},
    {.long_name = "packet-size",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .minimum = 1,
     .maximum = 4'294'967'295},
    {.long_name = "user",
     .kind = ValueKind::key_value,
     .value_name = "KEY=VALUE",
     .repeatable = true},
    {.long_name = "property",
     .short_name = 'D',
     .kind = ValueKind::property,
     .value_name = "PACKET NAME VALUE",
     .choices = packets,
     .repeatable = true},
    {.long_name = "help", .in_config = false},
    {.long_name = "version", .in_config = false},
};

constexpr OptionSpec other_options[] = {
    {.long_name = "count", .short_name = 'C', .kind = ValueKind::integer, .value_name = "COUNT"},
    {.long_name = "qos", .kind = ValueKind::integer, .value_name = "QOS", .maximum = 2},
    {.long_name = "unix", .kind = ValueKind::path, .value_name = "PATH", .own_table = true},
    {.long_name = "room", .kind = ValueKind::text, .value_name = "ROOM", .own_table = true},
};

constexpr OptionGroup group{"Options", options};
constexpr OptionGroup other_group{"Options", other_options};
constexpr const OptionGroup* groups[] = {&group};
constexpr const OptionGroup* other_groups[] = {&other_group};
constexpr std::string_view sources[] = {"message", "line"};
constexpr std::string_view brokers[] = {"url", "host", "unix"};
constexpr Exclusive one_source{"message source", sources, true};
constexpr Exclusive one_broker{"broker", brokers};
constexpr const Exclusive* exclusives[] = {&one_source, &one_broker};
constexpr std::string_view positionals[] = {"url"};
constexpr std::string_view usage[] = {"[OPTION...] -m TEXT"};

constinit const CommandSpec sample_spec{.name = "pub",
                                        .summary = "publish messages",
                                        .usage = usage,
                                        .positionals = positionals,
                                        .groups = groups,
                                        .exclusives = exclusives};
constexpr OptionSpec file_options[] = {
    {.long_name = "file", .kind = ValueKind::path, .value_name = "FILE", .once = true},
    {.long_name = "user", .kind = ValueKind::text, .value_name = "USER", .once = true},
};
constexpr OptionGroup file_group{"Options", file_options};
constexpr const OptionGroup* file_groups[] = {&file_group};
constexpr std::string_view file_positionals[] = {"file", "user"};
constinit const CommandSpec file_spec{.name = "passwd",
                                      .summary = "set passwords",
                                      .positionals = file_positionals,
                                      .groups = file_groups};
constexpr OptionSpec mixed_options[] = {
    {.long_name = "what", .kind = ValueKind::text, .value_name = "WHAT", .once = true},
    {.long_name = "file", .kind = ValueKind::path, .value_name = "FILE", .repeatable = true},
    {.long_name = "url", .kind = ValueKind::url, .value_name = "URL", .once = true},
};
constexpr OptionGroup mixed_group{"Options", mixed_options};
constexpr const OptionGroup* mixed_groups[] = {&mixed_group};
constexpr std::string_view mixed_positionals[] = {"what", "file", "url"};
constinit const CommandSpec mixed_spec{.name = "bench",
                                       .summary = "load-test",
                                       .positionals = mixed_positionals,
                                       .groups = mixed_groups};
constinit const CommandSpec other_spec{
    .name = "sub", .summary = "print messages", .groups = other_groups};

}  // namespace

const CommandSpec& sample() {
  return sample_spec;
}

const CommandSpec& two_bare_words() {
  return file_spec;
}

const CommandSpec& words_and_url() {
  return mixed_spec;
}

const CommandSpec& other() {
  return other_spec;
}

}  // namespace mqrig::cli::test
