// What a client receives.
#include <mqrig/load/client.hpp>
#include <mqrig/load/shard.hpp>

namespace mqrig::load {

void Client::received(const wire::Publish& publish) {
  Counters& counters = shard_.counters();
  ++counters.received[static_cast<std::size_t>(publish.qos)];
  counters.payload_received += publish.payload.size();
  if (group_->settings->respond) return respond(publish);
  const Verify how = shard_.plan().scenario.verify;
  if (how == Verify::none) return;
  Stamp stamp;
  switch (shard_.codec_for(publish.payload)
              .read(publish.payload, shard_.wall(shard_.now()), how == Verify::full, stamp)) {
    case StampCodec::Verdict::foreign:
      ++counters.foreign;
      return;
    case StampCodec::Verdict::corrupt:
      ++counters.corrupt[static_cast<std::size_t>(publish.qos)];
      return;
    case StampCodec::Verdict::ours:
      // By chance a message of somebody else looks like ours.
      if (shard_.plan().publishes() && shard_.plan().publisher_of(stamp.stream) == nullptr) {
        ++counters.foreign;
        return;
      }
      return verify(publish, stamp);
  }
}

void Client::verify(const wire::Publish& publish, const Stamp& stamp) {
  Counters& counters = shard_.counters();
  const auto qos = static_cast<std::size_t>(publish.qos);
  SequenceTracker& tracker = trackers().of(stamp.stream);
  const std::uint64_t missing = tracker.missing();
  switch (tracker.arrived(static_cast<std::uint32_t>(stamp.number))) {
    case SequenceTracker::Verdict::duplicate:
      // A retained one comes again with each subscription.
      if (!publish.retain) ++counters.duplicates[qos];
      return;
    case SequenceTracker::Verdict::late:
      if (is_ordered(stamp)) ++counters.reordered;
      break;
    case SequenceTracker::Verdict::in_order:
      break;
  }
  ++counters.distinct[qos];
  counters.gaps += tracker.missing() - missing;
  const std::int64_t time = shard_.wall(shard_.now()) - stamp.time;
  if (time < 0) ++counters.clock_skew;
  const bool response = is_response(stamp);
  if (response) responded();
  shard_.record(response ? Metric::round_trip : Metric::delivery, session::Duration(time));
}

// Members of a shared group get the messages of a stream between them, and those of a stream that
// goes through many topics may overtake each other.
bool Client::is_ordered(const Stamp& stamp) const {
  if (group_->shared()) return false;
  const GroupPlan* publisher = shard_.plan().publisher_of(stamp.stream);
  return publisher != nullptr && publisher->publish->ordered && !publisher->publish->response_topic;
}

// A response has the stamp of our request.
bool Client::is_response(const Stamp& stamp) const {
  if (!group_->publish || !group_->publish->response_topic) return false;
  const PublishPlan& publish = *group_->publish;
  return (stamp.stream - publish.first_stream) / publish.topics == number_;
}

void Client::responded() {
  ++shard_.counters().responses;
  Publisher& publisher = *publisher_;
  publisher.last_response = shard_.now();
  if (publisher.outstanding > 0) --publisher.outstanding;
}

TrackerTable& Client::trackers() {
  if (trackers_) return *trackers_;
  if (group_->shared()) {
    if (shared_trackers_ == nullptr) shared_trackers_ = &shard_.shared_trackers(*group_, number_);
    return *shared_trackers_;
  }
  trackers_ = std::make_unique<TrackerTable>();
  return *trackers_;
}

}  // namespace mqrig::load
