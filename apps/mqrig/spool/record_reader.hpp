#pragma once

#include <mqrig/payload/json_reader.hpp>
#include <mqrig/payload/parse_json.hpp>
#include <mqrig/store/spool.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::spool {

/// The inverse of RecordWriter. Reads any line that payload::JsonReader reads: what it does not say
/// is as for a message that has just come.
class RecordReader {
 public:
  struct Refusal {
    std::string reason;
    std::int64_t refused_at = 0;  ///< Milliseconds since 1970.
  };

  /// False where the line is no such object: see error(). What is read is good until the next
  /// call, and while the line is. `now`, in milliseconds since 1970, is when a message came or was
  /// refused of which the line does not say it.
  bool read(std::string_view line, std::int64_t now);

  const store::SpooledMessage& message() const { return message_; }
  const std::optional<std::string>& queue() const { return queue_; }
  /// None: it waits.
  const std::optional<Refusal>& refusal() const { return refusal_; }
  const std::string& error() const { return error_; }

 private:
  bool read_members(std::string_view object,
                    bool (RecordReader::*member)(const payload::JsonChild&));
  bool read_member(const payload::JsonChild& member);
  bool read_batch_member(const payload::JsonChild& member);
  bool read_refused_member(const payload::JsonChild& member);
  bool read_time(const payload::JsonChild& member, std::int64_t& into);
  bool read_number(const payload::JsonChild& member, std::uint32_t& into);
  bool fail(std::string error);

  payload::JsonReader json_;
  std::int64_t now_ = 0;
  store::SpooledMessage message_;
  std::optional<std::string> queue_;
  std::optional<Refusal> refusal_;
  std::string error_;
};

}  // namespace mqrig::spool
