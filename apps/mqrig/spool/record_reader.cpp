#include "record_reader.hpp"

#include <charconv>
#include <mqrig/payload/shown_text.hpp>

#include "record_writer.hpp"
#include "utc_time.hpp"

namespace mqrig::spool {
namespace {

using payload::JsonChild;
using store::Batch;

std::string quoted(std::string_view name) {
  return "“" + std::string(name) + "”";
}

}  // namespace

bool RecordReader::read(std::string_view line, std::int64_t now) {
  message_ = {};
  message_.received_at = now;
  queue_.reset();
  refusal_.reset();
  now_ = now;
  if (!json_.read(line, message_.publish)) return fail(json_.error());
  if (!read_members(line, &RecordReader::read_member)) return false;
  const auto expiry =
      message_.publish.properties.integer(wire::PropertyId::message_expiry_interval);
  if (expiry && message_.expires_at == 0) {
    message_.expires_at = message_.received_at + std::int64_t{*expiry} * 1000;
  }
  return true;
}

/// The object was found valid already.
bool RecordReader::read_members(std::string_view object,
                                bool (RecordReader::*member)(const JsonChild&)) {
  std::string problem;
  return payload::visit_json(
      object, [&](const JsonChild& child) { return (this->*member)(child); }, problem);
}

bool RecordReader::read_member(const JsonChild& member) {
  if (member.key == "ts") return read_time(member, message_.received_at);
  if (member.key == "expires") return read_time(member, message_.expires_at);
  if (member.key == "queue") {
    if (member.text == nullptr || member.text->empty()) {
      return fail("“queue” must be a name, not " + payload::shown_text(member.json));
    }
    queue_ = std::move(*member.text);
  } else if (member.key == "batch") {
    if (!member.is_object()) {
      return fail("“batch” must be an object, not " + payload::shown_text(member.json));
    }
    return read_members(member.json, &RecordReader::read_batch_member);
  } else if (member.key == "refused") {
    if (!member.is_object()) {
      return fail("“refused” must be an object, not " + payload::shown_text(member.json));
    }
    refusal_ = Refusal{{}, now_};
    return read_members(member.json, &RecordReader::read_refused_member);
  }
  return true;
}

bool RecordReader::read_batch_member(const JsonChild& member) {
  Batch& batch = message_.batch;
  if (member.key == "count") return read_number(member, batch.count);
  if (member.key == "linger") return read_number(member, batch.linger);
  if (member.key != "format") return true;
  for (const Batch::Format format : {Batch::Format::json_array, Batch::Format::lines}) {
    if (member.text == nullptr || *member.text != batch_word(format)) continue;
    batch.format = format;
    return true;
  }
  return fail("“format” of “batch” must be \"json-array\" or \"lines\", not " +
              payload::shown_text(member.json));
}

bool RecordReader::read_refused_member(const JsonChild& member) {
  if (member.key == "ts") return read_time(member, refusal_->refused_at);
  if (member.key != "reason") return true;
  if (member.text == nullptr) {
    return fail("“reason” must be a string, not " + payload::shown_text(member.json));
  }
  refusal_->reason = std::move(*member.text);
  return true;
}

bool RecordReader::read_time(const JsonChild& member, std::int64_t& into) {
  const auto time = member.text != nullptr ? parse_utc_time(*member.text) : std::nullopt;
  if (!time) {
    return fail(quoted(member.key) + " must be a time such as \"2026-11-22T06:30:00Z\", not " +
                payload::shown_text(member.json));
  }
  into = *time;
  return true;
}

bool RecordReader::read_number(const JsonChild& member, std::uint32_t& into) {
  const char* const end = member.json.data() + member.json.size();
  const auto result = std::from_chars(member.json.data(), end, into);
  if (result.ec == std::errc() && result.ptr == end) return true;
  return fail(quoted(member.key) + " of “batch” must be a whole number, not " +
              payload::shown_text(member.json));
}

bool RecordReader::fail(std::string error) {
  error_ = std::move(error);
  return false;
}

}  // namespace mqrig::spool
