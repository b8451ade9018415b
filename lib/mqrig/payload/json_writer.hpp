// One message as one line of JSON.
#pragma once

#include <mqrig/payload/utc_text.hpp>
#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::payload {

enum class JsonPayload : unsigned char {
  text,   // "enc":"utf8", or "base64" where the bytes are not UTF-8
  value,  // "enc":"json" where is_embeddable_json() says so, else as `text`
};

// Appends lines such as
//
//   {"ts":"2026-11-22T06:30:00.123456Z","topic":"a/b","qos":1,"retain":false,"dup":false,"mid":7,
//    "size":5,"enc":"utf8","payload":"hello","props":{"content_type":"…","response_topic":"…",
//    "correlation_data":"base64…","expiry":60,"format":1,"sub_ids":[3],"user":[["k","v"]]}}
//
// with the keys in this order, "mid" above QoS 0 only, "props" and each key in it only where the
// message has such a property (the topic alias is not one of them: it belongs to a connection).
// "size" is that of the payload in bytes. The output is one line of valid UTF-8 whatever the
// message holds, with a newline at its end.
//
// A payload that is embedded as a value keeps its bytes: numbers are never rewritten. Only line
// breaks between its tokens become spaces.
//
// Keeps no view of a message. One thread at a time.
class JsonWriter {
 public:
  explicit JsonWriter(JsonPayload payload = JsonPayload::text) noexcept : payload_(payload) {}

  // `received` is printed as "ts", in UTC with microseconds.
  void write(wire::Buffer& out, const wire::Publish& message, WallTime received);

 private:
  JsonPayload payload_;
  UtcText utc_;
};

}  // namespace mqrig::payload
