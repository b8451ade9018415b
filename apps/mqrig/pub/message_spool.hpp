#pragma once

#include <memory>
#include <mqrig/client/options.hpp>
#include <mqrig/store/spool.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "input_position.hpp"
#include "job.hpp"
#include "message_position.hpp"

namespace mqrig::pub {

/// The spool of a run of `mqrig pub`: one queue, and what the next run has to know to go on.
class MessageSpool {
 public:
  /// Opens the file, and moves standard input to where an earlier run has stopped reading it.
  /// Throws InputError when the file cannot be opened, when messages wait in it without --resume,
  /// and when the input, or the message, is not the one to go on with. `job` outlives it; its
  /// client gets the identifier of an earlier run.
  explicit MessageSpool(Job& job);

  store::Spool& file() { return *file_; }
  store::Spool::QueueId queue() const { return queue_; }
  const store::QueueTotals& totals() const { return file_->totals(queue_); }
  const std::string& path() const { return job_.spool->path; }

  /// No earlier run has left a session with the broker.
  bool fresh() const { return fresh_; }
  /// Where standard input is read from; none unless it is a file of records.
  const std::optional<InputPosition>& start() const { return start_; }
  /// How often a single message was taken before; none when there are records.
  const std::optional<MessagePosition>& message_start() const { return message_start_; }

  /// All are part of the next commit.
  void put_client_id(std::string_view id);
  void put_position(const InputPosition& position);
  void put_position(const MessagePosition& position);
  /// Everything is delivered: the session is of no use any more. The last change of a run.
  void forget_session();

  /// The name of the queue and ".session": mqrig spool purge knows it.
  static constexpr std::string_view session_state = "pub.session";

 private:
  std::optional<std::string> state(std::string_view name);
  template <typename Position>
  std::optional<Position> position(std::string_view name);
  void refuse_strangers() const;
  void refuse_leftovers() const;
  void choose_client_id();
  void choose_start();
  void choose_message_start();

  Job& job_;
  std::unique_ptr<store::Spool> file_;
  store::Spool::QueueId queue_ = 0;
  std::optional<InputPosition> start_;
  std::optional<MessagePosition> message_start_;
  bool fresh_ = true;
};

}  // namespace mqrig::pub
