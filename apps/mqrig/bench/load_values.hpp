#pragma once

#include <cstdint>
#include <mqrig/cli/word.hpp>
#include <mqrig/load/scenario.hpp>
#include <mqrig/wire/types.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// The values of load tests as people type them, in options and in scenario files. What a text
/// function gives, the reading one takes. Reading wants the whole text, without blanks.

namespace mqrig::bench {

/// "1", or weights: "0:70,1:20,2:10". A weight is 1 if not said.
std::optional<load::QosMix> parse_qos_mix(std::string_view text);
std::string qos_mix_text(const load::QosMix& mix);
inline constexpr std::string_view qos_mix_values = "0, 1, 2, or a mix such as 0:70,1:20,2:10";

/// The highest quality of service that has a weight, alone.
load::QosMix highest_qos(const load::QosMix& mix);

/// "64", "4k", "16-1k": the smallest and the largest of a payload.
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_size_range(std::string_view text);
std::string size_range_text(std::uint32_t smallest, std::uint32_t largest);
inline constexpr std::string_view size_range_values =
    "bytes such as 64 or 4k, or a range such as 16-1k";

/// "5%" or "0.05".
std::optional<double> parse_share(std::string_view text);

using cli::Word;

inline constexpr Word<load::Verify> verify_words[] = {
    {"none", load::Verify::none}, {"basic", load::Verify::basic}, {"full", load::Verify::full}};
inline constexpr Word<load::Leave> leave_words[] = {{"clean", load::Leave::clean},
                                                    {"unclean", load::Leave::unclean}};
inline constexpr Word<load::PhaseKind> phase_words[] = {{"ramp", load::PhaseKind::ramp},
                                                        {"hold", load::PhaseKind::hold},
                                                        {"spike", load::PhaseKind::spike},
                                                        {"drain", load::PhaseKind::drain}};
inline constexpr Word<wire::Version> version_words[] = {{"5", wire::Version::mqtt_5},
                                                        {"311", wire::Version::mqtt_3_1_1},
                                                        {"31", wire::Version::mqtt_3_1}};

/// "10s", "1500ms"; whole milliseconds.
std::string duration_text(load::Nanoseconds duration);

/// "1000/s".
std::string rate_text(double per_second);

}  // namespace mqrig::bench
