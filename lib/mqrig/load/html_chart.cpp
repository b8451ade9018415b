#include <mqrig/load/html_chart.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <mqrig/load/html_escape.hpp>

namespace mqrig::load {
namespace {

constexpr int width = 1000;  // of the drawing, in its own units
constexpr int height = 500;

std::string across(const Chart& chart, double value) {
  return std::to_string(std::lround(chart.x_axis.place(value) * width));
}

std::string down(const Chart& chart, double value) {
  return std::to_string(std::lround((1 - chart.y_axis.place(value)) * height));
}

std::string percent(double part) {
  const auto thousandths = std::lround(part * 1000);
  return std::to_string(thousandths / 10) + "." + std::to_string(thousandths % 10) + "%";
}

void append_path(std::string& out, const Series& series, std::string_view kind,
                 std::string_view path) {
  if (path.empty()) return;
  out.append("<path class=\"").append(kind).append(" ").append(series.colour);
  out.append("\" d=\"").append(path).append("\"/>");
}

// Lines through points that follow each other; a point that stands alone is a dot.
std::string line_path(const Chart& chart, const Series& series) {
  std::string path;
  bool open = false;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    const double value = series.values[i];
    if (std::isnan(value)) {
      open = false;
      continue;
    }
    const bool alone = !open && (i + 1 == series.values.size() || std::isnan(series.values[i + 1]));
    path.append(open ? "L" : "M").append(across(chart, chart.x[i]));
    path.append(" ").append(down(chart, value));
    if (alone) path += "h0";
    open = true;
  }
  return path;
}

std::string area_path(const Chart& chart, const Series& series) {
  std::string path;
  std::size_t begin = 0;
  const auto& values = series.values;
  while (begin < values.size()) {
    std::size_t end = begin;
    while (end < values.size() && !std::isnan(values[end])) ++end;
    if (end - begin > 1) {
      path.append("M").append(across(chart, chart.x[begin])).append(" ");
      path += std::to_string(height);
      for (std::size_t i = begin; i < end; ++i) {
        path.append("L").append(across(chart, chart.x[i])).append(" ");
        path += down(chart, values[i]);
      }
      path.append("V").append(std::to_string(height)).append("Z");
    }
    begin = end + 1;
  }
  return path;
}

// Each bar reaches from its point to the next one.
std::string bar_path(const Chart& chart, const Series& series) {
  std::string path;
  for (std::size_t i = 0; i + 1 < chart.x.size(); ++i) {
    if (!(series.values[i] > 0)) continue;
    // A bar too low to be seen would hide that there was something.
    const std::string top = std::to_string(std::min<long>(
        height - 3, std::lround((1 - chart.y_axis.place(series.values[i])) * height)));
    path.append("M").append(across(chart, chart.x[i])).append(" ").append(std::to_string(height));
    path.append("V").append(top).append("H").append(across(chart, chart.x[i + 1]));
    path.append("V").append(std::to_string(height)).append("Z");
  }
  return path;
}

std::string dot_path(const Chart& chart, const Series& series) {
  std::string path;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    if (std::isnan(series.values[i])) continue;
    path.append("M").append(across(chart, chart.x[i])).append(" ");
    path.append(down(chart, series.values[i])).append("h0");
  }
  return path;
}

std::string tick_path(const Chart& chart, const Series& series) {
  std::string path;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    if (!(series.values[i] > 0)) continue;
    path.append("M").append(across(chart, chart.x[i])).append(" ");
    path.append(std::to_string(height)).append("v-30");
  }
  return path;
}

void append_series(std::string& out, const Chart& chart, const Series& series) {
  switch (series.mark) {
    case Series::Mark::area:
      append_path(out, series, "area", area_path(chart, series));
      append_path(out, series, "line wide", line_path(chart, series));
      break;
    case Series::Mark::line:
      append_path(out, series, "line", line_path(chart, series));
      break;
    case Series::Mark::bars:
      append_path(out, series, "bars", bar_path(chart, series));
      break;
    case Series::Mark::dots:
      append_path(out, series, "dots", dot_path(chart, series));
      break;
    case Series::Mark::ticks:
      append_path(out, series, "ticks", tick_path(chart, series));
      break;
    case Series::Mark::none:
      break;
  }
}

void append_background(std::string& out, const Chart& chart) {
  for (const auto& [from, to] : chart.shaded) {
    const auto left = std::lround(chart.x_axis.place(from) * width);
    const auto right = std::lround(chart.x_axis.place(to) * width);
    out.append("<rect class=\"shade\" x=\"")
        .append(std::to_string(left))
        .append("\" y=\"0\" width=\"");
    out.append(std::to_string(std::max(right - left, 0L))).append("\" height=\"");
    out.append(std::to_string(height)).append("\"/>");
  }
  std::string path;
  for (const Tick& tick : chart.y_axis.ticks()) {
    path.append("M0 ").append(std::to_string(std::lround((1 - tick.place) * height)));
    path.append("H").append(std::to_string(width));
  }
  out.append("<path class=\"grid\" d=\"").append(path).append("\"/>");
}

void append_drawing(std::string& out, const Chart& chart) {
  out.append("<svg viewBox=\"0 0 ").append(std::to_string(width)).append(" ");
  out.append(std::to_string(height));
  out.append("\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">");
  append_background(out, chart);
  for (const Series& series : chart.series) append_series(out, chart, series);
  for (const Rule& rule : chart.rules) {
    out.append("<path class=\"rule\" d=\"M0 ").append(down(chart, rule.value)).append("H");
    out.append(std::to_string(width)).append("\"/>");
  }
  out += "</svg>\n";
}

void append_ticks(std::string& out, const Axis& axis, std::string_view side,
                  std::string_view edge) {
  out.append("<div class=\"").append(side).append("\" aria-hidden=\"true\">");
  for (const Tick& tick : axis.ticks()) {
    out.append(tick.spare ? "<span class=\"spare\" style=\"" : "<span style=\"");
    out.append(edge).append(":").append(percent(tick.place)).append("\">");
    append_escaped_html(out, tick.text);
    out += "</span>";
  }
  out += "</div>\n";
}

void append_rule_texts(std::string& out, const Chart& chart) {
  for (const Rule& rule : chart.rules) {
    out.append("<span class=\"rule-text\" style=\"bottom:");
    out.append(percent(chart.y_axis.place(rule.value))).append("\">");
    append_escaped_html(out, rule.text);
    out += "</span>\n";
  }
}

void append_key(std::string& out, const Chart& chart) {
  out += "<ul class=\"key\">";
  for (const Series& series : chart.series) {
    if (series.mark == Series::Mark::none) continue;
    out.append("<li class=\"").append(series.colour).append("\">");
    append_escaped_html(out, series.name);
    out += "</li>";
  }
  if (!chart.shaded.empty()) {
    out += "<li class=\"shade\">";
    append_escaped_html(out, chart.shaded_name);
    out += "</li>";
  }
  out += "</ul>\n";
}

void append_head_row(std::string& out, const Chart& chart) {
  out += "<tr><th scope=\"col\">";
  append_escaped_html(out, chart.x_title);
  out += "</th>";
  for (const Series& series : chart.series) {
    out.append("<th scope=\"col\" class=\"").append(series.colour).append("\">");
    append_escaped_html(out, series.name);
    out += "</th>";
  }
  out += "</tr>\n";
}

void append_data(std::string& out, const Chart& chart) {
  out += "<details class=\"data\"><summary>Data</summary><div class=\"scroll\"><table><thead>";
  append_head_row(out, chart);
  out += "</thead><tbody>\n";
  for (std::size_t i = 0; i < chart.x_texts.size(); ++i) {
    const bool bar = chart.x.size() > chart.x_texts.size();
    const double x = bar ? std::midpoint(chart.x[i], chart.x[i + 1]) : chart.x[i];
    out.append("<tr data-x=\"").append(across(chart, x)).append("\"><th scope=\"row\">");
    append_escaped_html(out, chart.x_texts[i]);
    out += "</th>";
    for (const Series& series : chart.series) {
      out += "<td>";
      append_escaped_html(out, series.texts[i]);
      out += "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div></details>\n";
}

}  // namespace

void append_chart(std::string& out, const Chart& chart) {
  const std::string title = escaped_html(chart.title);
  const std::string note = escaped_html(chart.note);
  out.append("<figure class=\"card chart\" id=\"").append(chart.id).append("\">\n<figcaption><h2>");
  out.append(title).append("</h2><p>").append(note).append("</p></figcaption>\n");
  append_key(out, chart);
  out.append("<div class=\"plot\" role=\"img\" tabindex=\"0\" aria-label=\"").append(title);
  out.append(": ").append(note).append(" The data are in the table below.\">\n");
  append_drawing(out, chart);
  append_ticks(out, chart.y_axis, "y", "bottom");
  append_ticks(out, chart.x_axis, "x", "left");
  append_rule_texts(out, chart);
  out += "</div>\n";
  append_data(out, chart);
  out += "</figure>\n";
}

}  // namespace mqrig::load
