// Packets and events as one line of text each, so that tests read as dialogues.
#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <mqrig/session/event.hpp>
#include <mqrig/session/server_session.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::test {

using Lines = std::vector<std::string>;

// Every packet in `bytes`, such as "PUBLISH q1 id=1 t=a/b p=hello {content-type=x}" or "PUBACK 1
// 0x10"; what is 0, empty or success is left out. A packet that does not decode reads "invalid: "
// and why, and ends the list.
Lines packet_texts(wire::ByteView bytes, wire::Version version);

// " {name=value, name=value}", or nothing.
std::string properties_text(wire::Properties properties);

// "message q1 #1 t=a/b p=hello", "published 7 0x97", "fault 0x82"; details are left out.
std::string event_text(const session::Event& event);
// The same, and CONNECT, SUBSCRIBE and UNSUBSCRIBE as packet_texts() has them.
std::string event_text(const session::ServerEvent& event, wire::Version version);

}  // namespace mqrig::test

template <>
struct doctest::StringMaker<mqrig::test::Lines> {
  static String convert(const mqrig::test::Lines& lines) {
    std::string text;
    for (const std::string& line : lines) text += (text.empty() ? "\"" : ", \"") + line + '"';
    return text.c_str();
  }
};
