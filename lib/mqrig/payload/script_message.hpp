// A message as the arguments of a JavaScript function. Internal to this room.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/packets.hpp>

struct js_State;

namespace mqrig::payload {

// Keeps its memory from message to message.
class ScriptMessage {
 public:
  // What push() pushes, see Expression.
  static constexpr std::string_view parameters =
      "topic,payload,text,size,qos,retain,user,properties";
  static constexpr int parameter_count = 8;

  // Only what `expression` can see is made for it.
  explicit ScriptMessage(std::string_view expression);

  // Views of the message must live until the last push().
  void set(const wire::Publish& publish);
  // May raise a JavaScript error, which passes over this call by longjmp().
  void push(js_State* state) const;

 private:
  enum Parameter : std::uint8_t { topic, payload, text, size, qos, retain, user, properties };

  void set_payload();
  void push_text(js_State* state) const;
  void push_payload(js_State* state) const;
  void push_user(js_State* state) const;
  void push_properties(js_State* state) const;

  std::array<bool, parameter_count> seen_{};
  wire::Publish publish_;
  std::string topic_;      // as the engine's texts, as the next
  std::string text_;       // of the payload, where that is UTF-8
  std::string user_keys_;  // each with a zero byte behind it
  wire::Buffer base64_;    // of correlation data
  bool is_text_ = false;
  bool is_json_ = false;
};

}  // namespace mqrig::payload
