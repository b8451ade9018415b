#include <mqrig/load/schedule.hpp>

#include <cmath>
#include <limits>

namespace mqrig::load {
namespace {

constexpr double forever = std::numeric_limits<double>::infinity();

// A century: what lies further away does not fit the clock.
constexpr double longest = 3.2e9;

double seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// Rounding must not add a message to a phase that holds a whole number of them.
double without_rounding_error(double messages) {
  const double whole = std::round(messages);
  return std::abs(messages - whole) <= 1e-9 + 1e-12 * whole ? whole : messages;
}

}  // namespace

Schedule::Schedule(session::Time begin, std::span<const Phase> phases, double rate)
    : begin_(begin) {
  if (phases.empty()) stretches_.push_back({0, 0, forever, rate, 0});
  double start = 0;
  double first = 0;
  for (const Phase& phase : phases) {
    const double length = seconds(phase.duration);
    const double from = phase.kind == PhaseKind::drain ? 0 : phase.from * rate;
    const double to = phase.kind == PhaseKind::drain ? 0 : phase.to * rate;
    const bool endless = phase.endless();
    const double beyond =
        endless ? forever : without_rounding_error(first + (from + to) / 2 * length);
    if (endless && from == 0) return;
    if (beyond > first) {
      stretches_.push_back({start, first, beyond, from, endless ? 0 : (to - from) / length});
    }
    if (endless) return;
    start += length;
    first = beyond;
  }
}

session::Time Schedule::due(std::uint64_t message) const noexcept {
  const auto number = static_cast<double>(message);
  if (last_ == stretches_.size() || number < stretches_[last_].first) last_ = 0;
  while (last_ < stretches_.size() && number >= stretches_[last_].beyond) ++last_;
  if (last_ == stretches_.size()) return session::never;
  const Stretch& stretch = stretches_[last_];
  // Solves rate * t + growth * t^2 / 2 = count for t, in the form that divides by no small number.
  const double count = number - stretch.first;
  const double root =
      std::sqrt(std::max(0.0, stretch.rate * stretch.rate + 2 * stretch.growth * count));
  const double time = stretch.start + (count == 0 ? 0 : 2 * count / (stretch.rate + root));
  if (time > longest) return session::never;
  return begin_ +
         std::chrono::duration_cast<session::Duration>(std::chrono::duration<double>(time));
}

}  // namespace mqrig::load
