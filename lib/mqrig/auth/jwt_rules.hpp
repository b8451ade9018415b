// What the claims of a token have to be. Private to this room.
#pragma once

#include <mqrig/auth/jwt_verifier.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace mqrig::auth {

// Who the token is of, if it is one for us and now. Otherwise `fault` is a clause about "it".
std::optional<JwtIdentity> check_jwt_claims(const nlohmann::json& claims,
                                            const JwtVerifier::Settings& settings,
                                            std::chrono::system_clock::time_point now,
                                            std::string& fault);

}  // namespace mqrig::auth
