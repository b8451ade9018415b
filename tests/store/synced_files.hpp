// What a loss of power leaves of the files of a folder: the bytes that were synced.
#pragma once

#include <functional>
#include <string>

namespace mqrig::test {

// While it lives, SQLite keeps a second copy of each file below `folder` as it was when it was last
// synced; what was written since then is not in it, and files that were never synced are missing.
// One at a time.
class SyncedFiles {
 public:
  // `on_sync` is called after each sync, when the copies are up to date.
  SyncedFiles(std::string folder, std::function<void()> on_sync);
  ~SyncedFiles();
  SyncedFiles(const SyncedFiles&) = delete;
  SyncedFiles& operator=(const SyncedFiles&) = delete;

  // Copies the copies.
  void copy_to(const std::string& folder) const;
};

}  // namespace mqrig::test
