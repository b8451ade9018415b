#include "serve.hpp"

#include <csignal>

#include "../freed_memory.hpp"
#include "../pid_file.hpp"
#include "../ready_descriptor.hpp"
#include "server.hpp"

namespace mqrig::bridge_command {

cli::ExitCode serve(BridgeFile file, const cli::Options& options) {
  const cli::Diagnostic diagnostic(options);
  // A spool at the limit of file sizes (ulimit -f) is a full disk, and no reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  keep_freed_memory();
  const PidFile pid_file{std::string(options.text("pid-file"))};
  const std::optional<int> ready = read_ready_descriptor(options);
  const bool from_file = options.text("action") == "run";
  std::string path(from_file ? options.text("file") : "");
  if (path == "-") path.clear();  // standard input is read once
  return Server(std::move(file), std::move(path), diagnostic).run(ready);
}

}  // namespace mqrig::bridge_command
