// The bytes of a file, for tests that damage them.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace mqrig::test {

inline std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace mqrig::test
