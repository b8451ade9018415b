#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace mqrig {

/// Input that cannot be read or used: main prints the text and exits with ExitCode::input. Thrown
/// at start-up only.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// All bytes of a file; "-" is standard input. Throws InputError that names the file, also when it
/// holds more than `maximum` bytes.
std::string read_file(const std::string& path, std::size_t maximum);

/// All bytes of a descriptor that whoever started us has opened; it is closed then, unless it is
/// standard input. Throws the same.
std::string read_descriptor(int descriptor, std::size_t maximum);

/// Throws InputError if this file can't be opened for reading.
void check_readable(const std::string& path);

}  // namespace mqrig
