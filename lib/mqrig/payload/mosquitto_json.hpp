// The JSON of mosquitto_sub's %j and %J, made valid.
#pragma once

#include <string_view>

#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::payload {

// Appends one object, without a newline:
//
//   {"tst":"2020-05-06T22:12:00.000000+0100","topic":"a","qos":1,"retain":0,"payloadlen":2,"mid":7,
//    "properties":{"content-type":"…","user-properties":[{"k":"v"}]},"payload":"hi"}
//
// with mosquitto's keys in mosquitto's order: "mid" above QoS 0, "properties" where there are any,
// in the order of arrival. `time` is the value of "tst".
//
// It differs from mosquitto where mosquitto loses something: the payload is never cut at a NUL,
// and a payload that is not UTF-8 is base64 with "enc":"base64" behind it; correlation data that is
// not UTF-8 is base64 with "correlation-data-enc":"base64"; user properties are a list of objects,
// so that keys may repeat; several subscription identifiers are a list. An empty payload is null.
//
// With `as_value` (%J) a payload that is JSON is embedded byte for byte, on one line. False where
// it is not JSON: then the payload is there as with %j.
bool append_mosquitto_json(wire::Buffer& out, const wire::Publish& message, std::string_view time,
                           bool as_value);

}  // namespace mqrig::payload
