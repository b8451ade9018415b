// What a file of the store is for.
#pragma once

namespace mqrig::store {

struct FileKind {
  const char* noun;         // in sentences: "state file"
  const char* description;  // of a file that was mistaken for another kind: "the state of a broker"
  // In the header of the file, and the version of the tables.
  int application_id;
  int version;
  const char* tables;  // SQL that creates them in an empty file
  // It may hold so much that open() neither reads all of it nor moves much of it about.
  bool large;
  // Once it was in use and not closed, it is refused without its log.
  bool needs_log;
};

}  // namespace mqrig::store
