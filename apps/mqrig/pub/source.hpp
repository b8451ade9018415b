#pragma once

#include <cstdint>
#include <mqrig/wire/packets.hpp>
#include <string>

namespace mqrig::pub {

/// What a source of messages says when asked for the next one.
enum class Step : std::uint8_t {
  message,  ///< message() is the next one.
  wait,     ///< None yet; Source::Listener hears when to ask again.
  invalid,  ///< A record that is no message: see error(); the next one may be.
  failed,   ///< The input cannot be read further: see error().
  end,      ///< No more.
};

/// Where the messages of a run come from, one by one.
class Source {
 public:
  class Listener {
   public:
    /// After Step::wait, from the event loop: ask again.
    virtual void on_input() = 0;

   protected:
    ~Listener() = default;
  };

  virtual ~Source() = default;

  virtual Step next() = 0;
  /// Good until the next call of next().
  virtual const wire::Publish& message() const = 0;
  /// Of the current record; the first is 1.
  virtual std::uint64_t number() const = 0;
  /// What a person calls a record: "line 3". Empty when there is only one.
  virtual std::string place(std::uint64_t number) const = 0;
  /// After Step::invalid without its place, after Step::failed as a whole.
  virtual std::string error() const { return {}; }
};

}  // namespace mqrig::pub
