// The brokers that a message has been at, as bridges tell each other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <mqrig/wire/property.hpp>

namespace mqrig::bridge {

// Key of the user property that holds the path: names of brokers separated by spaces, oldest first.
// The names are what people gave their brokers; anybody may send such a property, so that it keeps
// messages from going round, not people from sending what they like.
inline constexpr std::string_view path_key = "mqrig-path";

// The path of one message after the other; keeps its memory.
class LoopPath {
 public:
  // Properties that hold several paths have passed something that does not know them: all count.
  void read(const wire::Properties& properties);

  // Was it there?
  bool contains(std::string_view broker) const noexcept;
  // Brokers that it has been at, which is the bridges that it has passed.
  std::size_t size() const noexcept;
  void append(std::string_view broker);

  // Good until the next call of read() or append().
  std::string_view text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace mqrig::bridge
