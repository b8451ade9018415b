// What a token allows a client to do with topics.
#pragma once

#include <memory>
#include <string_view>

#include <mqrig/auth/jwt_verifier.hpp>
#include <mqrig/broker/acl_rules.hpp>

namespace mqrig::broker {

// For Permissions::set_token_rules(); null if the token says nothing of topics. ${username} and
// ${clientid} are filled in. A filter allows nothing that is none, nor one into which a name would
// bring '/', '+' or '#', or '$' at its front: it would reach into what belongs to another name.
std::shared_ptr<const AclRuleList> token_rules(const auth::JwtIdentity& token,
                                               std::string_view client_id);

}  // namespace mqrig::broker
