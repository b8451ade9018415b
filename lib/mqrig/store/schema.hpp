// The tables of the files. All SQL that defines them is in schema.cpp and spool_schema.cpp.
#pragma once

#include <mqrig/store/file_kind.hpp>

namespace mqrig::store::schema {

// How each file is used; executed each time it is opened, before anything is read.
extern const char* const settings;

extern const FileKind state_file;
extern const FileKind spool;

}  // namespace mqrig::store::schema
