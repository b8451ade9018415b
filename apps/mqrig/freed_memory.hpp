#pragma once

namespace mqrig {

/// For a process with a busy broker: output buffers come and go with every turn, and given back to
/// the system each time, their pages would be the dearest thing about a message to many
/// subscribers.
void keep_freed_memory();

}  // namespace mqrig
