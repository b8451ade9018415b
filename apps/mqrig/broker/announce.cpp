#include "announce.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <mqrig/cli/write_all.hpp>
#include <mqrig/net/notify.hpp>

namespace mqrig::broker_command {

void end_standard_output() {
  const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nothing < 0) return;
  ::dup2(nothing, STDOUT_FILENO);
  ::close(nothing);
}

void announce_start(const Settings& settings, const Log& log) {
  if (settings.chaos_announced) {
    log.notice("faults are made on purpose; --seed " + std::to_string(settings.broker.faults.seed) +
               " makes the same ones again");
  }
  if (settings.workers > 1) {
    log.notice(std::to_string(settings.workers) +
               " workers: clients of different ones do not see each other's messages");
  }
}

void announce_ready(const Settings& settings, const std::vector<std::string>& urls,
                    const Log& log) {
  std::string lines;
  for (const std::string& url : urls) lines += url + "\n";
  cli::write_all(STDOUT_FILENO, lines);  // whoever does not read does not want to know
  end_standard_output();
  if (settings.ready_descriptor) {
    const std::error_code error = net::notify_ready(*settings.ready_descriptor);
    if (error) log.warning("could not write to --ready-fd: " + error.message());
  }
  const std::error_code error = net::notify_service("READY=1");
  if (error) log.warning("could not tell the service manager (NOTIFY_SOCKET): " + error.message());
}

}  // namespace mqrig::broker_command
