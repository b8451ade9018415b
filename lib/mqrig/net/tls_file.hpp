#pragma once

#include <mqrig/net/tls_handle.hpp>
#include <string>

namespace mqrig::net {

// Opens a file to be read by OpenSSL. Null, and `error` says "cannot read 'x': No such file or
// directory", if the system does not. Private to this room.
BioHandle open_file(const std::string& file, std::string& error);

}  // namespace mqrig::net
