// A chart of an HTML page.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <mqrig/load/html_axis.hpp>

namespace mqrig::load {

// One line of a chart, and one column of the table of its data.
struct Series {
  enum class Mark : std::uint8_t {
    line,
    area,  // a line, and the space below it
    bars,  // from point to point
    dots,
    ticks,  // at the foot of the chart, wherever the value is not 0
    none,   // in the table only
  };

  std::string name;
  std::string colour;  // a class of the style sheet: "c1" to "c6", "bad", "quiet"
  Mark mark = Mark::line;
  std::vector<double> values;      // one a point; NaN: none
  std::vector<std::string> texts;  // one a point, as they are shown
};

// A value of the vertical axis that is drawn across.
struct Rule {
  double value = 0;
  std::string text;
};

struct Chart {
  Chart(std::string id_, std::string title_, Axis x_axis_, Axis y_axis_)
      : id(std::move(id_)),
        title(std::move(title_)),
        x_axis(std::move(x_axis_)),
        y_axis(std::move(y_axis_)) {}

  std::string id;  // in the page; a word
  std::string title;
  std::string note;     // what it shows, one sentence
  std::string x_title;  // "time"
  Axis x_axis;
  Axis y_axis;
  std::vector<double> x;             // ascending; with bars one more, where the last one ends
  std::vector<std::string> x_texts;  // one a point
  std::vector<Series> series;
  std::vector<Rule> rules;
  std::vector<std::pair<double, double>> shaded;  // stretches of the horizontal axis
  std::string shaded_name;                        // "warm-up"
};

// Appends a figure: a drawing that stretches with the page, texts that do not, and the data as a
// table that is folded away. The drawing is there without scripts; the script of the page reads the
// table to show the values under the pointer.
void append_chart(std::string& out, const Chart& chart);

}  // namespace mqrig::load
