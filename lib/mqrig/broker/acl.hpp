// STAND-IN until the real one is merged.
#pragma once
#include <string_view>
#include <cstdint>
namespace mqrig::broker {
enum class Access : std::uint8_t { read, write, subscribe };
class Permissions { public: bool may(Access, std::string_view) { return true; } };
class Acl { public: Permissions permissions_of(std::string_view, std::string_view) const { return {}; } };
}
