#pragma once

namespace mqrig::cli {

/// From here on a crash leaves no core file: this process holds secrets. Child processes inherit
/// it.
void forbid_core_files();

}  // namespace mqrig::cli
