#include <csignal>
#include <mqrig/cli/diagnostic.hpp>
#include <string>

#include "command.hpp"
#include "import.hpp"
#include "message_printer.hpp"
#include "purge.hpp"
#include "queue_list.hpp"
#include "settings.hpp"
#include "spool_file.hpp"

namespace mqrig::spool {
namespace {

using cli::ExitCode;

std::string messages_text(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " message" : " messages");
}

ExitCode list(const cli::Options& options, const Settings& settings,
              const cli::Diagnostic& diagnostic) {
  const auto spool = open_spool(settings.file, store::Spool::Mode::look);
  StandardOutput output;
  const std::vector<QueueSummary> queues = summarise(*spool);
  if (options.flag("json")) {
    write_json(output.buffer(), queues);
  } else {
    write_table(output.buffer(), queues);
  }
  output.write();
  ExitCode code = ExitCode::ok;
  for (const QueueSummary& queue : queues) {
    if (!queue.damaged) continue;
    diagnostic.error("not all messages of queue '" + queue.name +
                     "' can be read: 'mqrig spool verify' says what is damaged");
    code = ExitCode::verification;
  }
  return code;
}

ExitCode print_messages(const cli::Options& options, const Settings& settings,
                        const cli::Diagnostic& diagnostic) {
  MessagePrinter printer(options, settings, diagnostic);
  const auto spool = open_spool(settings.file, store::Spool::Mode::look);
  const bool complete =
      settings.action == Action::show ? printer.show(*spool) : printer.export_lines(*spool);
  return complete ? ExitCode::ok : ExitCode::verification;
}

ExitCode import_lines(const Settings& settings, const cli::Diagnostic& diagnostic) {
  Import import_run(settings);
  import_run.run();
  diagnostic.notice("imported " + messages_text(import_run.count()));
  return ExitCode::ok;
}

ExitCode requeue(const Settings& settings, const cli::Diagnostic& diagnostic) {
  const auto spool = open_spool(settings.file);
  std::uint64_t count = 0;
  for (const NamedQueue& queue : choose_queues(*spool, settings.file, settings.queue)) {
    std::error_code error;
    count += spool->requeue(queue.id, error);
    check(error, "cannot write", settings.file);
  }
  diagnostic.notice("put " + messages_text(count) + " back into the queue");
  return ExitCode::ok;
}

ExitCode purge_queue(const Settings& settings, const cli::Diagnostic& diagnostic) {
  const auto spool = open_spool(settings.file);
  const NamedQueue queue = choose_queues(*spool, settings.file, settings.queue).front();
  if (!purge_is_meant(*spool, queue.id, settings)) {
    diagnostic.notice("nothing was removed");
    return ExitCode::failed;
  }
  diagnostic.notice("removed " + messages_text(purge(*spool, queue.id, settings)));
  return ExitCode::ok;
}

ExitCode verify(const Settings& settings, const cli::Diagnostic& diagnostic) {
  const auto spool = open_spool(
      settings.file, settings.repair ? store::Spool::Mode::salvage : store::Spool::Mode::look);
  std::vector<std::string> faults = spool->verify(settings.repair);
  if (settings.repair && !faults.empty()) {
    for (const std::string& fault : faults) diagnostic.warning(fault);
    faults = spool->verify(false);
    if (faults.empty()) diagnostic.notice("all of it was put right");
  }
  for (const std::string& fault : faults) diagnostic.error(fault);
  if (!faults.empty()) return ExitCode::verification;
  diagnostic.notice("'" + settings.file + "' is as it should be");
  return ExitCode::ok;
}

}  // namespace

ExitCode run(const cli::Options& options) {
  const Settings settings = read_settings(options);
  const cli::Diagnostic diagnostic(options);
  // A file that may not grow further shall be an error like any other.
  std::signal(SIGXFSZ, SIG_IGN);
  switch (settings.action) {
    case Action::list:
      return list(options, settings, diagnostic);
    case Action::show:
    case Action::export_lines:
      return print_messages(options, settings, diagnostic);
    case Action::import_lines:
      return import_lines(settings, diagnostic);
    case Action::requeue:
      return requeue(settings, diagnostic);
    case Action::purge:
      return purge_queue(settings, diagnostic);
    case Action::verify:
      return verify(settings, diagnostic);
  }
  return ExitCode::failed;
}

}  // namespace mqrig::spool
