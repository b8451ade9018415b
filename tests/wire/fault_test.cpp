#include <mqrig/wire/fault.hpp>

#include <set>
#include <string_view>

#include <doctest/doctest.h>

using namespace mqrig::wire;

namespace {
constexpr auto last = static_cast<int>(Fault::auth_data_without_method);
}

TEST_CASE("every fault has words of its own") {
  std::set<std::string_view> words;
  for (int fault = 0; fault <= last; ++fault) words.insert(text(static_cast<Fault>(fault)));
  CHECK(words.size() == std::size_t{last} + 1);
  CHECK(words.count("unknown fault") == 0);
}

TEST_CASE("every fault has a reason that DISCONNECT may carry, or CONNACK for faults of CONNECT") {
  for (int fault = 1; fault <= last; ++fault) {
    CAPTURE(text(static_cast<Fault>(fault)));
    const ReasonCode code = reason(static_cast<Fault>(fault));
    CHECK(is_error(code));
    const bool of_connect = code == ReasonCode::unsupported_protocol_version;
    CHECK(allowed(code, of_connect ? PacketType::connack : PacketType::disconnect));
  }
  CHECK(reason(Fault::none) == ReasonCode::success);
}

TEST_CASE("[MQTT-3.1.2-1] [MQTT-3.1.2-2] an unknown protocol or level is answered with 0x84") {
  CHECK(reason(Fault::invalid_protocol_name) == ReasonCode::unsupported_protocol_version);
  CHECK(reason(Fault::unsupported_version) == ReasonCode::unsupported_protocol_version);
}

TEST_CASE("faults that the specification gives a reason code have it") {
  CHECK(reason(Fault::truncated) == ReasonCode::malformed_packet);
  CHECK(reason(Fault::invalid_flags) == ReasonCode::malformed_packet);
  CHECK(reason(Fault::invalid_qos) == ReasonCode::malformed_packet);
  CHECK(reason(Fault::unknown_property) == ReasonCode::malformed_packet);
  CHECK(reason(Fault::property_not_allowed) == ReasonCode::malformed_packet);
  CHECK(reason(Fault::property_repeated) == ReasonCode::protocol_error);
  CHECK(reason(Fault::shared_no_local) == ReasonCode::protocol_error);
  CHECK(reason(Fault::empty_payload) == ReasonCode::protocol_error);
  CHECK(reason(Fault::packet_too_large) == ReasonCode::packet_too_large);
  CHECK(reason(Fault::invalid_topic_name) == ReasonCode::topic_name_invalid);
  CHECK(reason(Fault::invalid_topic_filter) == ReasonCode::topic_filter_invalid);
}
