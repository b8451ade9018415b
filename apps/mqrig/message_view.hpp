#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>
#include <mqrig/payload/format.hpp>
#include <mqrig/payload/json_writer.hpp>
#include <mqrig/payload/plain_writer.hpp>
#include <optional>

namespace mqrig {

/// --verbose, --json, --json-payload, --format and --no-newline, for commands that print messages.
extern const cli::OptionGroup message_output_group;
/// --json and --format.
extern const cli::Exclusive one_message_format;

/// How messages look: plain, with topics, JSON, or a format of the person's own.
class MessageView {
 public:
  /// Throws cli::UsageError for a format that makes no sense.
  explicit MessageView(const cli::Options& options);

  payload::FormatProblem write(wire::Buffer& out, const wire::Publish& message,
                               payload::WallTime received) {
    if (format_) return format_->render(out, message, received);
    if (json_) {
      json_->write(out, message, received);
    } else {
      payload::write_plain(out, message, plain_);
    }
    return payload::FormatProblem::none;
  }

 private:
  payload::PlainStyle plain_;
  std::optional<payload::JsonWriter> json_;
  std::optional<payload::Format> format_;
};

/// What a format could not do with a payload, as a clause.
std::string_view text(payload::FormatProblem problem);

}  // namespace mqrig
