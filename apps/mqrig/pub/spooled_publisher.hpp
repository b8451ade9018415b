#pragma once

#include <memory>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/client/outbox.hpp>
#include <mqrig/client/session_eraser.hpp>
#include <mqrig/net/timer.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "../trace.hpp"
#include "job.hpp"
#include "message_spool.hpp"
#include "record_stream.hpp"
#include "source.hpp"

namespace mqrig::pub {

/// Puts messages from the source into a spool and delivers them from there, however often it is
/// killed in between. In each turn of the event loop what was read, what the broker has said and
/// how far the input was read become one commit; then what that allows to be said is sent. Runs in
/// the event loop of its io_context, which it stops at the end.
class SpooledPublisher final : private client::Handler,
                               private client::Outbox::Owner,
                               private Source::Listener {
 public:
  /// `job` and `diagnostic` must outlive the publisher. Throws InputError for a spool or an input
  /// that cannot be used.
  SpooledPublisher(asio::io_context& context, Job& job, const cli::Diagnostic& diagnostic);

  void start();
  /// A first signal ends the run in order and within a second, another one at once.
  void interrupt(int signal);
  /// When the loop has ended.
  cli::ExitCode result() const { return result_; }
  /// Then, too: gives standard input back to those who share it.
  void close_input() { source_.reset(); }

 private:
  // spooled_publisher.cpp: messages on their way
  void on_input() override { read_input(); }
  void read_input();
  bool room() const;
  bool take_next();
  bool take_invalid();
  void keep(const wire::Publish& message);
  void note_position();
  void take_rest();
  void schedule_turn();
  void turn();
  bool commit();
  void commit_soon();
  void pump();
  void on_ready() override;
  void on_output() override;
  void on_published(std::uint64_t token, wire::ReasonCode reason,
                    wire::Properties properties) override;
  void on_turn_end() override;
  void on_delivered(std::uint64_t sequence) override;
  void on_refused(std::uint64_t sequence, wire::ReasonCode reason, std::string_view why) override;
  void on_expired(std::uint64_t sequence) override;

  // spooled_publisher_end.cpp: the connection, and how the run ends
  void on_connected(bool session_present, wire::Properties connack) override;
  void on_connection_lost(const client::Failure& failure, std::chrono::milliseconds retry) override;
  void on_failed(const client::Failure& failure) override;
  void on_disconnected() override;
  void on_transport(const std::vector<std::string>& facts) override;
  void on_packet(client::Direction direction, wire::Version version,
                 wire::ByteView packet) override;
  void warn_of_properties();
  void end_input();
  void limit_waiting();
  void end_when_delivered();
  void erase_session();
  void conclude();
  void say_what_is_left() const;
  void spool_failed(std::string_view what, std::error_code error);
  std::string waiting_text() const;
  void end(cli::ExitCode code);

  asio::io_context& context_;
  Job& job_;
  const cli::Diagnostic& diagnostic_;
  const Trace trace_;
  MessageSpool spool_;
  const client::Options eraser_options_;
  client::Client client_;
  client::Outbox outbox_;
  std::unique_ptr<Source> source_;
  RecordStream* records_ = nullptr;                  // the source, if it is that
  std::optional<InputPosition> position_;            // of the last record that was taken
  std::optional<MessagePosition> message_position_;  // of a source that is no records
  std::optional<client::SessionEraser> eraser_;
  net::Timer soon_;                             // changes wait for a commit that has no hurry
  net::Timer no_connection_;                    // for too long, when nothing more is read
  net::Timer last_moment_;                      // of an interrupted run
  std::uint64_t go_on_at_ = ~std::uint64_t{0};  // in flight, after the window was full
  std::int64_t now_ = 0;                        // of this turn, in milliseconds since 1970
  std::uint64_t gathered_ = 0;                  // bytes that are not committed yet
  std::uint64_t committed_records_ = 0;         // up to this one they are in the spool
  std::uint64_t refused_ = 0;                   // messages that the broker does not take
  std::uint64_t expired_ = 0;
  std::uint64_t skipped_ = 0;  // invalid records
  client::Failure last_failure_;
  int signal_ = 0;
  bool turn_posted_ = false;
  bool soon_set_ = false;
  bool reading_held_ = false;  // until there is room
  bool input_ended_ = false;   // nothing more is taken from the source
  bool input_failed_ = false;  // because it is no input for us
  bool pumping_ = false;
  bool leftover_session_ = false;  // of somebody else under our identifier: to be ended first
  bool finishing_ = false;         // disconnecting
  bool connected_once_ = false;
  bool connection_lost_ = false;
  bool taken_at_qos_0_ = false;  // on this connection
  bool lost_at_qos_0_ = false;   // perhaps
  bool has_properties_ = false;  // some message
  bool properties_warned_ = false;
  bool over_ = false;
  cli::ExitCode result_ = cli::ExitCode::failed;
};

}  // namespace mqrig::pub
