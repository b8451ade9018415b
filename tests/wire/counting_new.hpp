// Counts what this executable allocates with new.
#pragma once

#include <cstddef>

namespace mqrig::wire::test {

// Since the start of the program; one thread.
std::size_t allocation_count() noexcept;

}  // namespace mqrig::wire::test
