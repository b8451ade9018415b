#include <mqrig/client/outbox.hpp>

#include <algorithm>
#include <chrono>

#include <mqrig/client/memory_queue.hpp>
#include <mqrig/client/outbox_impl.hpp>
#include <mqrig/client/spool_queue.hpp>
#include <mqrig/store/wall_time.hpp>

namespace mqrig::client {

using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;

namespace {

bool passes(std::error_code error) {
  return error == session::Error::would_block || error == session::Error::not_connected;
}

}  // namespace

Outbox::Impl::Impl(asio::io_context& context, std::unique_ptr<MessageQueue> queue,
                   store::Spool* spool, std::string state_name, Client& client, Owner& owner,
                   Settings settings)
    : client_(client),
      owner_(owner),
      settings_(std::move(settings)),
      queue_(std::move(queue)),
      spool_(spool),
      state_name_(std::move(state_name)),
      rate_(settings_.rate),
      timer_(context, [this] { pump(); }) {
  if (!settings_.clock) settings_.clock = store::wall_time;
}

std::int64_t Outbox::Impl::now() {
  if (now_ == 0) now_ = settings_.clock();
  return now_;
}

std::uint64_t Outbox::Impl::waiting() const noexcept {
  return spool_ != nullptr ? queue_->messages() - table_.messages()
                           : queue_->messages() + batches_.messages();
}

// A broker that takes no more than QoS 1, or retains nothing, gets what it takes.
QoS Outbox::Impl::within_limits(QoS qos) const noexcept {
  return std::min(qos, client_.broker_limits().maximum_qos);
}

bool Outbox::Impl::ready(QoS qos) const noexcept {
  return client_.ready(within_limits(qos)) &&
         (!rate_.limited() || rate_.allows(std::chrono::steady_clock::now()));
}

std::uint64_t Outbox::Impl::put(const Message& message) {
  now_ = message.received_at;
  const bool batched = message.batch.format != store::Batch::Format::none;
  // MQTT keeps the order among messages of one QoS: those of QoS 0 need not wait for others.
  const QoS qos = within_limits(message.publish.qos);
  if (qos == QoS::at_most_once && !batched && ready(QoS::at_most_once)) {
    return put_unstored(message);
  }
  Message copy = message;
  if (!all_sent() || !put_now(copy)) return queue_->append(message);
  settle();
  if (batched) arm();
  return copy.sequence;
}

std::uint64_t Outbox::Impl::put_unstored(const Message& message) {
  const std::error_code error = publish(message.publish, message.expires_at, {});
  if (passes(error)) return queue_->append(message);
  if (error) {
    owner_.on_refused(0, ReasonCode::unspecified_error, error.message());
  } else {
    owner_.on_delivered(0);
  }
  return 0;
}

// The queue is empty but for what is on its way: the message goes past it.
bool Outbox::Impl::put_now(Message& message) {
  const bool batched = message.batch.format != store::Batch::Format::none;
  if (batched ? !client_.connected() : !ready(message.publish.qos)) return false;
  if (!make_way(message)) return false;
  message.sequence = queue_->append_sent(message);
  cursor_ = message.sequence;
  if (batched) {
    join(message);
    return true;
  }
  const InFlightTable::Publication part{{message.sequence, message.size()}, {}};
  published(part, message.publish.qos, publish(message.publish, message.expires_at, part));
  return true;
}

// No open batch of its topic may be overtaken. False when one can't be sent.
bool Outbox::Impl::make_way(const Message& message) {
  OpenBatches::Entry* const batch =
      batches_.in_the_way(message, client_.broker_limits().maximum_packet_size);
  return batch == nullptr || send_batch(*batch);
}

void Outbox::Impl::join(const Message& message) {
  OpenBatches::Entry& batch = batches_.add(message, std::chrono::steady_clock::now());
  if (batches_.full(batch)) send_batch(batch);
}

// What can't be sent, or was sent at QoS 0, is done with.
void Outbox::Impl::published(const InFlightTable::Publication& publication, QoS qos,
                             std::error_code error) {
  if (!error && within_limits(qos) != QoS::at_most_once) return;
  const ReasonCode reason = error ? ReasonCode::unspecified_error : ReasonCode::success;
  const std::string why = error ? error.message() : std::string();
  removals_.push_back({publication.first, reason, why, false});
  for (const auto& other : publication.others) removals_.push_back({other, reason, why, false});
}

std::error_code Outbox::Impl::pump() {
  now_ = 0;
  std::error_code error;
  if (send_due_batches() && !all_sent() && client_.connected()) {
    error = queue_->read(cursor_, [this](const Message& message) {
      if (!in_flight_since_restore(message.sequence) && !take(message)) return false;
      cursor_ = message.sequence;
      return true;
    });
  }
  settle();
  queue_->sent(cursor_);
  arm();
  return error;
}

// False when the message has to wait.
bool Outbox::Impl::take(const Message& message) {
  if (is_expired(message.expires_at, message.received_at)) {
    removals_.push_back({{message.sequence, message.size()}, {}, {}, true});
    return true;
  }
  if (!make_way(message)) return false;
  return message.batch.format == store::Batch::Format::none ? send(message) : gather(message);
}

bool Outbox::Impl::send(const Message& message) {
  if (!ready(message.publish.qos)) return false;
  const InFlightTable::Publication part{{message.sequence, message.size()}, {}};
  const std::error_code error = publish(message.publish, message.expires_at, part);
  if (passes(error)) return false;
  published(part, message.publish.qos, error);
  return true;
}

bool Outbox::Impl::gather(const Message& message) {
  // What waits for a place in the window stays in the queue.
  if (!ready(message.publish.qos)) return false;
  join(message);
  return true;
}

bool Outbox::Impl::send_batch(OpenBatches::Entry& batch) {
  if (!ready(batch.qos)) return false;
  OpenBatches::finish(batch);
  const wire::Publish joined{.topic = batch.topic,
                             .payload = wire::as_bytes(batch.payload),
                             .qos = batch.qos,
                             .retain = batch.retain,
                             .properties = wire::Properties(wire::as_bytes(batch.properties))};
  const std::error_code error = publish(joined, batch.expires_at, batch.messages);
  published(batch.messages, batch.qos, error);
  batches_.remove(batch);
  return true;
}

// False while one that is due can't be sent.
bool Outbox::Impl::send_due_batches() {
  if (batches_.empty()) return true;
  const Time time = std::chrono::steady_clock::now();
  while (OpenBatches::Entry* const batch = batches_.next_due()) {
    const bool due = batch->due <= time || batches_.full(*batch);
    if (!due) break;
    if (!send_batch(*batch)) return false;
  }
  return true;
}

// With QoS 1 and 2 the publication is in flight from here on.
std::error_code Outbox::Impl::publish(wire::Publish publish, std::int64_t expires_at,
                                      InFlightTable::Publication publication) {
  publish.qos = publication.qos = within_limits(publish.qos);
  publish.retain = publication.retain = publish.retain && client_.broker_limits().retain_available;
  update_expiry(publish, expires_at);
  const std::error_code error = client_.publish(publish, table_.next_token());
  if (error) return error;
  if (rate_.limited()) rate_.count(std::chrono::steady_clock::now());
  if (publish.qos != QoS::at_most_once) table_.add(std::move(publication));
  return {};
}

// The time in the queue is taken off [MQTT-3.3.2-6]. The properties are good until the next call.
void Outbox::Impl::update_expiry(wire::Publish& publish, std::int64_t expires_at) {
  if (expires_at == 0) return;
  const std::int64_t left = std::max<std::int64_t>((expires_at - now() + 999) / 1000, 1);
  const auto seconds = static_cast<std::uint32_t>(std::min<std::int64_t>(left, 0xFFFF'FFFF));
  if (publish.properties.integer(PropertyId::message_expiry_interval) == seconds) return;
  properties_.clear();
  for (const wire::Property& property : publish.properties) {
    if (property.id != PropertyId::message_expiry_interval) properties_.add(property);
  }
  properties_.add(PropertyId::message_expiry_interval, seconds);
  publish.properties = properties_.view();
}

bool Outbox::Impl::is_expired(std::int64_t expires_at, std::int64_t received_at) {
  if (expires_at != 0 && expires_at <= now()) return true;
  const std::int64_t age = settings_.age.count();
  return age != 0 && received_at + age <= now();
}

void Outbox::Impl::on_published(std::uint64_t token, ReasonCode reason,
                                wire::Properties properties) {
  if (!table_.contains(token)) return;
  const InFlightTable::Publication publication = table_.take(token);
  std::string why;
  if (wire::is_error(reason)) {
    why = wire::name(reason, wire::PacketType::puback);
    if (const auto text = properties.text(PropertyId::reason_string)) {
      why += ": " + std::string(*text);
    }
  }
  remove({publication.first, reason, why, false});
  for (const auto& other : publication.others) remove({other, reason, why, false});
}

void Outbox::Impl::settle() {
  if (std::exchange(settling_, true)) return;
  // The owner may put another message when it hears of one.
  for (std::size_t index = 0; index < removals_.size(); ++index) {
    const Removal removal = std::move(removals_[index]);
    remove(removal);
  }
  removals_.clear();
  settling_ = false;
}

void Outbox::Impl::remove(const Removal& removal) {
  const InFlightTable::Message& message = removal.message;
  if (wire::is_error(removal.reason)) {
    queue_->refuse(message.sequence, message.size, removal.why);
    return owner_.on_refused(message.sequence, removal.reason, removal.why);
  }
  queue_->remove(message.sequence, message.size);
  if (removal.expired) return owner_.on_expired(message.sequence);
  owner_.on_delivered(message.sequence);
}

std::uint64_t Outbox::Impl::drop_oldest() {
  InFlightTable::Message oldest;
  queue_->read(cursor_, [&](const Message& message) {
    cursor_ = message.sequence;
    if (in_flight_since_restore(message.sequence)) return true;
    oldest = {message.sequence, message.size()};
    return false;
  });
  if (oldest.sequence != 0) queue_->remove(oldest.sequence, oldest.size);
  return oldest.sequence;
}

void Outbox::Impl::expire() {
  now_ = 0;
  if (settings_.age.count() == 0 || all_sent()) return;
  queue_->read(cursor_, [this](const Message& message) {
    if (!in_flight_since_restore(message.sequence)) {
      if (!is_expired(message.expires_at, message.received_at)) return false;
      removals_.push_back({{message.sequence, message.size()}, {}, {}, true});
    }
    cursor_ = message.sequence;
    return true;
  });
  settle();
}

void Outbox::Impl::arm() {
  const OpenBatches::Entry* const batch = batches_.next_due();
  const bool paced = rate_.limited() && (!all_sent() || batch != nullptr) && client_.connected();
  const Time time = std::chrono::steady_clock::now();
  if (paced && !rate_.allows(time)) return timer_.expires_at(rate_.next());
  if (batch != nullptr && batch->due > time) return timer_.expires_at(batch->due);
  timer_.cancel();
}

Outbox::Outbox(asio::io_context& context, store::Spool& spool, store::Spool::QueueId queue,
               std::string state_name, Client& client, Owner& owner, Settings settings)
    : impl_(std::make_unique<Impl>(context, std::make_unique<SpoolQueue>(spool, queue), &spool,
                                   std::move(state_name), client, owner, std::move(settings))) {}
Outbox::Outbox(asio::io_context& context, Client& client, Owner& owner, Settings settings)
    : impl_(std::make_unique<Impl>(context, std::make_unique<MemoryQueue>(), nullptr, std::string(),
                                   client, owner, std::move(settings))) {}
Outbox::~Outbox() = default;

std::error_code Outbox::restore() {
  return impl_->restore();
}
bool Outbox::save() {
  return impl_->save();
}
std::uint64_t Outbox::put(const store::SpooledMessage& message) {
  return impl_->put(message);
}
std::error_code Outbox::pump() {
  return impl_->pump();
}
void Outbox::on_published(std::uint64_t token, ReasonCode reason, wire::Properties properties) {
  impl_->on_published(token, reason, properties);
}
std::uint64_t Outbox::drop_oldest() {
  return impl_->drop_oldest();
}
void Outbox::expire() {
  impl_->expire();
}
std::uint64_t Outbox::in_flight() const noexcept {
  return impl_->in_flight();
}
std::uint64_t Outbox::waiting() const noexcept {
  return impl_->waiting();
}
std::uint64_t Outbox::queued() const noexcept {
  return impl_->queue().messages();
}
std::uint64_t Outbox::queued_bytes() const noexcept {
  return impl_->queue().bytes();
}

}  // namespace mqrig::client
