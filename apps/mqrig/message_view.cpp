#include "message_view.hpp"

#include <mqrig/cli/usage_error.hpp>

namespace mqrig {
namespace {

payload::Format compile(const cli::Options& options) {
  std::string error;
  auto format =
      payload::Format::compile(options.text("format"), !options.flag("no-newline"), error);
  if (!format) throw cli::UsageError("-F/--format: " + error);
  return std::move(*format);
}

}  // namespace

MessageView::MessageView(const cli::Options& options)
    : plain_{.topic = options.flag("verbose"), .newline = !options.flag("no-newline")} {
  if (options.has("format")) {
    format_ = compile(options);
  } else if (options.flag("json")) {
    json_.emplace(options.flag("json-payload") ? payload::JsonPayload::value
                                               : payload::JsonPayload::text);
  }
}

std::string_view text(payload::FormatProblem problem) {
  switch (problem) {
    case payload::FormatProblem::not_json:
      return "a payload is not JSON: %J printed it as text";
    case payload::FormatProblem::not_float:
      return "a payload has not the 4 bytes that %f wants: nothing was printed for it";
    case payload::FormatProblem::not_double:
      return "a payload has not the 8 bytes that %d wants: nothing was printed for it";
    case payload::FormatProblem::none:
      break;
  }
  return {};
}

}  // namespace mqrig
