#include "spool_file.hpp"

#include <stdexcept>

#include "../input_file.hpp"

namespace mqrig::spool {
namespace {

/// "its queues are 'a' and 'b'", as the end of a sentence.
std::string names_text(const std::vector<std::string>& names) {
  if (names.empty()) return "it has no queues at all";
  std::string text = names.size() == 1 ? "its only queue is " : "its queues are ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text.append("'").append(names[i]).append("'");
  }
  return text;
}

}  // namespace

std::unique_ptr<store::Spool> open_spool(const std::string& path, store::Spool::Mode mode) {
  std::string error;
  auto spool = store::Spool::open(path, mode, error);
  if (!spool) throw InputError(error);
  return spool;
}

std::vector<NamedQueue> choose_queues(const store::Spool& spool, const std::string& path,
                                      const std::optional<std::string>& name) {
  std::vector<NamedQueue> chosen;
  const std::vector<std::string> names = spool.queue_names();
  for (const std::string& each : names) {
    if (!name || each == *name) chosen.push_back({each, spool.find_queue(each).value()});
  }
  if (name && chosen.empty()) {
    throw InputError("there is no queue '" + *name + "' in '" + path + "': " + names_text(names));
  }
  return chosen;
}

void check(std::error_code error, std::string_view what, const std::string& path) {
  if (!error) return;
  throw std::runtime_error(std::string(what) + " the spool '" + path + "': " + error.message());
}

}  // namespace mqrig::spool
