// Reports as JSON files: an interface for the programs of others, kept stable.
//
// Schema 1. Keys are only ever added to it; a reader passes over those it does not know. Latencies
// are in nanoseconds, other times in seconds, rates per second. Numbers that were not measured are
// null.
//
//   schema        1
//   run           what ran:
//     version, run_id, scenario, scenario_text, broker, host
//     begin                     RFC 3339, UTC, for people
//     begin_ns                  nanoseconds since 1970
//     shard, shards, merged     --shard i/n, and how many shards are in the report
//     merged_shards             their numbers; only where there are several
//     processes, threads        of the generator
//     open_loop, asked_rate, loop
//     clock                     synchronised, error_seconds, one_machine
//     interrupted               the signal that ended the run early, or 0
//     measured_seconds          the time that totals, latency and rates are of
//     cpu_seconds               of the generator, in that time
//     peak                      the largest gauges: clients, connected, ready, given_up, in_flight,
//                               backlog
//   totals        counters of the measured time, by the names of counter_fields(): sent_qos0,
//                 received_qos1, errors ...; besides, for people in a hurry:
//     sent, acknowledged, received, distinct, duplicates   of all qualities of service
//     lost                      of the whole run, as `lost_exactly` says
//     lost_exactly              false: a lower bound, see load::Loss; null: nothing to lose
//     rate_sent, rate_received  messages a second
//   account       counters of the whole run, warm-up and drain included
//   latency       one object for each metric that has values: connect, subscribe, publish,
//                 delivery, round_trip, scheduling
//     count, min, mean, stddev, p50, p75, p90, p95, p99, p99_9, p99_99, max
//     hdr                       the histogram: HdrHistogram V2, compressed, Base64
//   errors        text -> count, of the whole run
//   intervals     the time series, a list of
//     start, duration           seconds since `begin`
//     measured                  false: warm-up or drain
//     cpu_seconds
//     counters                  those that are not 0
//     gauges                    those that are not 0
//     latency                   metric -> count, p50, p90, p99, p99_9, max; hdr in shards
//   curve         the steps of a search for the highest rate, a list of
//     rate, sent, received, p50, p99, max, loss, met, failed
//   objectives    a list of
//     text, quantity, operator, limit, fraction, value, value_text, met
//   violations    a list of
//     qos, text
//   warnings      a list of texts
//   run_warnings  those among them that do not follow from the rest of the report
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

// With a line break at the end. Text that is not UTF-8 has U+FFFD in it.
std::string to_json(const Report& report);

// What to_json() wrote, of this schema; `totals`, `latency` and so on that can be computed are
// taken from the counters and histograms. Nothing with what is wrong in `error`, for the person:
// "is not a report of mqrig bench: ..." to stand behind the name of the file.
std::optional<Report> from_json(std::string_view text, std::string& error);

}  // namespace mqrig::load
