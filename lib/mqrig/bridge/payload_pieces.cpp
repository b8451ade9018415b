#include <mqrig/bridge/payload_pieces.hpp>

#include <mqrig/payload/parse_json.hpp>

namespace mqrig::bridge {

bool PayloadPieces::take(PayloadSplit split, wire::ByteView payload, std::string& problem) {
  pieces_.clear();
  const std::string_view text = wire::as_text(payload);
  if (split == PayloadSplit::none || text.empty()) {
    pieces_.push_back(text);
    return true;
  }
  if (split == PayloadSplit::json_array) return take_elements(text, problem);
  take_lines(text);
  return true;
}

void PayloadPieces::take_lines(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) pieces_.push_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
}

bool PayloadPieces::take_elements(std::string_view json, std::string& problem) {
  const std::size_t start = json.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || json[start] != '[') {
    problem = "the payload is no JSON array";
    return false;
  }
  const auto keep = [this](const payload::JsonChild& child) {
    pieces_.push_back(child.json);
    return true;
  };
  if (payload::visit_json(json, keep, problem)) return true;
  problem.insert(0, "the payload is no JSON: ");
  pieces_.clear();
  return false;
}

}  // namespace mqrig::bridge
