#include <doctest/doctest.h>

#include <tests/store/spool_file.hpp>

namespace mqrig::test {
namespace {

std::string line(const store::SpooledMessage& message) {
  return std::to_string(message.sequence) + ' ' + std::string(message.publish.topic) + ' ' +
         std::string(wire::as_text(message.publish.payload));
}

}  // namespace

std::unique_ptr<store::Spool> SpoolFile::open() const {
  std::string error;
  auto spool = store::Spool::open(path(), store::Spool::Mode::create, error);
  REQUIRE_MESSAGE(spool != nullptr, error);
  return spool;
}

std::string SpoolFile::refusal(store::Spool::Mode mode) const {
  std::string error;
  const auto spool = store::Spool::open(path(), mode, error);
  CHECK((spool == nullptr) == !error.empty());
  return error;
}

store::SpooledMessage spooled(std::string_view topic, std::string_view payload) {
  store::SpooledMessage message;
  message.publish.topic = topic;
  message.publish.payload = wire::as_bytes(payload);
  message.publish.qos = wire::QoS::at_least_once;
  return message;
}

Rows messages(store::Spool& spool, store::Spool::QueueId queue, std::uint64_t after) {
  Rows rows;
  const std::error_code error = spool.read(queue, after, [&](const store::SpooledMessage& message) {
    rows.push_back(line(message));
    return true;
  });
  REQUIRE_MESSAGE(!error, error.message());
  return rows;
}

Rows refused(store::Spool& spool, store::Spool::QueueId queue) {
  Rows rows;
  const std::error_code error =
      spool.read_refused(queue, [&](const store::RefusedMessage& refused) {
        rows.push_back(line(refused.message) + ": " + std::string(refused.reason));
        return true;
      });
  REQUIRE_MESSAGE(!error, error.message());
  return rows;
}

std::string totals(const store::Spool& spool, store::Spool::QueueId queue) {
  const store::QueueTotals& totals = spool.totals(queue);
  return std::to_string(totals.messages) + ' ' + std::to_string(totals.bytes) + ' ' +
         std::to_string(totals.last_sequence) + ' ' + std::to_string(totals.refused);
}

}  // namespace mqrig::test
