#include <mqrig/cli/manual.hpp>
#include <mqrig/cli/mdoc.hpp>

namespace mqrig::cli {
namespace {

void option_head(std::string& page, const OptionSpec& option) {
  page += ".It ";
  if (option.short_name != '\0') {
    page += "Fl ";
    page += option.short_name;
    page += " , ";
  }
  page += "Fl -";
  page += option.long_name;
  if (!option.value_name.empty()) {
    page += " Ar ";
    page += option.value_name;
  }
  if (!option.negated.empty()) {
    page += " , Fl -";
    page += option.negated;
  }
  page += '\n';
}

/// Repetition, default, configuration file, environment: what holds for any option.
void facts(std::string& page, const CommandSpec& command, const OptionSpec& option) {
  if (option.repeatable) mdoc::text(page, "May be given more than once.");
  if (option.kind == ValueKind::flag) {
    if (option.default_value == "true") mdoc::text(page, "On by default.");
  } else if (!option.default_value.empty()) {
    mdoc::text(page, "The default is " + std::string(option.default_value) + ".");
  }
  if (option.in_config && option.own_table) {
    mdoc::text(page, "In the configuration file it stands in the table [" +
                         std::string(command.name) + "].");
  }
  if (option.env.empty()) return;
  page += "Environment:\n.Ev ";
  page += option.env;
  page += " .\n";
}

void option_entry(std::string& page, const CommandSpec& command, const OptionSpec& option) {
  option_head(page, option);
  std::string help(option.help);
  if (help[0] >= 'a' && help[0] <= 'z') help[0] = static_cast<char>(help[0] - 'a' + 'A');
  mdoc::text(page, help + ".");
  mdoc::text(page, option.details);
  mdoc::choices(page, option);
  facts(page, command, option);
}

void synopsis(std::string& page, const CommandSpec& command) {
  mdoc::section(page, "SYNOPSIS");
  for (const std::string_view usage : command.usage) {
    page += ".Nm mqrig\n.Cm ";
    page += command.name;
    page += '\n';
    mdoc::text(page, usage);
  }
}

void options(std::string& page, const CommandSpec& command) {
  mdoc::section(page, "OPTIONS");
  mdoc::text(page,
             "Options may stand in any order, short flags may be bundled, and values may be "
             "attached (-q1, --qos=1). After -- only bare words follow. Most long options may "
             "also be set in the configuration file, and those with a variable in the "
             "environment, as mqrig(1) explains.");
  for (const OptionGroup* group : command.groups) {
    mdoc::subsection(page, group->title);
    page += ".Bl -tag -width Ds\n";
    for (const OptionSpec& option : group->options) {
      if (!option.hidden) option_entry(page, command, option);
    }
    page += ".El\n";
  }
}

void exit_status(std::string& page, const CommandSpec& command) {
  mdoc::section(page, "EXIT STATUS");
  mdoc::text(page, command.exit_notes);
  page += "All codes are listed in\n";
  mdoc::reference(page, "mqrig(1)", " .");
}

}  // namespace

std::string render_manual(const CommandSpec& command) {
  std::string page = mdoc::begin_page("mqrig-" + std::string(command.name), command.summary);
  synopsis(page, command);
  mdoc::section(page, "DESCRIPTION");
  mdoc::paragraphs(page, command.description);
  options(page, command);
  exit_status(page, command);
  mdoc::examples(page, command.examples);
  mdoc::see_also(page, command.see_also);
  return page;
}

}  // namespace mqrig::cli
