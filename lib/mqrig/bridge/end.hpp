// One end of a link: the connection to one of its two brokers.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mqrig/bridge/settings.hpp>
#include <mqrig/bridge/turn.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/client/outbox.hpp>

namespace mqrig::bridge {

// A client that stays connected, subscribed to what goes away from its broker, and the outbox of
// what goes to it. With a turn nothing leaves before it was committed, and the session is taken up
// again by the next process.
class End final : private client::Handler, private client::Outbox::Owner, private Turn::Member {
 public:
  // Calls come from the event loop.
  class Owner {
   public:
    // Something came from the broker; to be acknowledged with acknowledge() when receipt is not 0.
    virtual void on_message(End& end, const wire::Publish& publish, std::uint64_t receipt) = 0;
    // What became of a message in the outbox: see client::Outbox::Owner.
    virtual void on_done(End& end, std::uint64_t sequence, wire::ReasonCode reason,
                         std::string_view why) = 0;
    virtual void on_expired(End& end, std::uint64_t sequence) = 0;
    // The connection stands, or is lost: why.
    virtual void on_connected(End& end) = 0;
    virtual void on_lost(End& end, const client::Failure& failure) = 0;
    // It will not come back by itself.
    virtual void on_failed(End& end, const client::Failure& failure) = 0;
    // stop() is done.
    virtual void on_ended(End& end) = 0;
    // The outbox may have room again, or less.
    virtual void on_progress(End& end) = 0;
    virtual void on_stalled(bool on) = 0;
    virtual void on_warning(std::string_view text) = 0;

   protected:
    ~Owner() = default;
  };

  // `turn`: null without a spool. `queue` is a name in it, and with ".session" the name of the
  // state. The filters are the owner's.
  End(asio::io_context& context, const LinkSettings& link, Side side, Turn* turn,
      std::vector<wire::Subscription> subscriptions, const std::string& queue, Owner& owner);
  ~End();
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  // Without a spool: what filters() of an earlier End of the same session said. Before start().
  void expect_filters(std::string before) { taken_ = std::move(before); }
  // The filters that the broker may have in the session, as a text for expect_filters().
  std::string filters() const;
  // The broker had a session of which it is not known what was subscribed to in it.
  bool took_unknown_session() const noexcept { return took_unknown_session_; }
  // False when the spool does not hold what belongs to its state.
  bool restore();
  void start();
  // Tries again after on_failed(), at once.
  void retry() { client_.start(); }
  // DISCONNECT; the session stays.
  void stop();

  Side side() const noexcept { return side_; }
  client::Client& client() noexcept { return client_; }
  const client::Client& client() const noexcept { return client_; }
  client::Outbox& outbox() noexcept { return *outbox_; }
  const client::Outbox& outbox() const noexcept { return *outbox_; }
  bool connected() const noexcept { return client_.connected(); }
  std::uint64_t connects() const noexcept { return connects_; }

  // See client::Outbox::put().
  std::uint64_t put(const store::SpooledMessage& message);
  void acknowledge(std::uint64_t receipt, wire::ReasonCode reason);
  // Retained, at QoS 0, past the outbox.
  void announce(std::string_view topic, std::string_view payload);
  void set_reading(bool on);
  bool reading() const noexcept { return reading_; }

 private:
  // client::Handler
  void on_connected(bool session_present, wire::Properties connack) override;
  void on_message(const wire::Publish& publish, std::uint64_t receipt) override;
  void on_published(std::uint64_t token, wire::ReasonCode reason,
                    wire::Properties properties) override;
  void on_subscribed(std::uint64_t token, wire::ByteView reasons,
                     wire::Properties properties) override;
  void on_unsubscribed(std::uint64_t token, wire::ByteView reasons,
                       wire::Properties properties) override;
  void on_ready() override;
  void on_output() override;
  void on_connection_lost(const client::Failure& failure, std::chrono::milliseconds retry) override;
  void on_failed(const client::Failure& failure) override;
  void on_disconnected() override;
  // client::Outbox::Owner
  void on_delivered(std::uint64_t sequence) override;
  void on_refused(std::uint64_t sequence, wire::ReasonCode reason, std::string_view why) override;
  void on_expired(std::uint64_t sequence) override;
  // Turn::Member
  bool waiting() const override { return output_waits_; }
  void save() override;
  void saved() override { touched_ = false; }
  void committed() override;
  void stalled(bool on) override;

  void subscribe(bool session_present);
  void send_subscriptions();
  std::optional<std::string> taken_filters() const;
  void remember_subscriptions();
  void pump();
  void touch();

  Side side_;
  Turn* turn_;
  std::vector<wire::Subscription> subscriptions_;
  std::string filters_state_;         // name of the text of filters that the broker has taken
  std::string filters_;               // those of now, as that text
  std::optional<std::string> taken_;  // without a spool: what it would hold by that name
  std::vector<bool> granted_;         // by subscription
  std::uint16_t window_;
  bool fresh_;  // nothing is known of the session that the broker may have
  Owner& owner_;
  client::Client client_;
  std::unique_ptr<client::Outbox> outbox_;
  std::uint64_t connects_ = 0;
  bool reading_ = true;
  bool touched_ = false;       // since the last saved()
  bool output_waits_ = false;  // for committed()
  bool subscribed_ = false;    // the client knows the filters
  bool took_unknown_session_ = false;
  bool unsubscribing_ = false;  // the broker has not answered
  bool warned_unread_ = false;
};

}  // namespace mqrig::bridge
