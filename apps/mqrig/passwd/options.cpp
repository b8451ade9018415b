#include <mqrig/auth/password_hash.hpp>
#include <mqrig/auth/scram_client.hpp>
#include <mqrig/cli/shared_options.hpp>

#include "passwd.hpp"

namespace mqrig::passwd {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr OptionSpec file_options[] = {
    {.long_name = "file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .once = true,
     .in_config = false,
     .help = "the password file; made if it is missing",
     .details = "Usually given as the first bare word. A new file can be read by its owner only; "
                "others keep their mode, owner and group, and all lines about other users."},
    {.long_name = "user",
     .kind = ValueKind::text,
     .value_name = "USER",
     .minimum = 1,
     .once = true,
     .in_config = false,
     .help = "the user name that clients give",
     .details = "Usually given as the second bare word."},
};

constexpr Choice mechanisms[] = {
    {"sha-1", "SCRAM-SHA-1, for clients that know nothing better"},
    {"sha-256", "SCRAM-SHA-256"},
    {"sha-512", "SCRAM-SHA-512"},
};

constexpr OptionSpec action_options[] = {
    {.long_name = "delete",
     .short_name = 'D',
     .in_config = false,
     .help = "delete the user",
     .details = "It is an error if there is none of this name."},
    {.long_name = "verify",
     .in_config = false,
     .help = "say whether this is the password, and change nothing"},
    {.long_name = "scram",
     .in_config = false,
     .help = "keep the credentials of SCRAM instead of the hash",
     .details = "Clients of MQTT 5.0 then prove by enhanced authentication that they know the "
                "password, and the broker sees it never; what it keeps is of no use to log in. "
                "Logins by user name and password go on to work. Mosquitto does not read such "
                "lines."},
    {.long_name = "mechanism",
     .kind = ValueKind::choice,
     .value_name = "MECHANISM",
     .choices = mechanisms,
     .repeatable = true,
     .in_config = false,
     .help = "with --scram: for which one; sha-256 if not said",
     .details = "Several may be given, and each has its own line."},
    {.long_name = "iterations",
     .kind = ValueKind::integer,
     .value_name = "NUMBER",
     .minimum = 1,
     .maximum = auth::max_iterations,
     .default_value = "210000",
     .help = "how much work it is to check, or guess, the password",
     .details =
         "The number of iterations of PBKDF2. With the default a check takes about a tenth "
         "of a second of a processor. With --scram it is each client that does the work when "
         "it connects: 4096 is the least, small devices may need a number near it, and 1000000 is "
         "the most."},
};

static_assert(auth::default_iterations == 210'000);
static_assert(auth::max_scram_client_iterations == 1'000'000);

constexpr cli::OptionGroup file_group{"Whose password", file_options};
constexpr cli::OptionGroup action_group{"What to do with it", action_options};
constexpr const cli::OptionGroup* groups[] = {&file_group, &action_group,
                                              &cli::offline_general_group};

constexpr std::string_view actions[] = {"delete", "verify"};
constexpr cli::Exclusive one_action{"thing to do", actions};
constexpr const cli::Exclusive* exclusives[] = {&one_action};

constexpr std::string_view positionals[] = {"file", "user"};

constexpr std::string_view usage[] = {
    "[--iterations NUMBER] FILE USER",
    "--scram [--mechanism MECHANISM]... [--iterations NUMBER] FILE USER",
    "--delete FILE USER",
    "--verify FILE USER",
};

constexpr cli::Example examples[] = {
    {"mqrig passwd users joe", "Ask for the password of joe, twice, and keep its hash."},
    {"pwgen 20 1 | tee joe.password | mqrig passwd users joe", "Give joe a random password."},
    {"mqrig passwd --scram users joe", "Let joe log in by SCRAM-SHA-256."},
    {"mqrig passwd -D users joe", "Let joe in no longer."},
};

constexpr std::string_view see_also[] = {"mqrig(1)"};

constinit const cli::CommandSpec spec{
    .name = "passwd",
    .summary = "set passwords in the password file of a broker",
    .description =
        "Adds a user to a password file, or gives a user a new password. On a terminal it asks for "
        "the password twice and shows nothing of it; otherwise it reads the first line of "
        "standard input. A password on the command line could be seen by others and stays in the "
        "shell's history: there is no such option.\n\n"
        "The file has a line USER:HASH for each user, or with --scram one for each mechanism; a "
        "new "
        "password takes the place of all lines of its user. Lines that start with # are comments; "
        "they "
        "and the order of the lines are kept. It is the format of mosquitto_passwd, whose files "
        "are read and changed too, and which mosquitto reads. The file is replaced as a whole, "
        "at once, so that a broker never reads half of one.",
    .usage = usage,
    .positionals = positionals,
    .groups = groups,
    .exclusives = exclusives,
    .examples = examples,
    .exit_notes =
        "Zero means that the new file is on the disk; with --verify, that the password is right. "
        "A wrong password or an unknown user is 11 with --verify; a user that is to be deleted and "
        "is not there is 1, and so is a file that cannot be written.",
    .see_also = see_also,
};

}  // namespace

const cli::CommandSpec& command() {
  return spec;
}

}  // namespace mqrig::passwd
