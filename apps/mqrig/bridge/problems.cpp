#include "problems.hpp"

#include <mqrig/bridge/forwarder.hpp>

namespace mqrig::bridge_command {

bool report_problems(const BridgeFile& file, const cli::Diagnostic& diagnostic) {
  bool sound = true;
  for (std::size_t i = 0; i < file.settings.links.size(); ++i) {
    const bridge::LinkSettings& link = file.settings.links[i];
    for (const bridge::RuleProblem& problem : bridge::check_rules(link)) {
      const std::string text = file.places[i] + " '" + link.name + "': " + problem.text;
      problem.fatal ? diagnostic.error(text) : diagnostic.warning(text);
      sound = sound && !problem.fatal;
    }
  }
  return sound;
}

}  // namespace mqrig::bridge_command
