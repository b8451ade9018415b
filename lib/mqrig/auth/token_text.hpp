// Tokens as texts that others give us. Private to this room.
#pragma once

#include <mqrig/auth/token_source.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace mqrig::auth {

// The most that a password or the authentication data of MQTT can hold.
inline constexpr std::size_t longest_token = 65'535;

// An instant as people write it: "2026-11-22 06:30:00 UTC".
std::string time_text(std::chrono::system_clock::time_point time);

// The token that `text` is, with what it says of itself if it is a JWT, without the
// blanks and line ends around it.
// `origin` begins the error, and is a noun: "the file 'x'". Not a token is what is empty, longer
// than MQTT carries, holds anything but visible ASCII characters, or has expired by `now`.
TokenResult read_token(std::string_view text, const std::string& origin,
                       std::chrono::system_clock::time_point now);

// The token of an answer as of RFC 6749, section 5.1, which has "access_token" and may have
// "expires_in", and "token_type", which has to be Bearer then. What it says of times goes before
// what a token says of itself: it does not depend on two clocks that agree.
TokenResult read_token_answer(const nlohmann::json& answer, const std::string& origin,
                              std::chrono::system_clock::time_point now);

Token copy_of(const Token& token);

// Less than 80 % of its life have passed, or nobody knows how long it is.
bool is_fresh(const Token& token, std::chrono::system_clock::time_point now);

// Not expired, as far as is known.
bool is_valid(const Token& token, std::chrono::system_clock::time_point now);

// What read_token() does, for a text that may also be a JSON object, as programs print them:
//   {"access_token": "...", "expires_in": 3600}                       an answer as of RFC 6749
//   {"status": {"token": "...", "expirationTimestamp": "...Z"}}       a Kubernetes ExecCredential
TokenResult read_printed_token(std::string_view text, const std::string& origin,
                               std::chrono::system_clock::time_point now);

}  // namespace mqrig::auth
