#include <algorithm>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/manual.hpp>
#include <mqrig/cli/mdoc.hpp>
#include <vector>

namespace mqrig::cli {
namespace {

void synopsis(std::string& page, const CommandSpec& program) {
  mdoc::section(page, "SYNOPSIS");
  for (const std::string_view usage : program.usage) {
    page += ".Nm\n";
    mdoc::text(page, usage);
  }
}

void command_list(std::string& page, std::span<const CommandSpec* const> commands) {
  mdoc::section(page, "COMMANDS");
  page += ".Bl -tag -width Ds\n";
  for (const CommandSpec* command : commands) {
    page += ".It Cm ";
    page += command->name;
    page += '\n';
    std::string summary(command->summary);
    summary[0] = static_cast<char>(summary[0] - 'a' + 'A');
    mdoc::text(page, summary + ":");
    mdoc::reference(page, "mqrig-" + std::string(command->name) + "(1)", " .");
  }
  page += ".It Cm help Ar COMMAND\nShow the options of a command.\n.El\n";
}

void configuration(std::string& page) {
  mdoc::section(page, "CONFIGURATION");
  mdoc::paragraphs(
      page,
      "The value of an option comes from the first of these that has one: the command line, the "
      "environment, the configuration file, the default. Where options exclude each other, one "
      "from a stronger source replaces the others.\n\n"
      "The configuration file is written in TOML. A key is the long name of an option without "
      "its dashes. Keys at the top hold for every command that has such an option; a table named "
      "after a command holds for that command alone and is stronger. What only shares its name "
      "with "
      "an option of other commands, such as the port of mqrig-broker(1), is set in the table "
      "alone. "
      "Options that may be repeated take arrays, flags take true or false. An unknown key is an "
      "error.");
  page +=
      ".Bd -literal -offset indent\n"
      "host = [\"broker1\", \"broker2:1884\"]\n"
      "username = \"me\"\n"
      "password-file = \"/home/me/.config/mqrig/password\"\n"
      "\n"
      "[pub]\n"
      "qos = 1\n"
      "property = [[\"publish\", \"user-property\", \"from\", \"me\"]]\n"
      ".Ed\n";
}

/// Every variable once, with the options of all commands that read it.
std::vector<const OptionSpec*> variables(std::span<const CommandSpec* const> commands) {
  std::vector<const OptionSpec*> found;
  for (const CommandSpec* command : commands) {
    for_each_option(*command, [&](const OptionSpec& option) {
      if (option.env.empty() || option.hidden) return;
      const bool known = std::any_of(found.begin(), found.end(),
                                     [&](const OptionSpec* o) { return o->env == option.env; });
      if (!known) found.push_back(&option);
    });
  }
  std::sort(found.begin(), found.end(),
            [](const OptionSpec* a, const OptionSpec* b) { return a->env < b->env; });
  return found;
}

void environment(std::string& page, std::span<const CommandSpec* const> commands) {
  mdoc::section(page, "ENVIRONMENT");
  mdoc::text(page,
             "A variable that is empty counts as unset. Flags take 1, true, yes or on, and 0, "
             "false, no or off.");
  page += ".Bl -tag -width MQRIG_SESSION_EXPIRY_INTERVAL -compact\n";
  for (const OptionSpec* option : variables(commands)) {
    page += ".It Ev ";
    page += option->env;
    page += "\nAs\n.Fl -";
    page += option->long_name;
    page += " .\n";
  }
  page +=
      ".It Ev NO_COLOR\nIf not empty, there is no colour unless\n.Fl -color\nasks for it.\n"
      ".It Ev TERM\nIf it is dumb, there is no colour either.\n"
      ".It Ev XDG_CONFIG_HOME\nWhere configuration files are;\n.Pa ~/.config\nif unset.\n"
      ".It Ev XDG_STATE_HOME\nWhere logins are stored;\n.Pa ~/.local/state\nif unset.\n"
      ".El\n";
}

void files(std::string& page) {
  mdoc::section(page, "FILES");
  page +=
      ".Bl -tag -width Ds\n"
      ".It Pa $XDG_CONFIG_HOME/mqrig/config.toml\n"
      ".It Pa ~/.config/mqrig/config.toml\n"
      "The configuration file, unless\n.Fl -config\nnames another.\n"
      ".It Pa $XDG_STATE_HOME/mqrig/tokens\n"
      ".It Pa ~/.local/state/mqrig/tokens\n"
      "What\n.Sy mqrig-login Ns (1)\nhas stored.\n.El\n";
}

void exit_status(std::string& page) {
  mdoc::section(page, "EXIT STATUS");
  page += ".Bl -tag -width Ds -compact\n";
  for (const ExitCodeText& entry : exit_codes()) {
    page += ".It " + std::to_string(static_cast<int>(entry.code)) + "\n";
    mdoc::text(page, std::string(entry.meaning) + ".");
  }
  page +=
      ".It 130\nCut short by SIGINT.\n.It 143\nCut short by SIGTERM.\n.El\n.Pp\n"
      "These numbers never change their meaning.\n"
      "At a first signal mqrig takes leave of the broker.\nA second one ends it at once.\n";
}

}  // namespace

std::string render_program_manual(const CommandSpec& program,
                                  std::span<const CommandSpec* const> commands) {
  std::string page = mdoc::begin_page(program.name, program.summary);
  synopsis(page, program);
  mdoc::section(page, "DESCRIPTION");
  mdoc::paragraphs(page, program.description);
  command_list(page, commands);
  configuration(page);
  environment(page, commands);
  files(page);
  exit_status(page);
  mdoc::examples(page, program.examples);
  mdoc::see_also(page, program.see_also);
  return page;
}

}  // namespace mqrig::cli
