#include <mqrig/cli/shared_options.hpp>

namespace mqrig::cli {
namespace {

constexpr Choice colours[] = {
    {"auto", "colour on a terminal"},
    {"always", "colour everywhere"},
    {"never", "no colour"},
};

constexpr OptionSpec options[] = {
    // First: commands without packets leave it out.
    {.long_name = "debug",
     .short_name = 'd',
     .negated = "no-debug",
     .env = "MQRIG_DEBUG",
     .help = "show every packet on standard error",
     .details = "And what is known of the connection: TLS version, cipher and certificates, the "
                "proxy, whose token it is. Passwords and tokens are not shown."},
    {.long_name = "quiet", .negated = "no-quiet", .env = "MQRIG_QUIET", .help = "show errors only"},
    {.long_name = "color",
     .alias = "colour",
     .kind = ValueKind::choice,
     .value_name = "WHEN",
     .choices = colours,
     .default_value = "auto",
     .env = "MQRIG_COLOR",
     .help = "colour messages: auto, always or never",
     .details = "With auto, colour goes to a terminal only, and neither if NO_COLOR is set nor if "
                "TERM is dumb."},
    {.long_name = "config",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .in_config = false,
     .env = "MQRIG_CONFIG",
     .help = "read this configuration file instead of the usual one"},
    {.long_name = "help", .in_config = false, .help = "show this help"},
    {.long_name = "version", .in_config = false, .help = "show the version"},
};

}  // namespace

constinit const OptionGroup general_group{"General", options};
constinit const OptionGroup offline_general_group{"General", std::span(options).subspan(1)};

}  // namespace mqrig::cli
