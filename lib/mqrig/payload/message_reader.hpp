// Messages to publish from a byte stream, record by record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <mqrig/payload/json_reader.hpp>
#include <mqrig/payload/line_splitter.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::payload {

enum class RecordKind : unsigned char {
  lines,         // each line is a payload
  null_records,  // each record that ends with NUL is one
  json_lines,    // see JsonReader; lines of blanks only are passed over
};

enum class ReadStatus : unsigned char {
  message,    // message() is the next one
  need_more,  // feed() the next block, or end()
  invalid,    // the record is no message: see error(); the next one may be
  too_long,   // the record is longer than any message: see error(); nothing more will come
  end,        // after end(): nothing more will come
};

// Splits blocks into records and makes each a message, without copying and without allocating for
// plain lines. One thread at a time.
class MessageReader {
 public:
  // Topic, QoS, retain and properties of messages that do not bring their own; what they view must
  // outlive the reader. With a topic separator (not for JSON), a record is TOPIC SEPARATOR PAYLOAD,
  // split at the first separator; a topic of the defaults is then put in front of the record's own,
  // with a slash between.
  MessageReader(RecordKind kind, const wire::Publish& defaults, std::string_view topic_separator);

  // The block must stay until next() says need_more; not to be called before.
  void feed(std::string_view block) noexcept { splitter_.feed(block); }
  // The input has ended: a last record without its separator counts.
  void end() noexcept { ended_ = true; }

  ReadStatus next() {
    std::string_view record;
    const SplitStatus status = splitter_.next(record);
    if (status != SplitStatus::record) return next_after(status);
    ++number_;
    if (!plain_) return interpret(record);
    message_.payload = wire::as_bytes(record);
    return ReadStatus::message;
  }

  // Views are good until the next call of next(), and while the block is.
  const wire::Publish& message() const noexcept { return message_; }
  // Of the current record; the first is 1.
  std::uint64_t number() const noexcept { return number_; }
  // Bytes of the block that belong to records behind the current one.
  std::size_t rest() const noexcept { return splitter_.rest(); }
  // After need_more: the block has ended within a record.
  bool has_partial() const noexcept { return splitter_.has_partial(); }
  // For a person, without the record's number.
  const std::string& error() const noexcept { return error_; }

 private:
  ReadStatus next_after(SplitStatus status);
  ReadStatus interpret(std::string_view record);
  ReadStatus separate(std::string_view record);
  ReadStatus invalid(std::string_view error);

  LineSplitter splitter_;
  std::optional<JsonReader> json_;
  std::string separator_;
  std::string prefix_;  // of every topic, with its slash
  std::string topic_;
  std::string error_;
  wire::Publish message_;
  std::uint64_t number_ = 0;
  bool plain_;
  bool ended_ = false;
};

}  // namespace mqrig::payload
