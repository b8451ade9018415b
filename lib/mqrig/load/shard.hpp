// The clients of one thread, and what they share.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <mqrig/client/credentials.hpp>
#include <mqrig/load/client.hpp>
#include <mqrig/load/crew.hpp>
#include <mqrig/load/open_loop.hpp>
#include <mqrig/load/payload_source.hpp>
#include <mqrig/load/plan.hpp>
#include <mqrig/load/wake_queue.hpp>
#include <mqrig/net/connect.hpp>
#include <mqrig/net/deferred.hpp>
#include <mqrig/net/timer.hpp>

namespace mqrig::load {

// Connects its clients, a few at a time; sends what is due, all of it at each wake-up; counts and
// measures. Nothing in it is shared with another shard but the plan.
//
// Belongs to the thread of its io_context.
class Shard final : public Member {
 public:
  // `number` of RunSettings::members, from 0. `stage_reached` is called from the event loop.
  Shard(asio::io_context& context, std::shared_ptr<const Plan> plan, std::uint32_t number,
        std::function<void()> stage_reached);
  ~Shard() override;

  void order(const Order& order) override;
  Sample take_sample(session::Time end) override;

  // What follows is for its clients.

  const Plan& plan() const noexcept { return *plan_; }
  Counters& counters() noexcept { return sample_.counters; }
  Gauges& gauges() noexcept { return gauges_; }
  void record(Metric metric, session::Duration time);
  void fail(ErrorKind kind, std::error_code error);
  void fail(ErrorKind kind, wire::ReasonCode reason);
  // With its cause in words.
  void fail(ErrorKind kind, std::string_view cause);

  // The time of the present batch of work.
  session::Time now() const noexcept { return now_; }
  session::Time read_clock() noexcept { return now_ = std::chrono::steady_clock::now(); }
  std::int64_t wall(session::Time time) const noexcept {
    return time.time_since_epoch().count() + plan_->settings.wall_offset;
  }

  // Calls Client::connecting() and Client::connected() when a place is free.
  void want_connection(Client& client);
  // Calls Client::woken() then.
  void wake(Client& client, session::Time time);
  void schedule_look(Client& client, session::Time deadline);
  // Calls Client::pump() soon.
  void want_pump(Client& client);
  // The state of a client, or what it has to do, has changed.
  void client_changed() {
    changed_ = true;
    turn_.request();
  }
  // A client begins or ends to be on its way to a connection, or to wait until it can write.
  void under_way(bool begins) noexcept { begins ? ++under_way_ : --under_way_; }
  void unwritten(bool begins) noexcept { begins ? ++unwritten_ : --unwritten_; }
  void client_gone(bool took_part) noexcept {
    ++gone_;
    if (coming_again() || !took_part) ++gauges_.given_up;
  }
  // A client is ready or gone now, or no longer; `first`: for the first time.
  void client_settled(const GroupPlan& group, bool begins, bool first) noexcept;
  void connected_once() noexcept { ever_connected_ = true; }
  // `hopeless`: it says something about what others may expect.
  void attempt_failed(bool hopeless) noexcept {
    if (hopeless) ++failed_;
    ++sample_.counters.connect_failed;
  }

  // May clients publish in closed loop, and new messages at all?
  bool gate_open() const noexcept { return gate_open_; }
  // Clients that lose their connection come again.
  bool coming_again() const noexcept { return stage_ < Stage::leaving; }
  // Clients may leave to come again: not while what is on its way is awaited.
  bool may_part() const noexcept { return stage_ < Stage::draining; }

  // A version that the broker was found not to speak is not asked for again.
  wire::Version version_of(const GroupPlan& group) const noexcept;
  bool fall_back(const GroupPlan& group, wire::Version refused) noexcept;

  // What a token puts into CONNECT; null: the options say it all.
  const client::Credentials* credentials() const noexcept {
    return credentials_ ? &*credentials_ : nullptr;
  }
  bool renews_credentials() const noexcept { return source_ != nullptr; }

  // Of the shared group that the client is in: of that name and filter.
  TrackerTable& shared_trackers(const GroupPlan& group, std::uint32_t client);
  // To read what has come: where nobody of the scenario publishes, the first stamp says whose run
  // it is.
  const StampCodec& codec_for(wire::ByteView payload) {
    if (!codec_known_ && payload.size() >= Stamp::size) learn_run(payload);
    return codec_;
  }
  PayloadSource& payloads(const GroupPlan& group);
  // Of the client; good until the next call.
  TextValues values(const GroupPlan& group, std::uint32_t client);
  // Scratch space.
  std::string& text() noexcept { return text_; }
  wire::PropertyWriter& properties() noexcept { return properties_; }
  SmallRandom& random() noexcept { return random_; }

 private:
  struct GroupState {
    const GroupPlan* plan = nullptr;
    std::vector<Client*> clients;
    std::unique_ptr<OpenLoop> open_loop;  // of groups with a rate
    std::unique_ptr<PayloadSource> payloads;
    std::size_t settled = 0;                    // clients that are ready or gone
    session::Time next_storm = session::never;  // known when all clients are settled
  };
  // A connection on its way to a client.
  struct Dial {
    explicit Dial(asio::io_context& context) : connector(context) {}
    net::Connector connector;
  };

  GroupState& state_of(const GroupPlan& group) noexcept {
    return groups_[static_cast<std::size_t>(&group - plan_->groups.data())];
  }

  // shard.cpp
  void make_clients(GroupState& group, std::uint32_t number);
  bool is_ours(const GroupPlan& group, std::uint32_t client, std::uint32_t number);
  void learn_run(wire::ByteView payload);
  void make_publisher(Client& client, GroupState& group);
  void connect_all(session::Time at);
  void publish(const Order& order);
  void stop();
  void leave_all();
  void set_stage(Stage stage);
  void review();
  bool everything_sent() const;
  bool drained() const;

  // shard_turn.cpp: what time brings
  void turn();
  void pump_waiting();
  void timer_expired();
  void set_timer();
  void publish_due();
  void wake_due();
  void plan_storm(GroupState& group) noexcept;
  void storm(GroupState& group);
  void look_around();
  void give_up_requests();
  void update_gate();
  session::Time next_event() const;

  // shard_connect.cpp
  void connect_next();
  void dial(Client& client);
  bool hopeless() const;
  void give_up_connecting();
  net::ConnectOptions connect_options(const Client& client) const;
  void ask_credentials();
  void credentials_came(std::optional<client::Credentials> credentials,
                        const client::Failure& failure);
  void renew_some();

  asio::io_context& context_;
  std::shared_ptr<const Plan> plan_;
  std::function<void()> stage_reached_;
  session::Time now_;
  Sample sample_;  // of the open interval
  Gauges gauges_;
  double cpu_seconds_ = 0;  // at the begin of the interval

  std::deque<Client> clients_;
  std::vector<GroupState> groups_;  // as in the plan
  std::map<std::string, TrackerTable> shared_trackers_;
  session::DeadlineWheel wheel_;
  WakeQueue wakes_;
  std::deque<Client*> to_pump_;
  net::Deferred turn_;
  net::Timer timer_;
  session::Time timer_at_ = session::never;
  session::Time next_look_{};
  session::Time next_publish_{};  // in open loop, at the earliest

  std::shared_ptr<client::CredentialSource> source_;  // null: no token
  std::optional<client::Credentials> credentials_;
  net::Timer renewal_;
  net::Timer renewing_;      // the next clients that get newer credentials
  std::size_t renewed_ = 0;  // clients that have got them, or did not need them
  std::deque<Client*> to_connect_;
  std::vector<std::unique_ptr<Dial>> dials_;
  std::vector<Dial*> free_dials_;

  Stage stage_ = Stage::idle;
  std::vector<Phase> phases_;  // in closed loop, for the gate
  session::Time phases_begin_{};
  session::Time next_gate_ = session::never;
  bool gate_open_ = false;
  bool changed_ = false;
  bool fallen_back_ = false;
  bool ever_connected_ = false;
  std::uint64_t settled_ = 0;    // clients that were ready once, or are gone
  std::uint64_t gone_ = 0;       // clients
  std::uint32_t under_way_ = 0;  // clients from connecting to CONNACK
  std::uint32_t unwritten_ = 0;  // clients that wait until they can write
  std::uint64_t failed_ = 0;     // attempts

  StampCodec codec_;
  bool codec_known_;
  const GroupPlan* values_group_ = nullptr;  // whose texts were made last
  std::uint32_t values_client_ = 0;
  std::string client_id_;
  std::string user_name_;
  std::string text_;
  wire::PropertyWriter properties_;
  SmallRandom random_;
};

}  // namespace mqrig::load
