// One client of a load test, and the pump between its session and its stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

#include <mqrig/load/error_counts.hpp>
#include <mqrig/load/plan.hpp>
#include <mqrig/load/publisher.hpp>
#include <mqrig/load/tracker_table.hpp>
#include <mqrig/net/stream.hpp>
#include <mqrig/session/client_session.hpp>
#include <mqrig/session/deadline_wheel.hpp>
#include <mqrig/wire/buffer.hpp>

namespace mqrig::auth {
class ClientExchange;
}

namespace mqrig::load {

class Shard;

// Connects, subscribes, publishes, verifies, leaves and comes again, as its group says. There may
// be a million of them: an idle one owns no buffer, no timer and no text.
//
// Belongs to the thread of its shard.
class Client final : public session::DeadlineWheel::Hook, private net::StreamHandler {
 public:
  enum class State : std::uint8_t {
    idle,         // before its time to connect, and between two connections
    queued,       // for its turn to connect
    connecting,   // the network connection is being made
    handshaking,  // CONNECT is sent
    subscribing,  // SUBSCRIBE is sent
    ready,
    leaving,  // DISCONNECT is sent
    gone,     // for good
  };

  // `number`: of the client within its group.
  Client(Shard& shard, const GroupPlan& group, std::uint32_t number);
  ~Client();

  State state() const noexcept { return state_; }
  bool ready() const noexcept { return state_ == State::ready; }
  bool standing() const noexcept { return state_ == State::subscribing || state_ == State::ready; }
  std::uint32_t number() const noexcept { return number_; }
  const GroupPlan& group() const noexcept { return *group_; }
  Publisher* publisher() noexcept { return publisher_.get(); }

  void connect_at(session::Time time);
  // Its time to connect is, or was, `intended`, and it waits for its turn. Without a time it is
  // the moment when its turn comes.
  void want_connection(session::Time intended = {});
  // Its turn has come: see Shard::connect_next().
  void connecting();
  // `detail`: of the connector.
  void connected(std::error_code error, const std::string& detail,
                 std::unique_ptr<net::Stream> stream);

  // The shard has other credentials than those it connected with; renew_login() follows.
  void credentials_changed() noexcept { login_old_ = state_ != State::gone; }
  // Tells them to the broker, by AUTH or on another connection.
  void renew_login();

  // Publishes what it may; true when it stopped only for the others' sake.
  bool pump();
  // Nothing new is published any more; what is due and was not sent counts as such.
  void stop_publishing();
  // Something that it awaits may be overdue.
  void look();
  // `time` is that for which it asked Shard::wake() once.
  void woken(session::Time time);

  // Ends the connection; with `for_good` it does not come again.
  void leave(Leave how, bool for_good);
  // Ends everything without a word.
  void give_up();
  // Requests that have no response will have none.
  void give_up_requests();

 private:
  void on_readable() override;
  void on_writable() override;

  // client.cpp
  void set_state(State state);
  void open_session();
  bool fall_back();
  // What is to be expected of another attempt.
  enum class Prospect : std::uint8_t { none, unknown, good };
  void attempt_failed(Prospect prospect);
  void note_failure(ErrorKind kind, std::error_code error, const std::string& detail);
  void lost(ErrorKind kind, std::error_code error);
  void lost(ErrorKind kind, wire::ReasonCode reason);
  void ended();
  void drop_connection();
  void forget_session();
  void connect_again(session::Duration delay);
  bool comes_again() const;
  session::Duration next_delay();
  void handle(const session::Event& event);
  void accepted(bool session_present);
  void become_ready();
  void schedule_look();

  // client_login.cpp
  void add_login(wire::Connect& connect, wire::PropertyWriter& properties);
  void answer_auth(const session::Event& event);
  bool server_proved(const session::Event& event);
  void login_failed(const std::string& fault);

  // client_pump.cpp
  bool read_once();
  void feed(wire::ByteView bytes);
  void handle_traced(wire::ByteView& bytes);
  void trace_sent();
  void trace(client::Direction direction, wire::ByteView packet);
  void flush();
  void discard();
  void stream_ended(std::error_code error);
  void count_unsent();

  // client_publish.cpp
  bool may_publish() const;
  bool pump_some();
  bool publish_next();
  bool send(const PublishPlan& plan, const PublishSettings& settings, wire::QoS qos,
            session::Time intended);
  void sending_failed();
  void expect(wire::QoS qos, std::uint64_t count);
  void published(const session::Event& event);
  void respond(const wire::Publish& request);
  std::string response_topic_of(const wire::Publish& request);
  bool send_response();

  // client_subscribe.cpp
  void subscribe();
  void subscribed(const session::Event& event);

  // client_receive.cpp
  void received(const wire::Publish& publish);
  void verify(const wire::Publish& publish, const Stamp& stamp);
  bool is_ordered(const Stamp& stamp) const;
  bool is_response(const Stamp& stamp) const;
  void responded();
  TrackerTable& trackers();

  Shard& shard_;
  const GroupPlan* group_;
  std::unique_ptr<net::Stream> stream_;
  session::ClientSession session_;
  wire::Buffer out_;
  wire::Buffer rest_;      // a part of a packet
  session::Time since_{};  // when connecting began, or was to begin
  session::Time wake_at_ = session::never;
  std::unique_ptr<Publisher> publisher_;            // of groups that publish or respond
  std::unique_ptr<TrackerTable> trackers_;          // from the first message on
  std::unique_ptr<auth::ClientExchange> exchange_;  // until CONNACK
  TrackerTable* shared_trackers_ = nullptr;         // of a member of a shared group: the shard's
  std::uint32_t number_;
  std::uint32_t wanted_ = 0;   // the size of the packet that begins in rest_, as far as known
  std::uint32_t written_ = 0;  // bytes at the front of out_ that the stream has taken
  std::uint8_t failures_ = 0;  // to connect, in a row
  State state_ = State::idle;
  bool waiting_to_write_ : 1 = false;
  bool shut_down_ : 1 = false;
  bool for_good_ : 1 = false;    // it does not come again
  bool took_part_ : 1 = false;   // it was ready once
  bool login_old_ : 1 = false;   // the shard has other credentials meanwhile
  bool subscribed_ : 1 = false;  // the session holds its subscriptions
};

}  // namespace mqrig::load
