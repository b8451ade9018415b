// Private to this room.
#pragma once

#include <sys/types.h>

#include <string>

namespace mqrig::auth {

// A file, and what the editor keeps of it. `reason` is an errno value, 0 if all was read.
struct WholeFile {
  std::string content;
  mode_t mode = 0;
  uid_t owner = 0;
  gid_t group = 0;
  int reason = 0;
};

// Reads up to 64 MiB: 300,000 users. More of it is EFBIG.
WholeFile read_whole_file(const std::string& path);

}  // namespace mqrig::auth
