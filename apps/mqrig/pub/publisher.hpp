#pragma once

#include <memory>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/net/timer.hpp>
#include <optional>
#include <string_view>

#include "../trace.hpp"
#include "in_flight.hpp"
#include "job.hpp"
#include "pace.hpp"
#include "source.hpp"

namespace mqrig::pub {

/// Takes messages from the source as fast as the client, the broker behind it and the pace allow,
/// and ends the connection when all are delivered. Runs in the event loop of its io_context, which
/// it stops at the end.
class Publisher final : private client::Handler, private Source::Listener {
 public:
  /// `job` and `diagnostic` must outlive the publisher.
  Publisher(asio::io_context& context, Job& job, const cli::Diagnostic& diagnostic);

  void start();
  /// A first signal ends the run in order and within a second, another one at once.
  void interrupt(int signal);
  /// When the loop has ended.
  cli::ExitCode result() const { return result_; }
  /// Then, too: gives standard input back to those who share it.
  void close_input() { source_.reset(); }

 private:
  void on_connected(bool session_present, wire::Properties connack) override;
  void on_ready() override;
  void on_published(std::uint64_t token, wire::ReasonCode reason,
                    wire::Properties properties) override;
  void on_connection_lost(const client::Failure& failure, std::chrono::milliseconds retry) override;
  void on_failed(const client::Failure& failure) override;
  void on_disconnected() override;
  void on_transport(const std::vector<std::string>& facts) override;
  void on_packet(client::Direction direction, wire::Version version,
                 wire::ByteView packet) override;
  void on_input() override { pump(); }

  void pump();
  bool take();
  bool take_invalid();
  bool due();
  bool publish();
  bool wait_for_window();
  bool not_taken(std::error_code error);
  void warn_of_properties();
  bool one_topic() const;
  void report(std::uint64_t number, std::string_view text);
  void end_input();
  void end_when_delivered();
  void say_what_is_left() const;
  void end(cli::ExitCode code);
  std::string in_flight_text() const;

  asio::io_context& context_;
  Job& job_;
  const cli::Diagnostic& diagnostic_;
  const Trace trace_;
  client::Client client_;
  std::unique_ptr<Source> source_;
  InFlight in_flight_;
  Pace pace_;
  Pace::Time now_{};                      // of this turn, where a pace is kept
  std::optional<net::Timer> pace_timer_;  // the next message is due
  std::optional<net::Timer> end_timer_;   // of an interrupted run
  std::size_t go_on_at_ = 0;              // in flight, after the window was full
  std::uint64_t refused_ = 0;             // messages that the broker does not take
  std::uint64_t skipped_ = 0;             // invalid records
  int signal_ = 0;
  bool held_ = false;            // the source's message is not published yet
  bool input_ended_ = false;     // nothing more is taken from the source
  bool input_failed_ = false;    // because it is no input for us
  bool finishing_ = false;       // disconnecting
  bool connected_once_ = false;  // a connection stood
  bool connection_lost_ = false;
  bool taken_at_qos_0_ = false;     // on this connection
  bool lost_at_qos_0_ = false;      // perhaps
  bool properties_warned_ = false;  // that the version has none
  cli::ExitCode result_ = cli::ExitCode::failed;
};

}  // namespace mqrig::pub
