// STAND-IN until the real one is merged.
#pragma once
#include <map>
#include <string>
#include <mqrig/broker/message.hpp>
#include <mqrig/wire/topic.hpp>
namespace mqrig::broker {
class RetainedStore {
 public:
  struct Cursor { explicit Cursor(std::string_view f) : filter(f) {} std::string filter; std::string at; bool started=false; };
  MessagePtr set(MessagePtr m) { std::string key(m->topic()); auto& p = map_[key]; MessagePtr old = std::move(p); if (old) bytes_ -= old->size(); bytes_ += m->size(); p = std::move(m); return old; }
  MessagePtr erase(std::string_view t) { auto i = map_.find(t); if (i == map_.end()) return {}; MessagePtr old = i->second; bytes_ -= old->size(); map_.erase(i); return old; }
  const Message* find(std::string_view t) const { auto i = map_.find(t); return i == map_.end() ? nullptr : i->second.get(); }
  template <class V> bool next(Cursor& c, std::size_t budget, session::Time now, V&& v) {
    auto i = c.started ? map_.upper_bound(c.at) : map_.begin();
    for (; i != map_.end(); ++i) { if (budget-- == 0) return true; if (i->second->expired(now)) continue; if (wire::matches(c.filter, i->first) && !v(i->second)) return true; c.at = i->first; c.started = true; }
    return false; }
  template <class C> std::size_t expire(session::Time, std::size_t, C&&) { return 0; }
  std::size_t size() const { return map_.size(); }
  std::size_t bytes() const { return bytes_; }
 private:
  std::map<std::string, MessagePtr, std::less<>> map_; std::size_t bytes_ = 0;
};
}
