#pragma once

#include <asio/io_context.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/net/signals.hpp>
#include <mqrig/net/timer.hpp>

#include "../message_view.hpp"
#include "embedded_broker.hpp"
#include "output.hpp"
#include "retained_remover.hpp"
#include "selection.hpp"
#include "settings.hpp"

namespace mqrig::sub {

/// One run: messages go from the client through the view into the output, and are acknowledged when
/// they were written. Everything that ends the run calls end(); what follows is in settle().
class Subscriber final : private client::Handler, private Output::Owner {
 public:
  Subscriber(const cli::Options& options, Settings settings);

  cli::ExitCode run();

 private:
  // subscriber.cpp: messages and their output
  void on_message(const wire::Publish& message, std::uint64_t receipt) override;
  void print(const wire::Publish& message);
  void complain_once(payload::FormatProblem problem);
  void on_turn_end() override;
  void write();
  void on_output_ready() override;
  void output_failed();
  void on_ready() override;
  void on_packet(client::Direction direction, wire::Version version,
                 wire::ByteView packet) override;

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
  bool busy() const;
  void settle();
  void leave();

  Settings settings_;
  asio::io_context context_{1};
  cli::Diagnostic diagnostic_;
  Selection selection_;
  MessageView view_;
  Output output_;
  std::optional<EmbeddedBroker> embedded_;
  client::Client client_;
  RetainedRemover remover_;

  std::vector<std::string> filters_;  // that the broker has not refused
  int answers_due_;                   // of the first SUBSCRIBE and UNSUBSCRIBE
  payload::WallTime turn_time_;       // epoch: not read in this turn
  std::uint64_t printed_ = 0;         // messages
  std::uint64_t receipt_ = 0;         // of the last message that was taken
  std::uint64_t acknowledged_ = 0;    // receipt
  cli::ExitCode code_ = cli::ExitCode::ok;
  bool heard_ = false;       // messages came in this turn
  bool paused_ = false;      // reading from the broker
  bool complained_ = false;  // of payloads that do not fit the format
  bool connected_ = false;   // at least once
  bool lost_ = false;        // the connection
  bool refused_ = false;     // the broker did not take something
  bool signalled_ = false;
  bool ending_ = false;
  bool abandoned_ = false;  // what is not written now never will be
  bool disconnecting_ = false;
  bool client_gone_ = false;

  net::Timer timeout_;
  net::Timer idle_;
  net::Timer last_moment_;
  net::Signals signals_;
};

}  // namespace mqrig::sub
