#include <mqrig/store/schema.hpp>

namespace mqrig::store::schema {

// The exclusive lock keeps other processes out and the index of the log in our own memory. Pages of
// 8 KiB hold several messages of 1 KiB. A log that one huge transaction made long is cut to 64 MiB.
// Debian's SQLite overwrites removed rows with zeros unless told not to, which doubles the log.
const char* const settings = R"(
PRAGMA page_size = 8192;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
PRAGMA trusted_schema = OFF;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_size_limit = 67108864;
)";

namespace {

// Deliveries are ordered by message, that is by time: a message for thousands of absent sessions
// then touches a few pages and not one for each session.
constexpr const char* tables = R"(
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  client_identifier TEXT NOT NULL,
  user_name TEXT,
  session_expiry_interval INTEGER NOT NULL,
  protocol_version INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  will_topic TEXT,
  will_payload BLOB,
  will_properties BLOB,
  will_qos INTEGER,
  will_retain INTEGER,
  will_delay_interval INTEGER
) STRICT;
CREATE TABLE subscription (
  session INTEGER NOT NULL,
  topic_filter TEXT NOT NULL,
  subscription_options INTEGER NOT NULL,
  subscription_identifier INTEGER NOT NULL,
  PRIMARY KEY (session, topic_filter)
) STRICT, WITHOUT ROWID;
CREATE TABLE application_message (
  id INTEGER PRIMARY KEY,
  topic_name TEXT NOT NULL,
  payload BLOB NOT NULL,
  properties BLOB NOT NULL,
  qos INTEGER NOT NULL,
  retain INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  source INTEGER NOT NULL
) STRICT;
CREATE TABLE retained_message (
  topic_name TEXT PRIMARY KEY,
  message INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE received_packet_identifier (
  session INTEGER NOT NULL,
  packet_identifier INTEGER NOT NULL,
  PRIMARY KEY (session, packet_identifier)
) STRICT, WITHOUT ROWID;
CREATE TABLE delivery (
  message INTEGER NOT NULL,
  session INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  packet_identifier INTEGER NOT NULL,
  qos INTEGER NOT NULL,
  retain INTEGER NOT NULL,
  released INTEGER NOT NULL,
  subscription_identifiers BLOB NOT NULL,
  PRIMARY KEY (message, session, sequence)
) STRICT, WITHOUT ROWID;
)";

}  // namespace

// "mqrB"
const FileKind state_file{"state file", "the state of a broker", 0x6D717242, 1, tables, false,
                          false};

}  // namespace mqrig::store::schema
