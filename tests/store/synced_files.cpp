#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <tests/store/synced_files.hpp>

namespace mqrig::test {
namespace {

struct OpenFile {
  std::string path;
  const sqlite3_io_methods* methods;  // of SQLite
};

// SQLite calls plain functions: what they need is here.
sqlite3_vfs vfs;
sqlite3_vfs* system_vfs;
sqlite3_io_methods methods;  // those of SQLite, but for close and sync
std::string watched_folder;
std::function<void()> after_sync;
std::map<sqlite3_file*, OpenFile> open_files;
std::map<std::string, std::string> synced;  // path -> content

int sync(sqlite3_file* file, int flags) {
  const OpenFile& open = open_files.at(file);
  const int result = open.methods->xSync(file, flags);
  std::ifstream in(open.path, std::ios::binary);
  synced[open.path] = {std::istreambuf_iterator<char>(in), {}};
  after_sync();
  return result;
}

int close(sqlite3_file* file) {
  const sqlite3_io_methods* original = open_files.at(file).methods;
  open_files.erase(file);
  return original->xClose(file);
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int result = system_vfs->xOpen(system_vfs, name, file, flags, out_flags);
  if (result == SQLITE_OK && name != nullptr && std::string(name).starts_with(watched_folder)) {
    open_files[file] = {name, file->pMethods};
    methods = *file->pMethods;
    methods.xSync = sync;
    methods.xClose = close;
    file->pMethods = &methods;
  }
  return result;
}

int remove(sqlite3_vfs*, const char* name, int sync_folder) {
  synced.erase(name);
  return system_vfs->xDelete(system_vfs, name, sync_folder);
}

}  // namespace

SyncedFiles::SyncedFiles(std::string folder, std::function<void()> on_sync) {
  watched_folder = std::move(folder);
  after_sync = std::move(on_sync);
  system_vfs = sqlite3_vfs_find(nullptr);
  vfs = *system_vfs;
  vfs.zName = "synced-files";
  vfs.pNext = nullptr;
  vfs.xOpen = open;
  vfs.xDelete = remove;
  REQUIRE(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}

SyncedFiles::~SyncedFiles() {
  sqlite3_vfs_unregister(&vfs);
  sqlite3_vfs_register(system_vfs, 1);
  synced.clear();
}

void SyncedFiles::copy_to(const std::string& folder) const {
  for (const auto& [path, content] : synced) {
    const std::string name = std::filesystem::path(path).filename();
    std::ofstream(folder + "/" + name, std::ios::binary) << content;
  }
}

}  // namespace mqrig::test
