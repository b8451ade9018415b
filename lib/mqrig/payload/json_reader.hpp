// One line of JSON as a message to publish: the inverse of JsonWriter.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <mqrig/wire/packets.hpp>

namespace mqrig::payload {

// Reads objects of the shape that JsonWriter writes.
//
// "payload" is needed. With "enc":"utf8" it is a string; with "base64" a string that holds bytes;
// with "json" any value, of which the text is published as it stands. Without "enc" a string is
// text and any other value is published as its JSON text.
// "topic" is needed where the defaults have none. "qos", "retain" (true, false, 1, 0) and the
// properties come from the defaults where the line does not say; the line's user properties follow
// those of the defaults.
// "ts", "dup", "mid", "size" and keys that are not known are ignored, so that what `sub` printed
// can be published again; so is "sub_ids", which a client must not send [MQTT-3.3.4-6]. A key of
// ours that appears twice is an error; so is a number too large for a double, wherever it stands.
//
// One thread at a time.
class JsonReader {
 public:
  // Topic, QoS, retain and properties for lines that do not say. Views in it must outlive the
  // reader.
  explicit JsonReader(const wire::Publish& defaults = {});
  JsonReader(JsonReader&& other) noexcept;
  JsonReader& operator=(JsonReader&& other) noexcept;
  ~JsonReader();

  // Fills `message` with something valid to publish; its views are good until the next read(), and
  // while the line is. False where the line is no such object: see error(); `message` is then
  // unspecified.
  bool read(std::string_view line, wire::Publish& message);

  // For a person, without the line's number: "“qos” must be 0, 1 or 2, not 3".
  const std::string& error() const noexcept;

 private:
  class Parser;

  std::unique_ptr<Parser> parser_;
};

}  // namespace mqrig::payload
