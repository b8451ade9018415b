#include <mqrig/payload/message_reader.hpp>

#include <mqrig/wire/topic.hpp>

namespace mqrig::payload {

MessageReader::MessageReader(RecordKind kind, const wire::Publish& defaults,
                             std::string_view topic_separator)
    : splitter_(kind == RecordKind::null_records ? '\0' : '\n'),
      separator_(topic_separator),
      message_(defaults),
      plain_(kind != RecordKind::json_lines && topic_separator.empty()) {
  if (kind == RecordKind::json_lines) {
    json_.emplace(defaults);
  } else if (!separator_.empty() && !defaults.topic.empty()) {
    prefix_.assign(defaults.topic).append("/");
  }
}

ReadStatus MessageReader::next_after(SplitStatus status) {
  std::string_view record;
  if (status == SplitStatus::need_more && ended_) {
    status = splitter_.finish(record);
    if (status == SplitStatus::need_more) return ReadStatus::end;
  }
  if (status == SplitStatus::need_more) return ReadStatus::need_more;
  ++number_;
  if (status == SplitStatus::record) return interpret(record);
  error_ = "longer than the " + std::to_string(wire::max_remaining_length) +
           " bytes that an MQTT message can hold";
  return ReadStatus::too_long;
}

ReadStatus MessageReader::interpret(std::string_view record) {
  if (json_) {
    if (record.find_first_not_of(" \t\r") == std::string_view::npos) return next();
    return json_->read(record, message_) ? ReadStatus::message : invalid(json_->error());
  }
  if (!separator_.empty()) return separate(record);
  message_.payload = wire::as_bytes(record);
  return ReadStatus::message;
}

ReadStatus MessageReader::separate(std::string_view record) {
  const std::size_t end = record.find(separator_);
  if (end == std::string_view::npos) return invalid("the topic separator is missing");
  std::string_view topic = record.substr(0, end);
  if (!prefix_.empty()) {
    topic_.assign(prefix_).append(topic);
    topic = topic_;
  }
  if (const wire::TopicError error = wire::check_topic_name(topic);
      error != wire::TopicError::none) {
    return invalid("invalid topic: " + std::string(wire::text(error)));
  }
  message_.topic = topic;
  message_.payload = wire::as_bytes(record.substr(end + separator_.size()));
  return ReadStatus::message;
}

ReadStatus MessageReader::invalid(std::string_view error) {
  error_ = error;
  return ReadStatus::invalid;
}

}  // namespace mqrig::payload
