#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mqrig::sub {

/// Which words of a command are programs in themselves: what follows `sh -c`, `perl -e` and the
/// like, also behind env(1), sudo(8) and others that run the rest of their words.
std::vector<std::size_t> find_scripts(const std::vector<std::string>& words);

}  // namespace mqrig::sub
