#include "message_spool.hpp"

#include "../input_file.hpp"

namespace mqrig::pub {
namespace {

constexpr std::string_view queue_name = "pub";
constexpr std::string_view position_state = "pub.input";
constexpr std::string_view message_state = "pub.message";
constexpr std::string_view client_id_state = "pub.client-id";

std::unique_ptr<store::Spool> open_file(const std::string& path) {
  std::string error;
  auto file = store::Spool::open(path, store::Spool::Mode::create, error);
  if (!file) throw InputError(error);
  return file;
}

}  // namespace

MessageSpool::MessageSpool(Job& job) : job_(job), file_(open_file(job.spool->path)) {
  queue_ = file_->queue(queue_name);
  refuse_strangers();
  if (!job_.spool->resume) refuse_leftovers();
  job_.records ? choose_start() : choose_message_start();
  choose_client_id();
}

std::optional<std::string> MessageSpool::state(std::string_view name) {
  std::error_code error;
  auto value = file_->state(name, error);
  if (error) throw InputError("cannot read the spool '" + path() + "': " + error.message());
  return value;
}

/// Where an earlier run has stopped. Nothing may be sent again because that cannot be read.
template <typename Position>
std::optional<Position> MessageSpool::position(std::string_view name) {
  const auto text = state(name);
  if (!text) return std::nullopt;
  const std::optional<Position> position = Position::parse(*text);
  if (!position && job_.spool->resume) {
    throw InputError(
        "where an earlier run has stopped cannot be read from the spool '" + path() +
        "': send what waits with -l --resume < /dev/null, and then leave --resume out");
  }
  return position;
}

/// Messages that this run would leave waiting.
void MessageSpool::refuse_strangers() const {
  for (const std::string& name : file_->queue_names()) {
    if (name == queue_name || file_->totals(file_->find_queue(name).value()).messages == 0)
      continue;
    throw InputError("the spool '" + path() + "' holds messages of another queue, '" + name +
                     "': name a spool of this command's own");
  }
}

void MessageSpool::refuse_leftovers() const {
  const std::uint64_t count = totals().messages;
  if (count == 0) return;
  throw InputError(std::to_string(count) + (count == 1 ? " message waits" : " messages wait") +
                   " in the spool '" + path() +
                   "': send them with --resume, or remove them with 'mqrig spool purge " + path() +
                   " pub'");
}

/// What was read before is nothing that a later run could go on with, once this one has begun anew.
void MessageSpool::choose_start() {
  start_ = InputPosition::of_input(*job_.records);
  // A pipe is read from where it is, whatever was read before.
  if (!start_ && job_.spool->resume) return;
  const auto earlier = position<InputPosition>(position_state);
  if (!job_.spool->resume) {
    const bool cut_short = earlier && start_ && !earlier->ended &&
                           earlier->offset > start_->offset && earlier->same_file(*start_) &&
                           earlier->same_content();
    if (cut_short) {
      throw InputError("an earlier run has sent this file up to record " +
                       std::to_string(earlier->records) +
                       ": go on with --resume, or remove the "
                       "spool '" +
                       path() + "' to send it once more");
    }
    file_->remove_state(position_state);
    file_->remove_state(message_state);
  } else if (earlier) {
    earlier->go_on(*job_.records);
    start_ = *earlier;
    start_->ended = false;
  }
}

void MessageSpool::choose_message_start() {
  message_start_ = MessagePosition::of(job_);
  const auto earlier = position<MessagePosition>(message_state);
  const bool same = earlier && earlier->message == message_start_->message;
  if (!job_.spool->resume) {
    if (same && earlier->taken < earlier->wanted) {
      throw InputError("an earlier run has sent this message " + std::to_string(earlier->taken) +
                       " of " + std::to_string(earlier->wanted) +
                       " times: go on with --resume, or remove the spool '" + path() +
                       "' to begin anew");
    }
    file_->remove_state(position_state);
  } else if (earlier && !same) {
    throw InputError(
        "this is another message than the one that --resume goes on with: give that one, or send "
        "what waits with -l --resume < /dev/null first and then leave --resume out");
  } else if (earlier) {
    message_start_->taken = earlier->taken;
  }
}

void MessageSpool::choose_client_id() {
  const auto earlier = state(client_id_state);
  const auto session = state(session_state);
  if (totals().messages == 0) {
    if (session) file_->remove_state(session_state);
  } else {
    fresh_ = !session;
  }
  if (!earlier) return;
  if (!job_.spool->own_client_id) {
    job_.client.client_id = *earlier;
  } else if (!fresh_ && job_.client.client_id != *earlier) {
    throw InputError("the messages in the spool '" + path() + "' were begun as client '" +
                     *earlier +
                     "', and may be delivered twice as another one: give that --id, or "
                     "none");
  }
}

void MessageSpool::put_client_id(std::string_view id) {
  file_->put_state(client_id_state, wire::as_bytes(id));
}

void MessageSpool::put_position(const InputPosition& position) {
  file_->put_state(position_state, wire::as_bytes(position.text()));
}

void MessageSpool::put_position(const MessagePosition& position) {
  file_->put_state(message_state, wire::as_bytes(position.text()));
}

void MessageSpool::forget_session() {
  file_->remove_state(session_state);
}

}  // namespace mqrig::pub
