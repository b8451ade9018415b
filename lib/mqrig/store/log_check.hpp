// Finds out whether a log of SQLite has lost what was committed to it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace mqrig::store {

enum class LogFault : std::uint8_t {
  none,
  missing,  // empty, too
  header,   // SQLite takes it as empty
  entry,    // and later commits are behind it: SQLite takes the log as ending before it
  unread,   // the system could not read it
};

// Reads all of the log, which SQLite has opened. One that a crash or a loss of power has left has
// no fault: only its last commit, which nobody was told of, can be there in part. Memory: one page.
LogFault check_log(sqlite3_file* log);

// Says what is wrong and what to do; empty for none. `name` begins it: "the log of …, FILE-wal".
std::string sentence(LogFault fault, const std::string& name);

}  // namespace mqrig::store
