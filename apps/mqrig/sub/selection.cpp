#include "selection.hpp"

#include <algorithm>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::sub {

Selection::Selection(const cli::Options& options)
    : skip_retained_(options.flag("skip-retained")),
      retained_only_(options.flag("retained-only")),
      share_(options.number("random-filter")) {
  for (const std::string_view filter : options.list("filter-out")) {
    const wire::TopicError error = wire::check_topic_filter(filter);
    if (error != wire::TopicError::none) {
      throw cli::UsageError("-T/--filter-out '" + std::string(filter) +
                            "': " + std::string(wire::text(error)));
    }
    filtered_out_.emplace_back(filter);
  }
  everything_ = filtered_out_.empty() && !skip_retained_ && !retained_only_;
  if (share_ < 100) random_.seed(std::random_device()());
}

Selection::Verdict Selection::judge_closely(const wire::Publish& message) const {
  if (retained_only_ && !message.retain) return Verdict::end;
  if (skip_retained_ && message.retain) return Verdict::drop;
  const bool filtered_out =
      std::any_of(filtered_out_.begin(), filtered_out_.end(),
                  [&](const std::string& filter) { return wire::matches(filter, message.topic); });
  return filtered_out ? Verdict::drop : Verdict::print;
}

bool Selection::draw() {
  return std::uniform_real_distribution<double>(0, 100)(random_) < share_;
}

}  // namespace mqrig::sub
