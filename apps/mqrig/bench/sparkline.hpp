#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace mqrig::bench_command {

/// The last `columns` values as one character each, from 0 at the foot to the highest of them.
/// Blocks where `unicode`, else ASCII.
std::string sparkline(std::span<const double> values, std::size_t columns, bool unicode);

/// A bar of `columns` characters of which the fraction `done` is filled.
std::string progress_bar(double done, std::size_t columns, bool unicode);

}  // namespace mqrig::bench_command
