// A JavaScript expression over a message.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <mqrig/wire/packets.hpp>

namespace mqrig::payload {

// An expression of ECMAScript 5, such as `payload.temp > 20 && topic.indexOf('lab/') == 0` or
// `({site: user.site, data: payload})`. It sees these names:
//   topic       text
//   payload     what the payload says as JSON; the text itself when it is no JSON, or nested deeper
//               than 200 levels; undefined when it is no UTF-8 either
//   text        the payload as text; undefined when it is no UTF-8
//   size        of the payload in bytes
//   qos, retain number, boolean
//   user        an object of the user properties (of equal keys the last)
//   properties  an object of the other properties by their name: properties["content-type"]; binary
//               data as base64
// Numbers are doubles; the keys of objects are in the order of their bytes. Nothing stays from one
// message to the next: the objects of the language cannot be changed, and there are no globals to
// assign. No files, no network, no clock but Date. What needs more than 64 MiB fails. Loops are
// refused, so that no message makes one endless; a regular expression may still take long. One
// thread at a time.
class Expression {
 public:
  // Null and the compiler's sentence in `error`.
  static std::unique_ptr<Expression> compile(const std::string& text, std::string& error);
  ~Expression();
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  enum class Result : std::uint8_t {
    value,
    nothing,  // undefined or null
    failed,   // error() says why
  };

  // A text as it is, everything else as compact JSON. `out` is replaced.
  Result evaluate(const wire::Publish& publish, std::string& out);
  // As a condition: false also when it fails, and then error() says why.
  bool test(const wire::Publish& publish);
  // Of the last call; empty when it did not fail.
  const std::string& error() const noexcept;

 private:
  struct State;
  explicit Expression(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mqrig::payload
