// One packet as one line for a person: what `-d` shows.
#pragma once

#include <string>
#include <string_view>

#include <mqrig/wire/types.hpp>

namespace mqrig::payload {

// Whether a user name of CONNECT is a secret: a token may be there.
using IsSecret = bool (*)(std::string_view user_name);

// Appends a line without its end, such as
//
//   PUBLISH, 23 bytes: QoS 1, retain, id 7, topic "a/b", payload 5 bytes, content-type "text/plain"
//
// for one whole packet, of either direction. Passwords, authentication data and user names that are
// secret read ***, payloads are counted but not shown. Text is quoted and escaped as in JSON;
// binary properties are Base64. Bytes that are no valid packet are described as far as they go,
// with what is wrong. Not for hot paths.
void append_packet_text(std::string& line, wire::Version version, wire::ByteView packet,
                        IsSecret is_secret);

}  // namespace mqrig::payload
