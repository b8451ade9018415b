// What a fuzz target claims: a false claim ends the program, which the fuzzer reports with its
// input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace mqrig::fuzz {

inline void require(bool claim, const char* what) {
  if (claim) return;
  std::fprintf(stderr, "not true: %s\n", what);
  std::abort();
}

}  // namespace mqrig::fuzz
