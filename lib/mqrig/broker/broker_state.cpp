// What the store kept comes back.
#include <mqrig/broker/broker_impl.hpp>

#include <algorithm>
#include <cstring>

#include <mqrig/broker/permissions.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::broker {

namespace {

// What both kinds of messages in the store have; a view of the record.
template <class Record>
wire::Publish to_publish(const Record& record) {
  wire::Publish publish;
  publish.topic = record.topic;
  publish.payload = record.payload;
  publish.qos = record.qos;
  publish.retain = record.retain;
  publish.properties = wire::Properties(record.properties);
  return publish;
}

MessagePtr make_message(const store::MessageRecord& record, session::Time expires_at) {
  MessagePtr message = Message::make(to_publish(record), expires_at, record.source);
  message->stored.id = record.id;
  return message;
}

std::unique_ptr<Will> make_will(const store::WillRecord& record) {
  auto will = std::make_unique<Will>();
  will->message = Message::make(to_publish(record), session::never);
  will->delay = record.delay;
  return will;
}

std::vector<std::uint32_t> to_identifiers(wire::ByteView bytes) {
  std::vector<std::uint32_t> identifiers(bytes.size() / sizeof(std::uint32_t));
  if (!identifiers.empty()) std::memcpy(identifiers.data(), bytes.data(), bytes.size());
  return identifiers;
}

}  // namespace

class Broker::Impl::StateLoader final : public store::BrokerStore::Loader {
 public:
  explicit StateLoader(Impl& broker) : broker_(broker) {}

  void finish() {
    for (const auto& [id, message] : messages_) {
      if (message->stored.references == 0) broker_.journal_.store().remove_message(id);
    }
    broker_.journal_.resume_numbers(last_session_, last_message_, last_sequence_);
  }

 private:
  void session(const store::SessionRecord& record) override {
    Session& session = broker_.registry_.add(record.client_id, broker_.exchange_);
    session.store_id = record.id;
    session.expiry = record.expiry;
    session.version = record.version;
    session.ended_at = broker_.journal_.from_wall(record.ended_at);
    if (record.user_name) session.user_name = std::make_unique<std::string>(*record.user_name);
    session.permissions =
        broker_.permissions_of(session.user_name.get(), session.client_id, nullptr);
    if (record.will) session.will = make_will(*record.will);
    sessions_[record.id] = &session;
    last_session_ = std::max(last_session_, record.id);
  }

  void subscription(const store::SubscriptionRecord& record) override {
    Session& session = *sessions_.at(record.session);
    const wire::Subscription& subscription = record.subscription;
    const SubscriptionOptions options{.qos = subscription.qos,
                                      .no_local = subscription.no_local,
                                      .retain_as_published = subscription.retain_as_published,
                                      .retain_handling = subscription.retain_handling,
                                      .identifier = record.identifier};
    if (wire::is_shared(subscription.filter)) {
      broker_.groups_.subscribe(subscription.filter, session, options);
    } else {
      broker_.tree_.insert(subscription.filter, session, options);
    }
  }

  void message(const store::MessageRecord& record) override {
    messages_[record.id] = make_message(record, broker_.journal_.from_wall(record.expires_at));
    last_message_ = std::max(last_message_, record.id);
  }

  void retained(std::string_view, std::uint64_t id) override {
    const MessagePtr& message = messages_.at(id);
    ++message->stored.references;
    broker_.retained_.set(message);
  }

  void received(std::uint64_t id, wire::PacketId packet_id) override {
    sessions_.at(id)->engine.receiver().restore(packet_id);
  }

  void delivery(const store::DeliveryRecord& record) override {
    auto delivery = std::make_unique<Delivery>();
    delivery->message = messages_.at(record.key.message);
    ++delivery->message->stored.references;
    delivery->sequence = record.key.sequence;
    delivery->identifiers = to_identifiers(record.identifiers);
    delivery->qos = record.qos;
    delivery->retain = record.retain;
    last_sequence_ = std::max(last_sequence_, record.key.sequence);
    Session& session = *sessions_.at(record.key.session);
    delivery->group = group_of(session, delivery->message->topic());
    broker_.dispatcher_.restore(session, std::move(delivery), record.packet_id, record.released);
  }

  // The store does not say which subscription a message came by. If one of the session's own is
  // possible, it stays with the session: nobody is to get it twice.
  std::shared_ptr<SharedGroup> group_of(const Session& session, std::string_view topic) const {
    std::shared_ptr<SharedGroup> group = broker_.groups_.matching(session, topic);
    if (!group) return nullptr;
    bool own = false;
    broker_.tree_.for_each(session, [&](std::string_view filter, const SubscriptionOptions&) {
      own = own || wire::matches(filter, topic);
    });
    return own ? nullptr : group;
  }

  Impl& broker_;
  std::unordered_map<std::uint64_t, Session*> sessions_;
  std::unordered_map<std::uint64_t, MessagePtr> messages_;
  std::uint64_t last_session_ = 0;
  std::uint64_t last_message_ = 0;
  std::uint64_t last_sequence_ = 0;
};

std::error_code Broker::Impl::set_store(std::unique_ptr<store::BrokerStore> store) {
  journal_.open(std::move(store));
  exchange_.report_steps = true;
  begin_turn();
  journal_.set_time(now_);
  StateLoader loader(*this);
  if (const std::error_code error = journal_.store().load(loader)) return error;
  loader.finish();
  registry_.for_each([&](Session& session) { resume_absence(session); });
  return {};
}

// The session's connection ended when it did, or with the process that kept it: now.
void Broker::Impl::resume_absence(Session& session) {
  if (session.ended_at == session::never) {
    session.ended_at = now_;
    journal_.put(session);
  }
  if (session.will) {
    const std::uint32_t delay = std::min(session.will->delay, session.expiry);
    registry_.set_will(session, session.ended_at + std::chrono::seconds(delay));
  }
  if (session.expiry != never_expires) {
    registry_.set_end(session, session.ended_at + std::chrono::seconds(session.expiry));
  }
}

}  // namespace mqrig::broker
