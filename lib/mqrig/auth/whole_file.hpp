// Private to this room.
#pragma once

#include <sys/types.h>

#include <stop_token>
#include <string>
#include <string_view>

namespace mqrig::auth {

// A file, and what the editor keeps of it. `reason` is an errno value, 0 if all was read.
struct WholeFile {
  std::string content;
  mode_t mode = 0;
  uid_t owner = 0;
  gid_t group = 0;
  int reason = 0;
};

// Reads up to 64 MiB: 300,000 users. More of it is EFBIG. A pipe that gives nothing for 10 seconds
// is ETIMEDOUT; soon after `stop` is requested it is ECANCELED.
WholeFile read_whole_file(const std::string& path, std::stop_token stop = {});

// Whoever reads the file meanwhile finds the old one or the new one, which has mode 0600 and is on
// the disk when this returns. An errno value; unless it is 0, the old file is still there.
int replace_whole_file(const std::string& path, std::string_view content);

// An error is in errno.
bool write_all(int descriptor, std::string_view text);

}  // namespace mqrig::auth
