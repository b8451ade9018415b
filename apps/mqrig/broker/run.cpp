#include <sys/resource.h>

#include <csignal>
#include <mqrig/cli/core_files.hpp>

#include "../freed_memory.hpp"
#include "../pid_file.hpp"
#include "access.hpp"
#include "announce.hpp"
#include "command.hpp"
#include "log.hpp"
#include "server.hpp"
#include "settings.hpp"
#include "workers.hpp"

namespace mqrig::broker_command {
namespace {

/// Each connection is a descriptor; the broker itself needs some, too.
constexpr std::uint64_t other_descriptors = 32;

/// Takes as many descriptors as this process may have.
void raise_descriptor_limit(const Settings& settings, const Log& log) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur == RLIM_INFINITY) return;
  if (settings.broker.limits.connections + other_descriptors <= limit.rlim_cur) return;
  log.warning("--max-connections is more than the " + std::to_string(limit.rlim_cur) +
              " descriptors that this process may have: raise ulimit -Hn");
}

/// And gives them to the listeners.
std::shared_ptr<Certificates> read_certificates(Settings& settings, const Log& log) {
  if (!settings.tls) return nullptr;
  auto certificates = std::make_shared<Certificates>(*settings.tls, log);
  for (auto& [address, tls] : settings.listeners) {
    if (tls) address.tls = certificates->server();
  }
  return certificates;
}

}  // namespace

cli::ExitCode run(const cli::Options& options) {
  Settings settings = read_settings(options);
  const cli::Diagnostic diagnostic(options);
  const Log log(diagnostic);
  // A state file at the limit of file sizes (ulimit -f) is a full disk, and no reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  raise_descriptor_limit(settings, log);
  keep_freed_memory();
  // Keys, and the passwords and tokens that clients send, asked for or not.
  cli::forbid_core_files();
  const PidFile pid_file(settings.pid_file);
  Access access{read_passwords(settings.password_file, log), read_acl(settings.acl_file),
                read_certificates(settings, log), make_jwt_verifier(settings.jwt)};
  announce_start(settings, log);
  const auto ready = [&](const std::vector<std::string>& urls) {
    announce_ready(settings, urls, log);
  };
  if (settings.workers > 1) return run_workers(settings, access, diagnostic, ready);
  return Server(settings, std::move(access), diagnostic, 0).run(ready);
}

}  // namespace mqrig::broker_command
