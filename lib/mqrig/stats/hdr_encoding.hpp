// Histograms as bytes: HdrHistogram's V2 encodings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <mqrig/stats/histogram.hpp>

namespace mqrig::stats {

// V2 (cookie 0x1c849303 | 0x10): a header of 40 bytes, then the counts in the order of the buckets
// as ZigZag LEB128 numbers, runs of zeros as negative ones. Not compressed.
std::string encode_hdr(const Histogram& histogram);
// The same, deflated (cookie 0x1c849304 | 0x10): what the lines of an HdrHistogram log hold in
// Base64.
std::string encode_hdr_compressed(const Histogram& histogram);
// Either of them, with 3 significant digits and a unit of 1; any highest value, if none of the
// counts lies above Histogram::largest. Nothing when the bytes are damaged, from other settings, or
// followed by more: every length is bounded before it is believed. min(), max() and mean() come out
// as precise as the buckets are, min() and max() as the ends of theirs.
std::optional<Histogram> decode_hdr(std::string_view bytes);

}  // namespace mqrig::stats
