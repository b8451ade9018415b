#include "record_writer.hpp"

#include <mqrig/payload/json_pieces.hpp>

#include "utc_time.hpp"

namespace mqrig::spool {
namespace {

using payload::append;
using payload::append_number;
using payload::append_string;

constexpr std::string_view line_end = "}\n";

void append_batch(wire::Buffer& out, const store::Batch& batch) {
  append(out, ",\"batch\":{\"format\":");
  append_string(out, batch_word(batch.format));
  append(out, ",\"count\":");
  append_number(out, batch.count);
  append(out, ",\"linger\":");
  append_number(out, batch.linger);
  append(out, "}");
}

}  // namespace

void RecordWriter::begin(wire::Buffer& out, std::string_view queue,
                         const store::SpooledMessage& message) {
  json_.write(out, message.publish, wall_time(message.received_at));
  out.truncate(out.size() - line_end.size());
  append(out, ",\"queue\":");
  append_string(out, queue);
  if (message.expires_at != 0) {
    append(out, ",\"expires\":");
    append_string(out, utc_time(message.expires_at));
  }
  if (message.batch.format != store::Batch::Format::none) append_batch(out, message.batch);
}

void RecordWriter::write(wire::Buffer& out, std::string_view queue,
                         const store::SpooledMessage& message) {
  begin(out, queue, message);
  append(out, line_end);
}

void RecordWriter::write(wire::Buffer& out, std::string_view queue,
                         const store::RefusedMessage& refused) {
  begin(out, queue, refused.message);
  append(out, ",\"refused\":{\"ts\":");
  append_string(out, utc_time(refused.refused_at));
  append(out, ",\"reason\":");
  append_string(out, refused.reason);
  append(out, "}");
  append(out, line_end);
}

std::string_view batch_word(store::Batch::Format format) {
  switch (format) {
    case store::Batch::Format::json_array:
      return "json-array";
    case store::Batch::Format::lines:
      return "lines";
    case store::Batch::Format::none:
      break;
  }
  return {};
}

}  // namespace mqrig::spool
