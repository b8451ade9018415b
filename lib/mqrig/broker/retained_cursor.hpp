// The retained messages of a topic filter, in portions.
#pragma once

#include <string>
#include <string_view>

#include <mqrig/broker/retained_store.hpp>

namespace mqrig::broker {

// Remembers a text only: which topic comes next. So the store may change between two portions: what
// is there all the time is visited exactly once, what comes or goes meanwhile once or not at all.
//
// A filter without wildcards is one look-up. Others begin at the topics that begin as they do, and
// leap over those that cannot match: "+/status" looks at about two topics for each first level.
class RetainedCursor {
 public:
  // `filter` is valid, and not that of a shared subscription.
  explicit RetainedCursor(std::string_view filter);

  std::string_view filter() const noexcept { return filter_; }

  // Calls visit(const MessagePtr&), which returns false to have no more in this portion, for each
  // message whose topic matches and that has not expired; the store must not be changed meanwhile.
  // Looks at no more than `budget` topics, at least 1. True while there may be more.
  template <class Visit>
  bool next(const RetainedStore& store, session::Time now, std::size_t budget, Visit&& visit) {
    if (exact_) {
      if (const MessagePtr* message = done_ ? nullptr : store.find(filter_, now)) visit(*message);
      done_ = true;
    }
    if (done_) return false;
    const TopicOrder& order = store.order();
    std::uint32_t name = order.lower_bound(next_);
    for (bool more = true; more && budget > 0 && name != TopicOrder::none; --budget) {
      const Step step = judge(order.topic(name));
      if (step == Step::end) name = TopicOrder::none;
      if (step == Step::visit && !order.message(name)->expired(now)) {
        more = visit(order.message(name));
      }
      if (step != Step::end) name = advance(order, name, step);
    }
    done_ = name == TopicOrder::none;
    if (!done_) next_ = order.topic(name);
    return !done_;
  }

 private:
  enum class Step : std::uint8_t {
    visit,  // the topic matches
    skip,   // it does not
    leap,   // nothing matches before `next_`
    end,    // nothing more matches
  };

  Step judge(std::string_view topic);
  Step leap_to(std::string_view topic, std::size_t size, std::string_view text);
  Step mismatch(std::string_view topic, std::size_t topic_at, std::size_t filter_at,
                std::size_t any_end);
  std::uint32_t advance(const TopicOrder& order, std::uint32_t name, Step step) const noexcept;

  std::string filter_;
  std::string next_;  // no topic before this one is of interest any more
  bool exact_;
  bool done_ = false;
};

}  // namespace mqrig::broker
