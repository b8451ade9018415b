// The claim "acl". Private to this room.
#pragma once

#include <mqrig/auth/jwt_verifier.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace mqrig::auth {

// `claim` is in one of the forms that JwtAcl tells of. Nothing where it says anything else: to
// grant the rest of it might grant too much. `fault` is a clause about "it" then.
std::optional<JwtAcl> parse_jwt_acl(const nlohmann::json& claim, std::string& fault);

}  // namespace mqrig::auth
