// A link between two brokers.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <mqrig/bridge/bridge.hpp>
#include <mqrig/bridge/flow.hpp>

namespace mqrig::bridge {

class Link final : private End::Owner {
 public:
  class Owner {
   public:
    virtual void on_link_state(Link& link, std::string_view text) = 0;
    virtual void on_link_warning(Link& link, std::string_view text) = 0;
    virtual void on_link_failed(Link& link, const client::Failure& failure) = 0;
    // stop() is done; the link may be destroyed, but not in this call.
    virtual void on_link_ended(Link& link) = 0;

   protected:
    ~Owner() = default;
  };

  // `turn`: null where no spool is at hand.
  Link(asio::io_context& context, LinkSettings settings, Turn* turn, Owner& owner);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // What the brokers may have in the sessions of this link: see End::filters(). Index: side.
  using Filters = std::array<std::string, 2>;
  Filters filters() const { return {local_->filters(), remote_->filters()}; }
  // Without a spool: what those of an earlier link of the same name were. Before start().
  void expect_filters(Filters before);

  void start();
  // What is in flight, and the end of the connections, is waited for at most `grace` and a moment.
  void stop(std::chrono::milliseconds grace);

  const LinkSettings& settings() const noexcept { return settings_; }
  bool stopping() const noexcept { return stopping_; }
  bool stored() const noexcept { return turn_ != nullptr; }
  LinkStatus status() const;

 private:
  // End::Owner
  void on_message(End& end, const wire::Publish& publish, std::uint64_t receipt) override;
  void on_done(End& end, std::uint64_t sequence, wire::ReasonCode reason,
               std::string_view why) override;
  void on_expired(End& end, std::uint64_t sequence) override;
  void on_connected(End& end) override;
  void on_lost(End& end, const client::Failure& failure) override;
  void on_failed(End& end, const client::Failure& failure) override;
  void on_ended(End& end) override;
  void on_progress(End& end) override;
  void on_stalled(bool on) override;
  void on_warning(std::string_view text) override;

  std::unique_ptr<End> make_end(asio::io_context& context, Side side);
  std::optional<Flow>& flow_from(Side side) noexcept {
    return flows_[static_cast<std::size_t>(side)];
  }
  End& end(Side side) noexcept { return side == Side::local ? *local_ : *remote_; }
  bool busy() const noexcept;
  void update_reading(Side side);
  void announce_state();
  void announce(std::string_view state);
  void tick();
  void publish_status();
  void leave();
  void retry();
  void grace_ended();
  void over();

  LinkSettings settings_;
  Turn* turn_;
  Owner& owner_;
  std::array<std::unique_ptr<Forwarder>, 2> forwarders_;  // index: the side that messages come from
  std::unique_ptr<End> local_;
  std::unique_ptr<End> remote_;
  std::array<std::optional<Flow>, 2> flows_;  // as forwarders_
  std::array<std::string, 2> failures_;       // index: side
  net::Timer tick_timer_;
  net::Timer status_timer_;
  net::Timer retry_timer_;
  net::Timer grace_timer_;
  std::chrono::steady_clock::time_point deadline_;  // of stop()
  std::optional<bool> announced_;                   // up, or not
  bool stalled_ = false;
  bool stopping_ = false;
  bool leaving_ = false;
  bool over_ = false;
  int ended_ = 0;  // ends
};

}  // namespace mqrig::bridge
