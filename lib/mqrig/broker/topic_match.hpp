// Walks over the nodes of a topic tree whose filters match a topic.
#pragma once

#include <array>
#include <string_view>

#include <mqrig/broker/topic_nodes.hpp>

namespace mqrig::broker {

// Depth first, each node at most once, without a stack: on its way back it finds out from the
// labels where in the topic it was. So no topic is too deep, and nothing is allocated. Tree and
// topic stay as they are during the walk.
class TopicMatch {
 public:
  // `topic` is a valid topic name.
  TopicMatch(const TopicNodes& nodes, std::string_view topic) noexcept;

  // The next node that ends a matching filter; null at the end.
  const TopicNode* next() noexcept {
    while (found_count_ == 0) {
      if (turn_ == Turn::end) return nullptr;
      step();
    }
    return found_[--found_count_];
  }

 private:
  // What is to be tried next at the present node.
  enum class Turn : std::uint8_t { same_level, any_level, back, end };

  void step() noexcept;
  void enter(std::uint32_t node) noexcept;
  void go_back() noexcept;
  std::string_view level() const noexcept;
  std::size_t match(const TopicNode& node) const noexcept;
  void arrive(std::uint32_t node, std::size_t at) noexcept;

  const TopicNodes& nodes_;
  std::string_view topic_;
  std::size_t at_ = 0;         // where the levels below the present node begin
  std::size_t any_level_ = 0;  // nodes from the root to here whose '+' is still to be tried
  std::uint32_t node_ = TopicNodes::root;
  Turn turn_ = Turn::same_level;
  std::uint8_t found_count_ = 0;
  std::array<const TopicNode*, 2> found_{};
};

}  // namespace mqrig::broker
