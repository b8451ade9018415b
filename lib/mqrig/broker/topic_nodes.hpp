// The shape of the topic tree: which nodes there are for a set of filters. Who subscribed is the
// business of TopicTree; which nodes match is that of TopicMatch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <mqrig/broker/block_pool.hpp>
#include <mqrig/broker/compact_text.hpp>
#include <mqrig/broker/name_table.hpp>
#include <mqrig/broker/seeded_hash.hpp>
#include <mqrig/broker/subscriber.hpp>

namespace mqrig::broker {

// A subscription, as the node of its filter keeps it.
struct SubscriptionEntry {
  Subscriber* subscriber;
  std::uint32_t identifier : 28;
  std::uint32_t qos : 2;
  std::uint32_t no_local : 1;
  std::uint32_t retain_as_published : 1;
  std::uint32_t place : 30;  // index in the subscriber's places
  std::uint32_t retain_handling : 2;

  SubscriptionOptions options() const noexcept;
  void set(const SubscriptionOptions& options) noexcept;
};

// One or more levels of a filter, wildcards among them. The first level tells the children of a
// node apart.
struct alignas(64) TopicNode {
  SmallArray<SubscriptionEntry> entries;
  CompactText label;
  std::uint32_t parent = 0;
  std::uint32_t children_xor = 0;  // of their names: of an only child its name
  std::uint32_t children : 29 = 0;
  std::uint32_t has_plus : 1 = 0;  // a child that begins with '+'
  std::uint32_t has_hash : 1 = 0;  // the child "#"
  std::uint32_t wild : 1 = 0;      // wildcards in the label
};

// A radix tree over levels: a node that neither ends a filter nor branches is merged with its
// child, so n filters have less than 2 n nodes, however deep they are. Children are found through
// one hash table.
class TopicNodes {
 public:
  static constexpr std::uint32_t none = 0xFFFF'FFFF;
  static constexpr std::uint32_t root = 0;

  TopicNodes();
  TopicNodes(const TopicNodes&) = delete;
  TopicNodes& operator=(const TopicNodes&) = delete;
  ~TopicNodes();

  TopicNode& operator[](std::uint32_t node) noexcept { return nodes_[node]; }
  const TopicNode& operator[](std::uint32_t node) const noexcept { return nodes_[node]; }

  // The child whose label begins with this level; `none` when there is none.
  std::uint32_t child(std::uint32_t parent, std::string_view level) const noexcept;
  // The node that ends this filter; `none` when there is none.
  std::uint32_t find(std::string_view filter) const noexcept;
  std::uint32_t find_or_add(std::string_view filter);
  // Takes the node out, or merges it with its child, if nothing holds it: neither entries nor
  // several children. The names of all other nodes stay.
  void prune(std::uint32_t node);
  // The filter that the node ends, in place of what `text` held.
  void filter(std::uint32_t node, std::string& text) const;

  // Bytes owned, without entries.
  std::size_t memory() const noexcept {
    return nodes_.memory() + children_.memory() + labels_memory_;
  }

 private:
  void set_label(TopicNode& node, std::string_view label);
  void attach(std::uint32_t node);
  void detach(std::uint32_t node);
  std::uint32_t add_leaf(std::uint32_t parent, std::string_view label);
  std::uint32_t split(std::uint32_t node, std::size_t size);
  void merge_with_child(std::uint32_t node);

  BlockPool<TopicNode> nodes_;
  NameTable children_;  // by parent and first level
  SeededHash hash_;
  std::size_t labels_memory_ = 0;
};

}  // namespace mqrig::broker
