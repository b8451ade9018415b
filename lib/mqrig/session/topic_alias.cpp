#include <mqrig/session/topic_alias.hpp>

namespace mqrig::session {

bool AliasReceiver::resolve(std::uint16_t alias, std::uint16_t maximum, std::string_view& topic) {
  if (alias == 0 || alias > maximum) return false;
  const std::size_t index = alias - 1U;
  if (!topic.empty()) {
    if (topics_.size() <= index) topics_.resize(index + 1);
    topics_[index].assign(topic);
    return true;
  }
  if (index >= topics_.size() || topics_[index].empty()) return false;
  topic = topics_[index];
  return true;
}

AliasSender::Choice AliasSender::choose(std::string_view topic, std::uint16_t maximum) {
  if (const auto found = aliases_.find(topic); found != aliases_.end()) {
    return {found->second, true};
  }
  const std::uint16_t alias = static_cast<std::uint16_t>(next_ % maximum + 1);
  next_ = alias;
  return {alias, use(topic, alias)};
}

bool AliasSender::use(std::string_view topic, std::uint16_t alias) {
  const std::size_t index = alias - 1U;
  if (topics_.size() <= index) topics_.resize(index + 1);
  std::string& current = topics_[index];
  if (current == topic) return true;
  // A topic may have two aliases when the caller mixes both ways; the table keeps the newer one.
  if (const auto old = aliases_.find(current); old != aliases_.end() && old->second == alias) {
    aliases_.erase(old);
  }
  current.assign(topic);
  aliases_.insert_or_assign(current, alias);
  return false;
}

void AliasSender::clear() noexcept {
  aliases_.clear();
  topics_ = {};
  next_ = 0;
}

}  // namespace mqrig::session
