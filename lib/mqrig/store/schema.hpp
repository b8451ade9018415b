// The tables of the state file. All SQL that defines them is in schema.cpp.
#pragma once

namespace mqrig::store::schema {

// In the header of the file: "mqrB", and the version of the tables.
inline constexpr int application_id = 0x6D717242;
inline constexpr int version = 1;

// How the file is used; executed each time it is opened, before anything is read.
extern const char* const settings;
// Creates the tables in an empty file.
extern const char* const tables;

}  // namespace mqrig::store::schema
