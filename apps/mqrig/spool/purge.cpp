#include "purge.hpp"

#include <unistd.h>

#include <cerrno>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/write_all.hpp>
#include <mqrig/store/wall_time.hpp>
#include <string>

#include "spool_file.hpp"
#include "utc_time.hpp"

namespace mqrig::spool {
namespace {

std::int64_t oldest_to_keep(const Settings& settings) {
  return store::wall_time() - settings.older_than->count();
}

std::string question(const store::QueueTotals& totals, const Settings& settings) {
  std::string text = "Remove ";
  if (settings.older_than) {
    text += "what came before " + utc_time(oldest_to_keep(settings)) + " of the " +
            std::to_string(totals.messages) + " messages";
  } else if (settings.refused) {
    text += "the " + std::to_string(totals.refused) + " refused messages";
  } else {
    text += "the " + std::to_string(totals.messages) + " messages";
  }
  text += " of queue '";
  cli::append_printable(text, *settings.queue);
  text += "' in '";
  cli::append_printable(text, settings.file);
  return text + "' for good? [y/N] ";
}

/// "y" or "yes", in small letters or capitals.
bool read_yes() {
  char answer[256];
  ssize_t count = -1;
  do {
    count = ::read(STDIN_FILENO, answer, sizeof answer);
  } while (count < 0 && errno == EINTR);
  std::string text(answer, count > 0 ? static_cast<std::size_t>(count) : 0);
  if (text.ends_with('\n')) text.pop_back();
  return text == "y" || text == "Y" || text == "yes" || text == "YES" || text == "Yes";
}

}  // namespace

bool purge_is_meant(const store::Spool& spool, store::Spool::QueueId queue,
                    const Settings& settings) {
  if (settings.yes) return true;
  if (::isatty(STDIN_FILENO) != 1) {
    throw cli::UsageError(
        "purge removes messages for good, and there is no terminal to ask: give "
        "--yes if it is meant");
  }
  cli::write_all(STDERR_FILENO, question(spool.totals(queue), settings));
  return read_yes();
}

std::uint64_t purge(store::Spool& spool, store::Spool::QueueId queue, const Settings& settings) {
  std::error_code error;
  std::optional<std::int64_t> before;
  if (settings.older_than) before = oldest_to_keep(settings);
  // The session with the broker refers to messages on their way: without them it is of no use, and
  // the next run begins a new one.
  if (!settings.refused) spool.remove_state(*settings.queue + ".session");
  const std::uint64_t count =
      settings.refused ? spool.purge_refused(queue, error) : spool.purge(queue, before, error);
  check(error, "cannot write", settings.file);
  return count;
}

}  // namespace mqrig::spool
