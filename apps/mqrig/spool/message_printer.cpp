#include "message_printer.hpp"

#include <mqrig/payload/json_pieces.hpp>

#include "utc_time.hpp"

namespace mqrig::spool {
namespace {

std::optional<RecordWriter> record_writer(const cli::Options& options, const Settings& settings) {
  if (settings.action == Action::export_lines) return RecordWriter();
  if (options.has("format") || !options.flag("json")) return std::nullopt;
  return RecordWriter(options.flag("json-payload") ? payload::JsonPayload::value
                                                   : payload::JsonPayload::text);
}

}  // namespace

MessagePrinter::MessagePrinter(const cli::Options& options, const Settings& settings,
                               const cli::Diagnostic& diagnostic)
    : settings_(settings),
      diagnostic_(diagnostic),
      records_(record_writer(options, settings)),
      view_(options),
      reasons_(!records_ && !options.has("format")) {}

bool MessagePrinter::show(store::Spool& spool) {
  for (const NamedQueue& queue : choose_queues(spool, settings_.file, settings_.queue)) {
    if (settings_.refused) {
      print_refused(spool, queue);
    } else {
      print_waiting(spool, queue);
    }
  }
  output_.write();
  return complete_;
}

bool MessagePrinter::export_lines(store::Spool& spool) {
  for (const NamedQueue& queue : choose_queues(spool, settings_.file, settings_.queue)) {
    print_waiting(spool, queue);
    print_refused(spool, queue);
  }
  output_.write();
  return complete_;
}

void MessagePrinter::print_waiting(store::Spool& spool, const NamedQueue& queue) {
  if (ended_) return;
  const auto visit = [&](const store::SpooledMessage& message) {
    print(queue, message);
    return !done();
  };
  report(spool.salvage(queue.id, visit), queue, "message");
}

void MessagePrinter::print_refused(store::Spool& spool, const NamedQueue& queue) {
  if (ended_) return;
  const auto visit = [&](const store::RefusedMessage& refused) {
    print(queue, refused);
    return !done();
  };
  report(spool.salvage_refused(queue.id, visit), queue, "refused message");
}

void MessagePrinter::print(const NamedQueue& queue, const store::SpooledMessage& message) {
  if (records_) return records_->write(output_.buffer(), queue.name, message);
  const payload::FormatProblem problem =
      view_.write(output_.buffer(), message.publish, wall_time(message.received_at));
  if (problem == payload::FormatProblem::none || complained_) return;
  complained_ = true;
  diagnostic_.warning(text(problem));
}

void MessagePrinter::print(const NamedQueue& queue, const store::RefusedMessage& refused) {
  if (records_) return records_->write(output_.buffer(), queue.name, refused);
  if (reasons_) {
    std::string line = "# refused " + utc_time(refused.refused_at) + ": ";
    cli::append_printable(line, refused.reason);
    payload::append(output_.buffer(), line + "\n");
  }
  print(queue, refused.message);
}

void MessagePrinter::report(std::uint64_t left_out, const NamedQueue& queue,
                            std::string_view what) {
  if (left_out == 0) return;
  complete_ = false;
  diagnostic_.error("left out " + std::to_string(left_out) + " " + std::string(what) +
                    (left_out == 1 ? "" : "s") + " of queue '" + queue.name +
                    "', which cannot be read: 'mqrig spool verify' says what is damaged");
}

bool MessagePrinter::done() {
  ++printed_;
  ended_ = !output_.write_when_full() || printed_ == settings_.limit;
  return ended_;
}

}  // namespace mqrig::spool
