#include "start_signal.hpp"

#include <utility>

#include "../outcome.hpp"
#include "start_time.hpp"

namespace mqrig::bench {

StartSignal::StartSignal(asio::io_context& context, client::Options options, std::string topic,
                         const load::Clock& clock, Started started, Failed failed)
    : topic_(std::move(topic)),
      clock_(clock),
      started_(std::move(started)),
      failed_(std::move(failed)),
      client_(context, std::move(options), static_cast<client::Handler&>(*this)) {
  const wire::Subscription subscription{.filter = topic_, .qos = wire::QoS::at_least_once};
  client_.subscribe({&subscription, 1}, {}, 0);
  client_.start();
}

/// An empty one is how retained messages are taken away.
void StartSignal::on_message(const wire::Publish& publish, std::uint64_t /*receipt*/) {
  if (publish.payload.empty() || std::exchange(over_, true)) return;
  const auto now = std::chrono::system_clock::now();
  const auto time = parse_start_time(wire::as_text(publish.payload), now).value_or(now);
  client_.disconnect();
  started_(clock_.steady(time));
}

void StartSignal::on_subscribed(std::uint64_t /*token*/, wire::ByteView reasons,
                                wire::Properties properties) {
  const auto reason = static_cast<wire::ReasonCode>(reasons[0]);
  if (!wire::is_error(reason) || std::exchange(over_, true)) return;
  const std::string text = describe(reason, wire::PacketType::suback, properties);
  failed_("subscription to '" + topic_ + "' refused: " + text, cli::ExitCode::refused);
}

void StartSignal::on_failed(const client::Failure& failure) {
  if (!std::exchange(over_, true)) failed_(failure.text, exit_code(failure, true));
}

}  // namespace mqrig::bench
