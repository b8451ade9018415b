// What must hold for the options of every command that the program has.
#include "apps/mqrig/program.hpp"

#include <doctest/doctest.h>

#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/value.hpp>
#include <set>
#include <string>

using namespace mqrig;
using cli::OptionSpec;
using cli::ValueKind;

namespace {

template <typename Check>
void for_all(Check&& check) {
  for (const cli::CommandSpec* command : command_specs()) {
    CAPTURE(command->name);
    cli::for_each_option(*command, [&](const OptionSpec& option) {
      CAPTURE(option.long_name);
      check(*command, option);
    });
  }
}

/// True if the command connects to a broker.
bool is_client(const cli::CommandSpec& command) {
  return cli::find_option(command, "host") != nullptr;
}

}  // namespace

TEST_CASE("no command has two options of one name") {
  for (const cli::CommandSpec* command : command_specs()) {
    CAPTURE(command->name);
    std::set<std::string> seen;
    const auto add = [&seen](std::string name) {
      CAPTURE(name);
      CHECK(seen.insert(name).second);
    };
    cli::for_each_option(*command, [&](const OptionSpec& option) {
      add("--" + std::string(option.long_name));
      if (!option.alias.empty()) add("--" + std::string(option.alias));
      if (!option.negated.empty()) add("--" + std::string(option.negated));
      if (option.short_name != '\0') add(std::string{'-', option.short_name});
      if (!option.env.empty()) add("$" + std::string(option.env));
    });
  }
}

TEST_CASE("every option is explained in one line without a full stop") {
  for_all([](const cli::CommandSpec&, const OptionSpec& option) {
    CHECK_FALSE(option.help.empty());
    CHECK(option.help.size() <= 68);
    CHECK(option.help.back() != '.');
    CHECK((option.details.empty() || option.details.back() == '.'));
  });
}

TEST_CASE("every option that takes a value names it, flags do not") {
  for_all([](const cli::CommandSpec&, const OptionSpec& option) {
    CHECK(option.value_name.empty() == (option.kind == ValueKind::flag));
    CHECK((option.negated.empty() || option.kind == ValueKind::flag));
  });
}

TEST_CASE("every default is a value that the option accepts") {
  for_all([](const cli::CommandSpec&, const OptionSpec& option) {
    CHECK((option.default_value.empty() || cli::acceptable(option, option.default_value)));
  });
}

TEST_CASE("every other spelling of a choice stands for a choice") {
  for_all([](const cli::CommandSpec&, const OptionSpec& option) {
    for (const cli::Choice& choice : option.choices) {
      if (!choice.alias_of.empty()) CHECK(cli::acceptable(option, choice.alias_of));
    }
  });
}

TEST_CASE("flags that the environment or the configuration file sets can be switched off") {
  for_all([](const cli::CommandSpec&, const OptionSpec& option) {
    if (option.kind != ValueKind::flag) return;
    CHECK((option.negated.empty() ? option.env.empty() && !option.in_config : true));
  });
}

TEST_CASE("one variable means the same option in every command") {
  std::set<std::string> pairs;
  std::set<std::string> variables;
  for_all([&](const cli::CommandSpec&, const OptionSpec& option) {
    if (option.env.empty()) return;
    CHECK(option.env.starts_with("MQRIG_"));
    pairs.insert(std::string(option.env) + " " + std::string(option.long_name));
    variables.insert(std::string(option.env));
  });
  CHECK(pairs.size() == variables.size());
}

TEST_CASE("exclusive options and bare words name options of the command") {
  for (const cli::CommandSpec* command : command_specs()) {
    CAPTURE(command->name);
    for (const std::string_view name : command->positionals) {
      CAPTURE(name);
      CHECK(cli::find_option(*command, name));
    }
    for (const cli::Exclusive* exclusive : command->exclusives) {
      for (const std::string_view name : exclusive->options) {
        CAPTURE(name);
        CHECK(cli::find_option(*command, name));
      }
    }
  }
}

TEST_CASE("every command has the general options, a usage, examples and notes") {
  for (const cli::CommandSpec* command : command_specs()) {
    CAPTURE(command->name);
    for (const auto* name : {"help", "version", "config", "quiet", "color"}) {
      CHECK(cli::find_option(*command, name));
    }
    CHECK((!is_client(*command) || cli::find_option(*command, "debug")));
    CHECK_FALSE(command->usage.empty());
    CHECK_FALSE(command->examples.empty());
    CHECK_FALSE(command->exit_notes.empty());
    CHECK_FALSE(command->description.empty());
  }
}

TEST_CASE("mosquitto's letters keep their meaning in every client") {
  const std::pair<char, std::string_view> letters[] = {{'h', "host"},
                                                       {'p', "port"},
                                                       {'u', "username"},
                                                       {'P', "password"},
                                                       {'i', "id"},
                                                       {'I', "id-prefix"},
                                                       {'k', "keepalive"},
                                                       {'q', "qos"},
                                                       {'t', "topic"},
                                                       {'d', "debug"},
                                                       {'D', "property"},
                                                       {'L', "url"},
                                                       {'A', "bind"},
                                                       {'x', "session-expiry-interval"},
                                                       {'V', "protocol-version"},
                                                       {'c', "disable-clean-session"}};
  for (const cli::CommandSpec* command : command_specs()) {
    if (!is_client(*command)) continue;
    // As in every load tester; the option of this letter has its long name there.
    const bool counts_clients = cli::find_option(*command, "clients") != nullptr;
    for (const auto& known : letters) {
      CAPTURE(known.second);
      const OptionSpec* option = cli::find_option(*command, known.second);
      if (known.first == 'c' && counts_clients) continue;
      // Not every command has them all; what it has, it has under this letter.
      if (option) CHECK(option->short_name == known.first);
    }
  }
}
