// Faults that the broker makes on purpose, for people who test their devices.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace mqrig::broker {

// Probabilities are from 0 to 1, times not negative.
struct FaultSettings {
  double drop_connection = 0;  // for each packet from a client: the connection is cut
  double refuse = 0;           // for each CONNECT: 0x89 server busy
  double drop_puback = 0;      // the acknowledgement is not sent
  double drop_pubrec = 0;
  double drop_pubcomp = 0;
  double drop_publish = 0;  // a PUBLISH to a client is not sent
  // A PUBLISH to a client is sent twice, the second time with DUP and the same identifier (QoS 0:
  // no DUP, [MQTT-3.3.1-2]). A QoS 2 receiver drops the copy; a QoS 1 receiver acknowledges it
  // again, and may find its Receive Maximum exceeded by it.
  double duplicate = 0;
  // One bit of the payload of a PUBLISH to a client is changed, if there is a payload. Such a
  // PUBLISH is not duplicated, and changes places with none of its topic.
  double corrupt = 0;
  // A PUBLISH to a client changes places with the next one in the same turn, if that is of another
  // topic: topics keep their order.
  double reorder = 0;
  // A PUBLISH to a client goes behind the next one of its topic, or alone when none comes within
  // 100 ms: against [MQTT-4.6.0-6], as in a broken broker. Each swap is one late message.
  double reorder_topic = 0;
  std::chrono::milliseconds delay{};   // before anything is sent to a client
  std::chrono::milliseconds jitter{};  // up to so much more or less
  std::uint64_t seed = 0;              // the same seed makes the same choices

  bool any() const noexcept;
};

// "drop-connection=0.1%,delay=50ms±20ms,drop-puback=1%": items separated by commas, in any order;
// probabilities as a percentage or as a number from 0 to 1; "+-" is read as "±". Keeps the seed of
// `settings`; an empty text means no faults. Empty on success, else what is wrong, for the person.
std::string parse_faults(std::string_view text, FaultSettings& settings);

// Draws from a generator of its own, in the order in which it is asked.
class Faults {
 public:
  explicit Faults(const FaultSettings& settings) noexcept
      : settings_(settings), generator_(settings.seed) {}

  const FaultSettings& settings() const noexcept { return settings_; }
  // True with this probability.
  bool happens(double probability) noexcept;
  // One of `count` places, which are not none, all of them alike.
  std::size_t place(std::size_t count) noexcept;
  // The next delay, with its jitter.
  std::chrono::milliseconds delay() noexcept;

 private:
  FaultSettings settings_;
  std::mt19937_64 generator_;
};

}  // namespace mqrig::broker
