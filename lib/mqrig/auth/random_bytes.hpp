#pragma once

#include <cstddef>
#include <string>

namespace mqrig::auth {

// So many bytes from the kernel's generator, fit for salts and keys. Throws std::system_error when
// the kernel has none to give.
std::string random_bytes(std::size_t count);

}  // namespace mqrig::auth
