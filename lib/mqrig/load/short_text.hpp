// Numbers of a load test where there is little room.
#pragma once

#include <cstdint>
#include <string>

namespace mqrig::load {

// At most four characters before the letter: "0", "0.25", "12.5", "999", "1.23k", "45.6M". Negative
// values and those that are no number come out as "0".
std::string short_text(double value);

// count_text() and rate_text() below a trillion, short from there on.
std::string brief_count_text(std::uint64_t count);
std::string brief_rate_text(double per_second);

// "512 B", "1.20 kB", "45.6 MB": powers of 1000.
std::string bytes_text(double bytes);

// A stretch or a point of a run: "0.5 s", "45 s", "2:05", "1:02:05".
std::string clock_text(double seconds);

// A percentile without zeros at its end: "50", "99.9", "99.999".
std::string percentile_text(double percentile);

// duration_text() with "µs", for a reader who is sure to have UTF-8.
std::string page_duration_text(double nanoseconds);

}  // namespace mqrig::load
