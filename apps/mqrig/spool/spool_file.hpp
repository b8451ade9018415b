#pragma once

#include <memory>
#include <mqrig/store/spool.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace mqrig::spool {

struct NamedQueue {
  std::string name;
  store::Spool::QueueId id;
};

/// Throws InputError that says what is wrong with the file, and what to do.
std::unique_ptr<store::Spool> open_spool(const std::string& path,
                                         store::Spool::Mode mode = store::Spool::Mode::existing);

/// The queue of that name, or all of them. Throws InputError when there is none of the name.
std::vector<NamedQueue> choose_queues(const store::Spool& spool, const std::string& path,
                                      const std::optional<std::string>& name);

/// For what the file could not give or take: throws std::runtime_error unless `error` is none.
/// `what` is such as "cannot read".
void check(std::error_code error, std::string_view what, const std::string& path);

}  // namespace mqrig::spool
