#include "check.hpp"

#include <algorithm>
#include <mqrig/bridge/explain.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::bridge_command {
namespace {

using bridge::Explanation;

/// Cells of a line; columns are as wide as their widest cell.
using Row = std::vector<std::string>;

std::string outcome(const Explanation& explanation) {
  switch (explanation.outcome) {
    case Explanation::Outcome::goes:
      return explanation.topic;
    case Explanation::Outcome::excluded:
      return "(excluded)";
    case Explanation::Outcome::same_topic:
      return "(" + explanation.topic + " by an earlier rule)";
    case Explanation::Outcome::invalid:
      return "(invalid)";
    case Explanation::Outcome::no_match:
      break;
  }
  return "(no match)";
}

Row row_of(const bridge::LinkSettings& link, const Explanation& explanation) {
  const std::string way = explanation.direction == bridge::Direction::out ? "out" : "in";
  const std::string filter = explanation.filter.empty() ? "-" : explanation.filter;
  return {link.name,      way, std::to_string(explanation.rule + 1), filter, outcome(explanation),
          explanation.why};
}

void append_table(std::string& out, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    cli::append_printable(out, line);
    out += '\n';
  }
}

void append_topic(std::string& out, const BridgeFile& file, std::string_view topic) {
  std::vector<Row> rows{{"LINK", "WAY", "RULE", "FILTER", "TOPIC AT THE TARGET", "NOTES"}};
  for (const bridge::LinkSettings& link : file.settings.links) {
    for (const Explanation& explanation : bridge::explain(link, topic)) {
      if (explanation.outcome == Explanation::Outcome::no_match) continue;
      rows.push_back(row_of(link, explanation));
    }
  }
  if (!out.empty()) out += '\n';
  cli::append_printable(out, topic);
  out += '\n';
  if (rows.size() == 1) {
    out += "  goes over no link\n";
  } else {
    append_table(out, rows);
  }
}

}  // namespace

std::string topic_table(const BridgeFile& file, const std::vector<std::string_view>& topics) {
  std::string out;
  for (const std::string_view topic : topics) {
    const wire::TopicError error = wire::check_topic_name(topic);
    if (error != wire::TopicError::none) {
      throw cli::UsageError("topic '" + std::string(topic) +
                            "': " + std::string(wire::text(error)));
    }
    append_topic(out, file, topic);
  }
  return out;
}

}  // namespace mqrig::bridge_command
