// Numbers of a load test as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace mqrig::load {

std::string count_text(std::uint64_t count);         // "1,234,567"
std::string duration_text(double nanoseconds);       // three digits: "3.21 ms", "850 ns", "1 s"
std::string rate_text(double per_second);            // "50,123/s"; below 100 one decimal: "2.5/s"
std::string percent_text(double fraction);           // "99.95 %"
std::string value_text(double value, int decimals);  // with separators: "1,234.5"

}  // namespace mqrig::load
