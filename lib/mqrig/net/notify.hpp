#pragma once

#include <string_view>
#include <system_error>

namespace mqrig::net {

// Tells who started this process that it is ready: writes a newline to a descriptor that was
// inherited for this, and closes it, also on an error (the system's). Never raises SIGPIPE: whoever
// waited may have gone.
std::error_code notify_ready(int descriptor);

// Tells the service manager (systemd's notification protocol), if there is one: "READY=1",
// "STOPPING=1", "RELOADING=1", "STATUS=12 clients"; several are separated by newlines. The time
// that a reload must come with is added here. No error without NOTIFY_SOCKET in the environment;
// else the system's, and std::errc::address_family_not_supported if that names no Unix socket.
// Waits while the service manager's queue is full.
std::error_code notify_service(std::string_view state);

}  // namespace mqrig::net
