// How a run went, in one line.
#pragma once

#include <string>
#include <string_view>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

struct Verdict {
  enum class Kind : std::uint8_t {
    passed,       // objectives were stated, and all are met
    finished,     // none were stated, and nothing went against the guarantees of MQTT
    interrupted,  // by a signal, and nothing failed until then
    failed,
  };

  Kind kind = Kind::finished;
  std::string reason;  // "2 of 3 objectives missed, 1 guarantee of MQTT broken"
};

// Of a report that was judged.
Verdict verdict(const Report& report);

// "PASSED", "FAILED".
std::string_view word(Verdict::Kind kind) noexcept;

// felt_metric() of the report; Metric::delivery where there is none.
Metric main_metric(const Report& report) noexcept;

}  // namespace mqrig::load
