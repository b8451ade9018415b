#include "live_view.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mqrig/cli/terminal.hpp>
#include <mqrig/cli/write_all.hpp>

namespace mqrig::bench {
namespace {

constexpr double summary_interval = 10;  // seconds

// Characters; each takes one column, as far as lines of ours are concerned.
std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
}

}  // namespace

LiveOutput live_output(int descriptor, bool quiet) {
  const char* term = std::getenv("TERM");
  const bool obeys = term && *term && std::string_view(term) != "dumb";
  return {descriptor, obeys && isatty(descriptor) == 1, cli::utf8_locale(), quiet, false};
}

LiveView::LiveView(const cli::Diagnostic& diagnostic, LiveOutput output)
    : diagnostic_(diagnostic), output_(output) {}

LiveView::~LiveView() {
  clear();
}

void LiveView::update(const Progress& progress, const load::Interval& interval) {
  numbers_.add(progress, interval);
  if (output_.quiet) return;
  if (output_.in_place) return draw();
  // An interval ends a little before or after its second.
  const bool due = progress.elapsed >= last_summary_ + summary_interval - 0.5;
  if (!due && !output_.every_interval) return;
  last_summary_ = progress.elapsed;
  diagnostic_.notice(numbers_.summary());
}

void LiveView::draw() {
  if (output_.quiet || !output_.in_place) return;
  const std::size_t width = cli::terminal_width(output_.descriptor, 80);
  const std::vector<std::string> lines =
      numbers_.lines(width - (width > 1 ? 1 : 0), output_.unicode);
  // In one write, and each line over the old one before what is left of that is cleared: nothing
  // flickers. Lines do not wrap meanwhile, in case the terminal has become narrower just now.
  std::string text = way_back(width) + "\x1b[?7l";
  drawn_.clear();
  for (const std::string& line : lines) {
    text.append(line).append("\x1b[K\n");
    drawn_.push_back(columns_of(line));
  }
  text += "\x1b[J\x1b[?7h";
  cli::write_all(output_.descriptor, text);
}

void LiveView::clear() {
  if (drawn_.empty()) return;
  const std::size_t width = cli::terminal_width(output_.descriptor, 80);
  cli::write_all(output_.descriptor, way_back(width) + "\x1b[J");
  drawn_.clear();
}

// To where the first line begins. A terminal that has become narrower has wrapped the lines.
std::string LiveView::way_back(std::size_t width) const {
  std::size_t rows = 0;
  for (const std::size_t columns : drawn_) {
    rows += width == 0 || columns == 0 ? 1 : (columns + width - 1) / width;
  }
  return rows == 0 ? "\r" : "\r\x1b[" + std::to_string(rows) + "A";
}

}  // namespace mqrig::bench
