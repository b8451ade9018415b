#pragma once

#include <mqrig/payload/json_writer.hpp>
#include <mqrig/store/spool.hpp>
#include <string_view>

namespace mqrig::spool {

/// Messages of a spool as lines of JSON: those of payload::JsonWriter, where "ts" is when the
/// message came, with more keys at the end, each only where it says something:
///
///   "queue":"a","expires":"2026-11-22T07:30:00.000Z",
///   "batch":{"format":"lines","count":100,"linger":200},
///   "refused":{"ts":"2026-11-22T06:31:00.000Z","reason":"Not authorized (0x87)"}
class RecordWriter {
 public:
  explicit RecordWriter(payload::JsonPayload payload = payload::JsonPayload::text)
      : json_(payload) {}

  void write(wire::Buffer& out, std::string_view queue, const store::SpooledMessage& message);
  void write(wire::Buffer& out, std::string_view queue, const store::RefusedMessage& refused);

 private:
  void begin(wire::Buffer& out, std::string_view queue, const store::SpooledMessage& message);

  payload::JsonWriter json_;
};

/// "json-array" or "lines"; empty for none.
std::string_view batch_word(store::Batch::Format format);

}  // namespace mqrig::spool
