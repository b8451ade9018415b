// Finds out whether a log of SQLite has lost what was committed to it.
#pragma once

#include <sqlite3.h>

#include <cstdint>

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

}  // namespace mqrig::store
