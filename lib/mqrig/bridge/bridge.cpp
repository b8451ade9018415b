#include <mqrig/bridge/bridge.hpp>

#include <algorithm>
#include <map>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <mqrig/bridge/link.hpp>

namespace mqrig::bridge {

class Bridge::Impl final : private Link::Owner, private Turn::Owner {
 public:
  Impl(asio::io_context& context, store::Spool* spool, Observer& observer)
      : context_(context), observer_(observer) {
    if (spool != nullptr) turn_.emplace(context, *spool, static_cast<Turn::Owner&>(*this));
  }

  void apply(Settings settings);
  void stop(std::chrono::milliseconds grace);
  std::vector<LinkStatus> status() const;

 private:
  // Link::Owner
  void on_link_state(Link& link, std::string_view text) override;
  void on_link_warning(Link& link, std::string_view text) override;
  void on_link_failed(Link& link, const client::Failure& failure) override;
  void on_link_ended(Link& link) override;
  // Turn::Owner
  void on_stalled(std::error_code error) override;
  void on_recovered() override;

  void start(LinkSettings settings);
  void forget_soon(const Link* ended);
  void forget(const Link* ended);
  void forget_unsaved();

  asio::io_context& context_;
  Observer& observer_;
  std::optional<Turn> turn_;
  std::vector<std::unique_ptr<Link>> links_;
  std::map<std::string, LinkSettings>
      next_;  // by name: to be started when the one before has ended
  // By name: of links without a spool that have ended. Their sessions stay at the brokers, and with
  // them what they have subscribed to.
  std::map<std::string, Link::Filters> filters_;
  // Have ended while the disk took nothing: what follows them takes up what they have to save.
  std::vector<const Link*> unsaved_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
  bool stopping_ = false;
};

void Bridge::Impl::apply(Settings settings) {
  constexpr std::chrono::seconds grace{5};
  if (stopping_) return;
  next_.clear();
  for (const auto& link : links_) {
    const auto same = std::ranges::find_if(settings.links, [&](const LinkSettings& wanted) {
      return wanted.name == link->settings().name;
    });
    const bool unchanged = same != settings.links.end() && !link->stopping() &&
                           same->fingerprint == link->settings().fingerprint;
    if (!unchanged) link->stop(grace);
    if (same == settings.links.end()) continue;
    if (!unchanged) next_.emplace(same->name, std::move(*same));
    settings.links.erase(same);
  }
  for (LinkSettings& link : settings.links) start(std::move(link));
}

void Bridge::Impl::start(LinkSettings settings) {
  Link::Owner& owner = *this;
  links_.push_back(
      std::make_unique<Link>(context_, std::move(settings), turn_ ? &*turn_ : nullptr, owner));
  Link& link = *links_.back();
  if (auto before = filters_.extract(link.settings().name); before && !link.stored()) {
    link.expect_filters(std::move(before.mapped()));
  }
  link.start();
}

void Bridge::Impl::stop(std::chrono::milliseconds grace) {
  if (std::exchange(stopping_, true)) return;
  next_.clear();
  forget_unsaved();
  if (links_.empty()) {
    return asio::post(context_, [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) observer_.on_stopped();
    });
  }
  for (const auto& link : links_) link->stop(grace);
}

std::vector<LinkStatus> Bridge::Impl::status() const {
  std::vector<LinkStatus> all;
  for (const auto& link : links_) all.push_back(link->status());
  return all;
}

void Bridge::Impl::on_link_state(Link& link, std::string_view text) {
  observer_.on_link(link.status(), text);
}

void Bridge::Impl::on_link_warning(Link& link, std::string_view text) {
  observer_.on_warning(link.settings().name, text);
}

void Bridge::Impl::on_link_failed(Link& link, const client::Failure& failure) {
  observer_.on_link_failed(link.settings().name, failure);
}

void Bridge::Impl::on_link_ended(Link& link) {
  forget_soon(&link);
}

void Bridge::Impl::forget_soon(const Link* ended) {
  asio::post(context_, [this, ended, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) forget(ended);
  });
}

void Bridge::Impl::forget_unsaved() {
  for (const Link* const ended : std::exchange(unsaved_, {})) forget_soon(ended);
}

void Bridge::Impl::forget(const Link* ended) {
  const std::string name = ended->settings().name;
  if (ended->stored() && !turn_->commit_now() && !stopping_) {
    unsaved_.push_back(ended);
    return;
  }
  if (!ended->stored()) filters_.insert_or_assign(name, ended->filters());
  std::erase_if(links_, [&](const auto& link) { return link.get() == ended; });
  if (auto next = next_.extract(name)) start(std::move(next.mapped()));
  if (stopping_ && links_.empty()) observer_.on_stopped();
}

void Bridge::Impl::on_stalled(std::error_code error) {
  observer_.on_warning({}, "the spool can't be written (" + error.message() +
                               "): nothing is acknowledged and nothing more read until it can");
}

void Bridge::Impl::on_recovered() {
  observer_.on_warning({}, "the spool can be written again: going on");
  forget_unsaved();
}

Bridge::Bridge(asio::io_context& context, store::Spool* spool, Observer& observer)
    : impl_(std::make_unique<Impl>(context, spool, observer)) {}
Bridge::~Bridge() = default;

void Bridge::apply(Settings settings) {
  impl_->apply(std::move(settings));
}
void Bridge::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}
std::vector<LinkStatus> Bridge::status() const {
  return impl_->status();
}

}  // namespace mqrig::bridge
