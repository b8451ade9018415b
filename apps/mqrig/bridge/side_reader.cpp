#include "side_reader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <mqrig/cli/shared_options.hpp>
#include <mqrig/cli/toml_options.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "../client_options.hpp"
#include "../input_file.hpp"
#include "../stable_hash.hpp"
#include "../tls_settings.hpp"
#include "file_keys.hpp"

namespace mqrig::bridge_command {
namespace {

using bridge::Side;

constexpr const cli::Exclusive* only_one[] = {
    &cli::one_broker,      &cli::one_password,    &cli::one_token,
    &cli::one_token_url,   &cli::one_token_place, &cli::one_key_password,
    &cli::one_certificate, &cli::one_psk,         &cli::one_proxy_password,
};

std::string machine_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string hexadecimal(std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; number >>= 4) text[i] = digits[number & 0xF];
  return text;
}

/// What the shared options say about themselves, in the words of the place where they stand: an
/// option "--username" is the key "username" of a file, and "--from-username" where that set it.
std::string in_words_of(const cli::TomlSection& section, std::string text) {
  const bool typed = section.table().line == 0;
  const std::string dashes = typed ? section.table().origin + "-" : "";
  for (std::size_t at = 0; (at = text.find("--", at)) != std::string::npos;) {
    text.replace(at, 2, dashes);
    at += dashes.size();
  }
  return text;
}

void refuse_both(cli::TomlSection& section, const cli::Exclusive& exclusive) {
  const cli::TomlValue* first = nullptr;
  for (const std::string_view name : exclusive.options) {
    const cli::TomlValue* value = section.find(name);
    if (value && first) {
      section.fault(*value,
                    "there is " + first->key + " already: give one " + std::string(exclusive.what));
    }
    if (value) first = value;
  }
}

ClientOptions read_client(const cli::TomlSection& section, const cli::Options& options) {
  try {
    return read_client_options(options, {});
  } catch (const cli::UsageError& error) {
    throw cli::UsageError(section.place() + ": " + in_words_of(section, error.what()));
  } catch (const InputError& error) {
    throw InputError(section.place() + ": " + in_words_of(section, error.what()));
  } catch (const TlsSetupError& error) {
    throw TlsSetupError(section.place() + ": " + error.what());
  }
}

void add_file(const cli::Options& options, const cli::OptionSpec& option, Fingerprint& into) {
  if (option.kind != cli::ValueKind::path || option.long_name == "tls-keylog") return;
  const std::string path(options.text(option.long_name));
  struct stat status {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) return;
  into.add(option.long_name, std::to_string(status.st_ino) + " " + std::to_string(status.st_size) +
                                 " " + std::to_string(status.st_mtim.tv_sec) + " " +
                                 std::to_string(status.st_mtim.tv_nsec));
}

/// A certificate or password that was renewed makes another link, under the same name too.
void add_files(const cli::Options& options, Fingerprint& into) {
  for (const cli::OptionGroup* group :
       {&cli::tls_group, &cli::credentials_group, &cli::network_group}) {
    for (const cli::OptionSpec& option : group->options) add_file(options, option, into);
  }
}

void check_name(cli::TomlSection& section, std::string_view key, std::string_view text,
                std::string_view refused, const std::string& why) {
  if (text.find_first_of(refused) == std::string_view::npos) return;
  section.fault(*section.find(key), "'" + std::string(text) + "': " + why);
}

}  // namespace

std::string default_client_id(const std::string& link, Side side, const std::string& machine,
                              bool is_short) {
  const std::string side_name = side == Side::local ? "local" : "remote";
  const std::string number = hexadecimal(stable_hash(machine + '\0' + link));
  // Both sides may be of one broker.
  if (is_short) return (side == Side::local ? "mqrigL" : "mqrigR") + number;
  return "mqrig-bridge-" + link + "-" + side_name + "-" + number;
}

bridge::SideSettings read_side(cli::TomlSection& section, Side side,
                               const bridge::LinkSettings& link, Fingerprint& fingerprint) {
  for (const cli::Exclusive* one : only_one) {
    refuse_both(section, *one);
  }
  const cli::Options options = cli::read_toml_options(section, side_keys());
  section.finish();
  if (!options.has("url") && !options.has("host") && !options.has("unix")) {
    section.fault(section.table(), "names no broker: give url, host or unix");
  }
  ClientOptions read = read_client(section, options);
  if (!read.topic.empty()) {
    section.fault(*section.find("url"), "a topic stands in a rule, and not behind the broker");
  }
  bridge::SideSettings settings;
  settings.client = std::move(read.client);
  settings.name = options.text("name");
  settings.share = options.text("share");
  check_name(section, "name", settings.name, " \t\r\n", "a name has no blanks");
  check_name(section, "share", settings.share, "/+#",
             "the name of a group has no '/', '+' and '#'");
  client::Options& client = settings.client;
  if (client.client_id.empty()) {
    const bool is_short = client.version == wire::Version::mqtt_3_1;
    client.client_id = default_client_id(link.name, side, machine_name(), is_short);
  }
  fingerprint.add(side == Side::local ? "local" : "remote", options);
  fingerprint.add("password", client.password.value_or(std::string()));
  add_files(options, fingerprint);
  return settings;
}

}  // namespace mqrig::bridge_command
