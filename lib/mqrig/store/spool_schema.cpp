#include <mqrig/store/schema.hpp>

namespace mqrig::store::schema {
namespace {

// The id of a message is its queue in the high bits and its sequence in the low ones (MessageKey):
// appending goes to the end of the queue's pages, and messages that leave are neighbours.
constexpr const char* tables = R"(
CREATE TABLE queue (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  messages INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  refused INTEGER NOT NULL
) STRICT;
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  topic_name TEXT NOT NULL,
  payload BLOB NOT NULL,
  properties BLOB NOT NULL,
  flags INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  batch INTEGER NOT NULL
) STRICT;
CREATE TABLE refused_message (
  id INTEGER PRIMARY KEY,
  topic_name TEXT NOT NULL,
  payload BLOB NOT NULL,
  properties BLOB NOT NULL,
  flags INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  reason TEXT NOT NULL,
  refused_at INTEGER NOT NULL
) STRICT;
CREATE TABLE state (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
)";

}  // namespace

// "mqrS"
const FileKind spool{
    "spool", "the spool of a bridge or of `mqrig pub`", 0x6D717253, 1, tables, true, true};

}  // namespace mqrig::store::schema
