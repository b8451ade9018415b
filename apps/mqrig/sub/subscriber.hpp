#pragma once

#include <asio/io_context.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/net/signals.hpp>
#include <mqrig/net/timer.hpp>

#include "../message_view.hpp"
#include "../trace.hpp"
#include "command_runner.hpp"
#include "embedded_broker.hpp"
#include "inbox.hpp"
#include "output.hpp"
#include "retained_remover.hpp"
#include "selection.hpp"
#include "settings.hpp"

namespace mqrig::sub {

/// One run: messages go from the client through the view into the output, and are acknowledged when
/// they were written; or to commands, and are acknowledged when those have succeeded. With an inbox
/// they go through that, and are acknowledged when they are in it, unless their commands are to
/// have succeeded first: then only those of QoS 0 and those that failed are in it. Everything that
/// ends the run calls end(); what follows is in settle().
class Subscriber final : private client::Handler,
                         private Output::Owner,
                         private CommandRunner::Owner,
                         private Inbox::Owner {
 public:
  Subscriber(const cli::Options& options, Settings settings);

  cli::ExitCode run();

 private:
  // subscriber.cpp: messages and their output
  void on_message(const wire::Publish& message, std::uint64_t receipt) override;
  bool chosen(const wire::Publish& message);
  void print(const wire::Publish& message);
  void show(const wire::Publish& message, payload::WallTime received);
  void count_handled();
  payload::WallTime turn_time();
  void complain_once(payload::FormatProblem problem);
  void on_turn_end() override;
  void write();
  void balance();
  void on_output_ready() override;
  void output_failed();
  void on_ready() override;
  void on_transport(const std::vector<std::string>& facts) override;
  void on_packet(client::Direction direction, wire::Version version,
                 wire::ByteView packet) override;

  // subscriber_commands.cpp: messages and their commands
  void give_to_command(const wire::Publish& message, std::uint64_t receipt);
  void forget_repeated();
  bool acknowledges_after_command() const;
  void on_command_start(const CommandJob& job) override;
  void on_command_succeeded(const CommandJob& job) override;
  void on_command_failed(const CommandJob& job, const std::string& why) override;
  void on_command_missing(const std::string& why) override;
  void on_commands_changed() override;
  bool commands_run() const { return commands_ && !commands_->idle(); }

  // subscriber_inbox.cpp: messages on the disk
  void open_inbox();
  bool commit_inbox();
  void inbox_unreadable(std::error_code error);
  void store(const wire::Publish& message, std::uint64_t receipt);
  void make_room();
  void watch_age();
  void on_output() override;
  void on_inbox_ready() override;
  void on_inbox_stuck() override;
  std::error_code print_from_inbox();
  std::error_code commands_from_inbox();
  void printed_are_handled();

  // subscriber_answers.cpp: what the broker says
  void subscribe();
  void on_subscribed(std::uint64_t token, wire::ByteView reasons,
                     wire::Properties properties) override;
  void on_unsubscribed(std::uint64_t token, wire::ByteView reasons,
                       wire::Properties properties) override;
  void answered();
  void on_published(std::uint64_t token, wire::ReasonCode reason,
                    wire::Properties properties) override;
  void refused(const std::string& what, wire::ReasonCode reason, wire::PacketType packet,
               wire::Properties properties);
  void on_connected(bool session_present, wire::Properties connack) override;
  void on_connection_lost(const client::Failure& failure, std::chrono::milliseconds retry) override;
  void on_failed(const client::Failure& failure) override;
  void on_session_left(const client::Failure& failure) override;
  void on_disconnected() override;

  // subscriber_end.cpp: how the run ends
  void on_timeout();
  void restart_idle();
  void tell_count() const;
  void on_idle();
  void on_signal(int signal);
  void end(cli::ExitCode code);
  void end_now(cli::ExitCode code);
  void cut_short(cli::ExitCode code);
  void last_moment();
  bool busy() const;
  void settle();
  void leave();

  Settings settings_;
  asio::io_context context_{1};
  cli::Diagnostic diagnostic_;
  Trace trace_;
  Selection selection_;
  MessageView view_;
  Output output_;
  std::optional<EmbeddedBroker> embedded_;
  client::Client client_;
  RetainedRemover remover_;
  std::optional<CommandRunner> commands_;
  std::optional<Inbox> inbox_;

  std::vector<std::string> filters_;    // that the broker has not refused
  int answers_due_;                     // of the first SUBSCRIBE and UNSUBSCRIBE
  payload::WallTime turn_time_;         // epoch: not read in this turn
  std::vector<std::uint64_t> printed_;  // sequences of the inbox that are not written yet
  std::uint64_t handled_ = 0;           // messages: printed, or their commands have succeeded
  std::uint64_t receipt_ = 0;           // of the last message that was taken
  std::uint64_t acknowledged_ = 0;      // receipt
  cli::ExitCode code_ = cli::ExitCode::ok;
  bool heard_ = false;       // messages came in this turn
  bool paused_ = false;      // reading from the broker
  bool complained_ = false;  // of payloads that do not fit the format
  bool connected_ = false;   // at least once
  bool lost_ = false;        // the connection
  bool refused_ = false;     // the broker did not take something
  bool signalled_ = false;
  bool ending_ = false;
  bool hurried_ = false;    // last_moment() is to come, or has come
  bool abandoned_ = false;  // what is not written now never will be
  bool disconnecting_ = false;
  bool client_gone_ = false;

  net::Timer timeout_;
  net::Timer idle_;
  net::Timer age_;  // of what waits in the inbox
  net::Timer last_moment_;
  net::Signals signals_;
};

}  // namespace mqrig::sub
