#include "mosquitto_conf.hpp"

#include <algorithm>
#include <filesystem>

#include "../input_file.hpp"

namespace mqrig::bridge_command {
namespace {

constexpr std::size_t largest_file = 16 * 1024 * 1024;
constexpr int deepest_include = 10;
constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(blanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

class Reader {
 public:
  void read(const std::string& path, int depth) {
    if (depth > deepest_include) {
      throw InputError("'" + path + "' is included by itself, or too deep");
    }
    const std::string text = read_file(path, largest_file);
    std::string_view rest = text;
    for (unsigned number = 1; !rest.empty(); ++number) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      line(trimmed(rest.substr(0, end)), path + ":" + std::to_string(number), depth);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  std::vector<ConfLine> take() { return std::move(lines_); }

 private:
  void line(std::string_view text, std::string place, int depth) {
    if (text.empty() || text[0] == '#') return;
    const std::size_t end = std::min(text.find_first_of(blanks), text.size());
    const std::string_view key = text.substr(0, end);
    const std::string_view value = trimmed(text.substr(end));
    if (key == "include_dir") return include_folder(std::string(value), place, depth);
    if (key == "include") return read(std::string(value), depth + 1);
    lines_.push_back({std::string(key), std::string(value), std::move(place)});
  }

  /// All "*.conf" there, by name, as mosquitto reads them.
  void include_folder(const std::string& folder, const std::string& place, int depth) {
    std::error_code error;
    std::vector<std::string> paths;
    std::filesystem::directory_iterator entry(folder, error);
    while (!error && entry != std::filesystem::directory_iterator()) {
      if (entry->path().extension() == ".conf") paths.push_back(entry->path().string());
      entry.increment(error);
    }
    if (error) throw InputError(place + ": cannot read '" + folder + "': " + error.message());
    std::sort(paths.begin(), paths.end());
    for (const std::string& path : paths) read(path, depth + 1);
  }

  std::vector<ConfLine> lines_;
};

}  // namespace

std::vector<ConfLine> read_mosquitto_conf(const std::string& path) {
  Reader reader;
  reader.read(path, 0);
  return reader.take();
}

bool is_true(const ConfLine& line) {
  return line.value == "true" || line.value == "1";
}

std::vector<std::string> conf_words(std::string_view value) {
  std::vector<std::string> words;
  while (!(value = trimmed(value)).empty()) {
    const std::size_t end = std::min(value.find_first_of(blanks), value.size());
    const std::string_view word = value.substr(0, end);
    words.emplace_back(word == "\"\"" ? std::string_view() : word);
    value.remove_prefix(end);
  }
  return words;
}

}  // namespace mqrig::bridge_command
