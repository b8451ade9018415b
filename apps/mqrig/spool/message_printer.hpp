#pragma once

#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/options.hpp>
#include <mqrig/store/spool.hpp>
#include <optional>

#include "../message_view.hpp"
#include "record_writer.hpp"
#include "settings.hpp"
#include "spool_file.hpp"
#include "standard_output.hpp"

namespace mqrig::spool {

/// Writes messages to standard output as they are read from the spool: for `show` in any format,
/// for `export` as records that keep everything.
class MessagePrinter {
 public:
  /// `diagnostic` outlives it. Throws cli::UsageError for a format that makes no sense.
  MessagePrinter(const cli::Options& options, const Settings& settings,
                 const cli::Diagnostic& diagnostic);

  /// What is damaged is left out; false, with an error printed for each queue, if that happened.
  /// Both throw std::system_error when the output cannot be written. They end early, without a
  /// word, when the reader of the output is gone.
  bool show(store::Spool& spool);
  bool export_lines(store::Spool& spool);

 private:
  void print_waiting(store::Spool& spool, const NamedQueue& queue);
  void print_refused(store::Spool& spool, const NamedQueue& queue);
  void print(const NamedQueue& queue, const store::SpooledMessage& message);
  void print(const NamedQueue& queue, const store::RefusedMessage& refused);
  void report(std::uint64_t left_out, const NamedQueue& queue, std::string_view what);
  bool done();

  const Settings& settings_;
  const cli::Diagnostic& diagnostic_;
  std::optional<RecordWriter> records_;  // otherwise the view
  MessageView view_;
  bool reasons_;  // of refused messages stand on lines of their own
  StandardOutput output_;
  std::uint64_t printed_ = 0;  // messages
  bool ended_ = false;
  bool complete_ = true;
  bool complained_ = false;
};

}  // namespace mqrig::spool
