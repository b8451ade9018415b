#include "spooled_publisher.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <mqrig/store/wall_time.hpp>

#include "repeated_message.hpp"

namespace mqrig::pub {
namespace {

constexpr std::uint64_t most_reports = 20;
// In one turn, so that the broker is heard in between.
constexpr std::uint64_t most_gathered = 4 << 20;
// A commit takes long, however small it is.
constexpr int reads_per_turn = 16;
// For what nothing waits for: that the broker has taken messages. After a crash it would be asked
// again.
constexpr std::chrono::milliseconds longest_until_commit{20};
constexpr std::uint64_t large_window = 1000;

client::Outbox::Settings outbox_settings(const Job& job) {
  client::Outbox::Settings settings;
  if (job.interval.count() > 0) settings.rate = 1e9 / static_cast<double>(job.interval.count());
  return settings;
}

}  // namespace

SpooledPublisher::SpooledPublisher(asio::io_context& context, Job& job,
                                   const cli::Diagnostic& diagnostic)
    : context_(context),
      job_(job),
      diagnostic_(diagnostic),
      trace_(diagnostic, job.client),
      spool_(job),
      eraser_options_(client::SessionEraser::options_from(job.client)),
      client_(context, std::move(job.client), *this),
      outbox_(context, spool_.file(), spool_.queue(), std::string(MessageSpool::session_state),
              client_, *this, outbox_settings(job)),
      position_(spool_.start()),
      message_position_(spool_.message_start()),
      soon_(context),
      no_connection_(context),
      last_moment_(context) {
  Source::Listener& listener = *this;
  if (job.records) {
    committed_records_ = position_ ? position_->records : 0;
    auto stream =
        std::make_unique<RecordStream>(context, job, listener, committed_records_, reads_per_turn);
    records_ = stream.get();
    source_ = std::move(stream);
  } else {
    committed_records_ = message_position_->taken;
    source_ =
        std::make_unique<RepeatedMessage>(job.message(), job.repeat, message_position_->taken);
  }
  spool_.put_client_id(client_.client_id());
}

void SpooledPublisher::start() {
  if (const std::error_code error = outbox_.restore()) return spool_failed("read", error);
  if (spool_.totals().messages > 0) {
    diagnostic_.notice("sending what waits in '" + spool_.path() +
                       "': " + std::to_string(spool_.totals().messages) +
                       (spool_.totals().messages == 1 ? " message" : " messages"));
  }
  if (message_position_ && committed_records_ > 0 && committed_records_ >= job_.repeat) {
    diagnostic_.notice(
        "the message itself was taken over before: leave --resume out to send it "
        "once more");
  }
  client_.start();
  read_input();
}

bool SpooledPublisher::room() const {
  return spool_.totals().bytes < job_.spool->limit && gathered_ < most_gathered;
}

/// As much as the source has now, and there is room for.
void SpooledPublisher::read_input() {
  if (over_) return;
  now_ = store::wall_time();
  while (!input_ended_) {
    reading_held_ = !room();
    if (reading_held_ || !take_next()) break;
  }
  schedule_turn();
}

/// False when there is none now.
bool SpooledPublisher::take_next() {
  switch (source_->next()) {
    case Step::message:
      keep(source_->message());
      note_position();
      return true;
    case Step::wait:
      return false;
    case Step::invalid:
      return take_invalid();
    case Step::failed:
      diagnostic_.error(source_->error());
      input_failed_ = true;
      end_input();
      return false;
    case Step::end:
      note_position();
      if (position_) position_->ended = true;
      end_input();
      return false;
  }
  return false;
}

bool SpooledPublisher::take_invalid() {
  const std::string text = source_->place(source_->number()) + ": " + source_->error();
  if (job_.skip_invalid) {
    ++skipped_;
    diagnostic_.warning(text + "; skipped");
    note_position();
    return true;
  }
  diagnostic_.error(text + " (--skip-invalid goes on after such input)");
  input_failed_ = true;
  end_input();
  return false;
}

/// A message of QoS 0 waits for the commit, too: given to the outbox it could go past others.
void SpooledPublisher::keep(const wire::Publish& message) {
  store::SpooledMessage spooled;
  spooled.publish = message;
  spooled.received_at = now_;
  if (!message.properties.empty()) {
    const auto expiry = message.properties.integer(wire::PropertyId::message_expiry_interval);
    if (expiry) spooled.expires_at = now_ + std::int64_t{*expiry} * 1000;
    has_properties_ = true;
    warn_of_properties();
  }
  if (message.qos == wire::QoS::at_most_once || leftover_session_ || finishing_ || signal_ != 0) {
    spool_.file().append(spool_.queue(), spooled);
  } else {
    outbox_.put(spooled);
  }
  constexpr std::uint64_t overhead = 100;  // of a message in memory, about
  gathered_ += spooled.size() + overhead;
}

/// Of a pipe: nobody else can read it again. It may pass the limit by one block.
void SpooledPublisher::take_rest() {
  if (records_ == nullptr || position_ || input_ended_) return;
  records_->stop_reading();
  now_ = store::wall_time();
  while (!input_ended_) take_next();
  if (records_->cut_short()) {
    diagnostic_.warning("of " + records_->place(records_->number() + 1) +
                        " only the beginning was there to read; it is not in the spool");
  }
}

void SpooledPublisher::note_position() {
  if (message_position_) message_position_->taken = source_->number();
  if (!position_) return;
  position_->offset = spool_.start()->offset + records_->consumed();
  position_->records = records_->number();
}

void SpooledPublisher::schedule_turn() {
  if (turn_posted_ || over_) return;
  turn_posted_ = true;
  asio::post(context_, [this] {
    turn_posted_ = false;
    if (!over_) turn();
  });
}

void SpooledPublisher::turn() {
  if (!commit()) return;
  client_.flush();
  spool_.file().maintain();
  pump();
  if (reading_held_ && room()) read_input();
  end_when_delivered();
}

bool SpooledPublisher::commit() {
  if (!finishing_ || signal_ != 0) outbox_.save();
  if (position_) {
    position_->note_content();
    spool_.put_position(*position_);
  }
  if (message_position_) spool_.put_position(*message_position_);
  if (const std::error_code error = spool_.file().commit()) {
    spool_failed("write", error);
    return false;
  }
  soon_set_ = false;
  soon_.cancel();
  gathered_ = 0;
  if (source_) committed_records_ = source_->number();
  return true;
}

/// A large window that was full is filled again when half of it is free: each filling is a commit.
void SpooledPublisher::pump() {
  if (finishing_ || leftover_session_ || over_ || outbox_.in_flight() > go_on_at_) return;
  pumping_ = true;
  const std::error_code error = outbox_.pump();
  pumping_ = false;
  const bool full =
      !client_.ready(wire::QoS::at_least_once) || !client_.ready(wire::QoS::exactly_once);
  const std::uint64_t count = outbox_.in_flight();
  go_on_at_ = !full ? ~std::uint64_t{0} : count >= large_window ? count / 2 : count;
  if (error) spool_failed("read", error);
}

void SpooledPublisher::on_ready() {
  pump();
}

void SpooledPublisher::on_output() {
  schedule_turn();
}

void SpooledPublisher::on_turn_end() {
  if (!spool_.file().dirty()) return;
  if (spool_.totals().messages == 0) return schedule_turn();
  commit_soon();
}

void SpooledPublisher::commit_soon() {
  if (soon_set_ || turn_posted_) return;
  soon_set_ = true;
  soon_.expires_at(std::chrono::steady_clock::now() + longest_until_commit,
                   [this] { schedule_turn(); });
}

void SpooledPublisher::on_published(std::uint64_t token, wire::ReasonCode reason,
                                    wire::Properties properties) {
  outbox_.on_published(token, reason, properties);
}

/// What is delivered without an answer of the broker is of QoS 0.
void SpooledPublisher::on_delivered(std::uint64_t /*sequence*/) {
  if (pumping_) taken_at_qos_0_ = true;
}

void SpooledPublisher::on_refused(std::uint64_t sequence, wire::ReasonCode /*reason*/,
                                  std::string_view why) {
  // A broker that takes none of a million is not quoted a million times.
  if (++refused_ > most_reports) return;
  diagnostic_.error("message " + std::to_string(sequence) +
                    " of the spool was not taken: " + std::string(why));
}

void SpooledPublisher::on_expired(std::uint64_t /*sequence*/) {
  ++expired_;
}

}  // namespace mqrig::pub
