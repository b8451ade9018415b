#include <mqrig/cli/completion.hpp>
#include <mqrig/cli/manual.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <string>

#include "../program.hpp"
#include "generate.hpp"

namespace mqrig::generate {
namespace {

/// "pub" for "mqrig-pub"; the program itself for "mqrig".
std::string manual(std::string_view page) {
  if (page == "mqrig") return cli::render_program_manual(program(), command_specs());
  if (page == "mqrig.toml") return toml_manual();
  for (const cli::CommandSpec* spec : command_specs()) {
    if (page == "mqrig-" + std::string(spec->name)) return cli::render_manual(*spec);
  }
  throw cli::UsageError("no manual page '" + std::string(page) + "'");
}

/// The checked-in files, each with the words after `mqrig generate` that make it.
std::string file_list() {
  std::string list = "man/mqrig.1 man mqrig\nman/mqrig.toml.5 man mqrig.toml\n";
  for (const cli::CommandSpec* spec : command_specs()) {
    const std::string page = "mqrig-" + std::string(spec->name);
    list += "man/" + page + ".1 man " + page + "\n";
  }
  return list +
         "completions/mqrig.bash bash\ncompletions/_mqrig zsh\ncompletions/mqrig.fish fish\n";
}

}  // namespace

std::string text(std::span<char* const> words) {
  const std::string_view what = words.empty() ? "" : words[0];
  if (what == "man") return manual(words.size() > 1 ? words[1] : "mqrig");
  if (what == "bash") return cli::render_bash_completion(command_specs());
  if (what == "zsh") return cli::render_zsh_completion(command_specs());
  if (what == "fish") return cli::render_fish_completion(command_specs());
  if (what == "list") return file_list();
  throw cli::UsageError("generate takes man [PAGE], bash, zsh, fish or list");
}

}  // namespace mqrig::generate
