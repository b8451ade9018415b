#pragma once

#include <string>
#include <vector>

namespace mqrig::bridge_command {

/// What `bridge import` makes of a mosquitto.conf.
struct Imported {
  std::string toml;                   ///< A bridge file; what can't be carried over are comments.
  std::vector<std::string> warnings;  ///< The same comments that matter, each with its place.
};

/// Reads the connections of a mosquitto.conf and of the files that it includes. No password is in
/// the result. Throws InputError when a file can't be read, or has no connection.
Imported import_mosquitto(const std::string& path);

}  // namespace mqrig::bridge_command
