// The broker's insides. Internal to this room.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/auth/login_throttle.hpp>
#include <mqrig/auth/password_verifier.hpp>
#include <mqrig/broker/acl_rules.hpp>
#include <mqrig/broker/broker.hpp>
#include <mqrig/broker/connect_request.hpp>
#include <mqrig/broker/connection.hpp>
#include <mqrig/broker/registry.hpp>
#include <mqrig/broker/router.hpp>
#include <mqrig/broker/shared_group.hpp>
#include <mqrig/broker/sys_topics.hpp>
#include <mqrig/broker/token_ends.hpp>
#include <mqrig/net/deferred.hpp>
#include <mqrig/net/listener.hpp>
#include <mqrig/net/timer.hpp>

namespace mqrig::broker {

// A turn begins with the first connection that has something to say, and ends behind everything
// else that the event loop had ready by then: the store commits, then each connection that was
// touched writes. So many messages share one commit and one write.
class Broker::Impl final : private Connection::Owner {
 public:
  Impl(asio::io_context& context, Settings settings, Observer& observer);
  ~Impl();

  std::error_code set_store(std::unique_ptr<store::BrokerStore> store);
  void set_passwords(std::shared_ptr<const auth::PasswordFile> passwords);
  void set_jwt(std::shared_ptr<const auth::JwtVerifier> verifier);
  void set_acl(std::shared_ptr<const Acl> acl);
  std::error_code listen(const net::ListenAddress& address, std::string& detail);
  std::vector<std::string> urls() const;
  // Null: no room for it.
  Connection* attach(std::unique_ptr<net::Stream> stream);
  void stop(std::function<void(bool saved)> stopped);
  const Statistics& statistics() noexcept;

 private:
  class StateLoader;
  // Of a connection whose CONNECT named a method.
  struct Authentication {
    std::string method;
    std::unique_ptr<auth::ServerExchange> exchange;  // while one is under way
  };
  enum class TokenState : std::uint8_t {
    none,  // or not a valid one
    valid,
    undecided,
  };
  struct NewSubscription {
    std::string_view filter;
    SubscriptionOptions options;
  };

  // Connection::Owner
  session::Time begin_turn() override;
  void on_event(Connection& connection, session::ServerEvent& event) override;
  void on_touched(Connection& connection) override;
  void on_drained(Connection& connection) override;
  void on_failure(Connection& connection, const std::string& failure) override;
  void on_broken(Connection& connection) override;
  void on_deadline(Connection& connection) override;
  void on_closed(Connection& connection) override;
  void on_packet(Connection& connection, Direction direction, wire::ByteView packet) override;
  bool may_read() const noexcept override { return !stalled_; }
  // With a store: while all that has led to the output is committed.
  bool may_write_early() const noexcept override {
    return !journal_.on() || !(journal_.urgent() || taking_over_);
  }
  void count_bytes(std::size_t received, std::size_t sent) noexcept override;

  // broker_turn.cpp
  void end_turn();
  bool commit();
  void flush_all();
  void close_broken();
  void pump_drained();
  void resume_all();
  void destroy_closed();
  void disconnect_overflowed();
  void tick();
  void arm_tick();
  void finish_stop();

  // broker_connect.cpp: CONNECT, and who it comes from
  void on_connect(Connection& connection, const wire::Connect& connect);
  void take_identity(Connection& connection);
  void check_login(Connection& connection);
  void start_login(std::uint64_t login);
  void start_next_login(const std::string& address);
  void postpone_login(std::uint64_t login, session::Duration delay);
  void end_wait(ConnectRequest& request);
  void end_login(ConnectRequest& request);
  void refuse_login(Connection& connection, wire::ReasonCode reason);
  void on_verified(std::uint64_t login, std::string address, bool accepted);
  std::unique_ptr<Permissions> permissions_of(const std::string* user_name,
                                              std::string_view client_id,
                                              std::shared_ptr<const AclRuleList> token_rules) const;
  void refuse(Connection& connection, wire::ReasonCode reason);
  void admit(Connection& connection);

  // broker_auth.cpp: enhanced authentication, section 4.12. Null: the method is not offered.
  std::unique_ptr<auth::ServerExchange> exchange_for(std::string_view method);
  void start_authentication(Connection& connection);
  void begin_step(Connection& connection);
  void step_authentication(Connection& connection);
  void ask_client(Connection& connection, std::string_view data);
  void admit_authenticated(Connection& connection, std::string answer);
  void on_auth(Connection& connection, const session::ServerEvent& event);
  void reauthenticate(Connection& connection, const session::ServerEvent& event);
  void refuse_reauthentication(Connection& connection, wire::ReasonCode reason);
  void report_refusal(const Connection& connection, const auth::ServerExchange& exchange,
                      bool undecided);
  void drop_exchanges();

  // broker_token.cpp: JWTs
  bool is_token(const ConnectRequest& request) const;
  TokenState check_token(Connection& connection);
  void report_token(const Connection& connection, std::string_view fault, bool undecided);
  void use_token(Connection& connection, const auth::JwtIdentity& token);
  void renew_token(Connection& connection, const auth::JwtIdentity& token);
  void disconnect_expired();

  bool is_full(std::string_view client_id) const;
  static std::string make_name();

  // broker_session.cpp: the beginning and the end of sessions
  Session& session_for(ConnectRequest& request, bool& present);
  void take_over(Session& session);
  static std::string response_prefix(std::string_view client_id);
  void accept(Connection& connection, Session& session, bool present, ConnectRequest& request,
              bool id_assigned);
  static std::string describe_arrival(const Connection& connection, bool present);
  void detach(Connection& connection, bool will_is_due);
  void publish_will(Session& session);
  void end_session(Session& session);
  void pass_on_orphans();

  // broker_messages.cpp: PUBLISH and its acknowledgements
  void on_message(Connection& connection, session::ServerEvent& event);
  wire::ReasonCode take(Session& session, const wire::Publish& publish);
  wire::ReasonCode objection(Session& session, const wire::Publish& publish) const;
  wire::ReasonCode objection(std::string_view topic, Permissions* permissions) const;
  wire::ReasonCode retain(Publication& publication);
  void acknowledge(Connection& connection, const session::ServerEvent& event,
                   wire::ReasonCode reason);
  wire::ReasonCode control(const wire::Publish& publish);
  void set_faults(const FaultSettings& settings);
  void publish_own(std::string_view topic, std::string_view payload);

  // broker_subscribe.cpp
  void on_subscribe(Connection& connection, session::ServerEvent& event);
  wire::ReasonCode subscribe(Session& session, const wire::Subscription& subscription,
                             std::uint32_t identifier);
  void set_subscription(Session& session, std::string_view filter,
                        const SubscriptionOptions& options);
  void subscribe_as_bridge(Session& session);
  void on_unsubscribe(Connection& connection, session::ServerEvent& event);
  wire::ReasonCode unsubscribe(Session& session, std::string_view filter);

  // broker_state.cpp
  void resume_absence(Session& session);

  void accepted(const net::ListenAddress& address, std::unique_ptr<net::Stream> stream);
  void handle(Connection& connection, session::ServerEvent& event);
  void on_end(Connection& connection, const session::ServerEvent& event);
  void activity(const Connection& connection, std::string_view what);
  std::string name_of(const Connection& connection) const;
  void update_statistics() noexcept;
  void count_unserved();

  asio::io_context& context_;
  Settings settings_;
  Observer& observer_;
  session::ServerSettings protocol_;
  session::ExchangeSettings exchange_;
  Statistics statistics_;
  session::PacketCounts packet_counts_;
  std::uint64_t unserved_ = 0;  // connections that no listener could hand over
  std::unique_ptr<Faults> faults_;

  TopicTree tree_;
  SharedGroups groups_;
  RetainedStore retained_;
  Journal journal_;
  Dispatcher dispatcher_;
  Router router_;
  Registry registry_;
  Publication publication_;
  std::vector<wire::ReasonCode> reasons_;      // of the SUBACK being made
  std::vector<NewSubscription> new_retained_;  // whose retained messages go behind it
  SysTopics sys_topics_;
  std::size_t own_messages_ = 0;  // of $SYS among the retained ones, which no limit counts
  std::size_t own_bytes_ = 0;

  std::shared_ptr<const auth::PasswordFile> passwords_;  // null: everybody may connect
  std::string scram_secret_;
  // Apart from the connections: nearly all of a million idle ones have none.
  std::unordered_map<const Connection*, Authentication> authentications_;
  std::unique_ptr<auth::PasswordVerifier> verifier_;
  auth::LoginThrottle throttle_;
  std::shared_ptr<const auth::JwtVerifier> jwt_;  // null: no tokens
  TokenEnds token_ends_;
  std::shared_ptr<const Acl> acl_;
  std::unordered_map<std::uint64_t, Connection*> logins_;  // being checked, or put off
  std::multimap<session::Time, std::uint64_t> postponed_;  // logins that have to wait
  std::uint64_t last_login_ = 0;
  std::shared_ptr<Impl*> self_;  // null inside when the broker is gone: for calls that come late

  std::vector<std::unique_ptr<net::Listener>> listeners_;
  session::DeadlineWheel wheel_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> closed_;  // destroyed at the end of the turn
  std::vector<Connection*> touched_;
  std::vector<Connection*> flushing_;  // those of the turn that ends
  std::vector<Connection*> drained_;   // to be sent more, and read from, at the end of the turn
  std::vector<Connection*> broken_;    // to be closed then
  net::Deferred turn_end_;
  net::Timer tick_timer_;
  session::Time now_{};
  session::Time sys_due_ = session::never;
  bool in_turn_ = false;
  bool ticking_ = false;
  bool taking_over_ = false;  // a QoS 2 message, whose identifier the journal does not know yet
  bool saving_ = false;       // all changes are committed at the end of the turn
  bool stalled_ = false;      // the store can't commit: nothing is read or written until it can
  std::function<void(bool saved)> stopped_;
  session::Time stop_at_ = session::never;
};

}  // namespace mqrig::broker
