#include "command_script.hpp"

#include <algorithm>
#include <string_view>

namespace mqrig::sub {
namespace {

struct Interpreter {
  std::string_view name;
  char option;  ///< The script is the first word behind the options, or behind this one.
  bool shell;
};

constexpr Interpreter interpreters[] = {
    {"sh", 'c', true},    {"ash", 'c', true},   {"bash", 'c', true},    {"csh", 'c', true},
    {"dash", 'c', true},  {"fish", 'c', true},  {"ksh", 'c', true},     {"mksh", 'c', true},
    {"tcsh", 'c', true},  {"zsh", 'c', true},   {"python", 'c', false}, {"python3", 'c', false},
    {"perl", 'e', false}, {"perl", 'E', false}, {"ruby", 'e', false},   {"lua", 'e', false},
    {"node", 'e', false}, {"node", 'p', false}, {"php", 'r', false},
};

/// "-c", "-ec": letters without values.
bool is_option_bundle(std::string_view word) {
  return word.size() > 1 && (word[0] == '-' || word[0] == '+') && word[1] != '-';
}

/// The word behind `at`, a program, that is a script for it; the number of words when there is
/// none.
std::size_t find_script(const std::vector<std::string>& words, std::size_t at,
                        const Interpreter& program) {
  bool wanted = false;
  for (++at; at < words.size(); ++at) {
    const std::string_view word = words[at];
    if (!word.starts_with('-') && !word.starts_with('+')) break;
    if (!is_option_bundle(word)) continue;
    wanted = wanted || word.find(program.option) != std::string_view::npos;
    // The name of an option of the shell follows: -o pipefail.
    if (program.shell && word.find_first_of("oO") != std::string_view::npos) ++at;
    if (wanted && !program.shell) return std::min(at + 1, words.size());
  }
  return wanted ? at : words.size();
}

}  // namespace

std::vector<std::size_t> find_scripts(const std::vector<std::string>& words) {
  std::vector<std::size_t> scripts;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string_view word = words[at];
    const std::string_view name = word.substr(word.rfind('/') + 1);
    for (const Interpreter& program : interpreters) {
      if (name != program.name) continue;
      const std::size_t script = find_script(words, at, program);
      if (script < words.size()) scripts.push_back(script);
    }
  }
  return scripts;
}

}  // namespace mqrig::sub
