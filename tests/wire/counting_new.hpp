// Counts what this executable allocates with new.
#pragma once

#include <cstddef>

namespace mqrig::wire::test {

// Since the start of the program, by all threads.
std::size_t allocation_count() noexcept;

}  // namespace mqrig::wire::test
