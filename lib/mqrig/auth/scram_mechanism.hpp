#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

// The mechanisms of SCRAM (RFC 5802, RFC 7677), without channel binding; from the weakest on.
enum class ScramMechanism : std::uint8_t { sha_1, sha_256, sha_512 };

inline constexpr std::array scram_mechanisms = {ScramMechanism::sha_1, ScramMechanism::sha_256,
                                                ScramMechanism::sha_512};

// As in Authentication Method: "SCRAM-SHA-256".
std::string_view name(ScramMechanism mechanism);
std::optional<ScramMechanism> scram_mechanism(std::string_view name);

// The fewest iterations that a client believes a server (RFC 7677, section 4).
inline constexpr unsigned min_scram_iterations = 4'096;

// Where the nonces of an exchange come from: printable characters, no comma, hard to guess.
using ScramNonceSource = std::string (*)();
std::string random_scram_nonce();

}  // namespace mqrig::auth
