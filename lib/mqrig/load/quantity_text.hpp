// Quantities as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mqrig::load {

// Three significant digits and a unit: "850 ns", "12.3 us", "1.20 ms", "3.46 s", "125 s". Pass "µs"
// where the reader is sure to have UTF-8.
std::string duration_text(double nanoseconds, std::string_view microseconds = "us");

// Every digit: "1,234,567".
std::string count_text(std::uint64_t count);

// At most four characters before the letter: "0", "0.25", "12.5", "999", "1.23k", "45.6M". Negative
// values and those that are no number come out as "0".
std::string short_text(double value);

// A second: "0.25/s", "12.5/s", "10,234/s".
std::string rate_text(double per_second);

// "512 B", "1.20 kB", "45.6 MB": powers of 1000.
std::string bytes_text(double bytes);

// Of a fraction: "0%", "0.0012%", "99.9%", "100%". Only 1 is "100%", and only 0 "0%".
std::string percent_text(double fraction);

// A stretch or a point of a run: "0.5 s", "45 s", "2:05", "1:02:05".
std::string clock_text(double seconds);

// A percentile without zeros at its end: "50", "99.9", "99.999".
std::string percentile_text(double percentile);

}  // namespace mqrig::load
