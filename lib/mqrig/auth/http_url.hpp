// Private to this room.
#pragma once

#include <string>

namespace mqrig::auth {

// What keeps a URL from being one that secrets may be sent to; empty if nothing does. It is https,
// or http to a loopback address or localhost, and has no user name, password or fragment. Host
// names are in ASCII. A predicate for the person: "is not a URL".
std::string url_fault(const std::string& url);

// The URL without what may be secret in it: user name, password, query and fragment.
std::string shown_url(const std::string& url);

// Ours, and nobody else reads what is sent there.
bool is_loopback_http(const std::string& url);

}  // namespace mqrig::auth
