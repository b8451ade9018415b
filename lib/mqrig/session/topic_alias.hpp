// Topic aliases in both directions, section 3.3.2.3.4. Mappings live as long as one network
// connection [MQTT-3.3.2-7].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mqrig::session {

// Aliases that the peer defines.
class AliasReceiver {
 public:
  // Applies what a PUBLISH carried: defines `alias` when the topic is there, looks it up when it is
  // empty. False when the alias is 0, beyond `maximum` or not defined. The looked-up view lives
  // until the alias is defined again.
  bool resolve(std::uint16_t alias, std::uint16_t maximum, std::string_view& topic);
  void clear() noexcept { topics_ = {}; }

 private:
  std::vector<std::string> topics_;  // index: alias - 1
};

// Aliases that we define: the first topics get one each; when all are in use, the oldest is given
// to the new topic.
class AliasSender {
 public:
  struct Choice {
    std::uint16_t alias;
    bool known;  // the peer knows it: the topic can be left out
  };

  // `maximum` is the peer's Topic Alias Maximum, at least 1.
  Choice choose(std::string_view topic, std::uint16_t maximum);
  // The caller picked the alias, 1 to the peer's maximum. True when the peer knows it for this
  // topic.
  bool use(std::string_view topic, std::uint16_t alias);
  void clear() noexcept;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  std::unordered_map<std::string, std::uint16_t, Hash, std::equal_to<>> aliases_;
  std::vector<std::string> topics_;  // index: alias - 1
  std::uint16_t next_ = 0;           // to be given out, or taken over, next
};

}  // namespace mqrig::session
