#pragma once

#include <cstdint>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/load/plan.hpp>
#include <mqrig/load/report.hpp>
#include <stdexcept>
#include <string>

#include "settings.hpp"

namespace mqrig::bench {

/// A run that can't begin; the text is a clause for a person.
class RunFailure : public std::runtime_error {
 public:
  RunFailure(cli::ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
  cli::ExitCode code() const { return code_; }

 private:
  cli::ExitCode code_;
};

/// Fills in what is known before a run: scenario, broker, host, pace, objectives.
void describe_run(load::Report& report, const BenchSettings& settings, const load::Plan& plan);

/// "127.0.0.1:1883", "unix /run/m.sock".
std::string broker_text(const client::Broker& broker);

/// Of one run, or of all machines that run a share of it.
std::uint64_t run_identifier(const BenchSettings& settings);

/// Do clients get what other clients send?
bool exchanges_messages(const load::Scenario& scenario);

/// An address that needs no looking up.
bool is_numeric(const std::string& host);

/// "20,000/s: met, p99 3.1 ms".
std::string step_text(const load::CurvePoint& point);

}  // namespace mqrig::bench
