#include <mqrig/cli/config_file.hpp>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#include <fcntl.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/suggestion.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <optional>

namespace mqrig::cli {
namespace {

/// Numbers as they would be typed.
std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* number = node.as_floating_point()) return std::to_string(number->get());
  return std::nullopt;
}

class Reader {
 public:
  Reader(std::string_view name, const CommandSpec& command,
         std::span<const CommandSpec* const> all_commands)
      : name_(name), command_(command), all_commands_(all_commands) {}

  ConfigFile read(std::string_view text) {
    toml::parse_result parsed = toml::parse(text, name_);
    if (parsed.failed()) {
      const toml::parse_error& error = parsed.error();
      throw UsageError(where(error.source()) + ": " + std::string(error.description()));
    }
    const toml::table& root = parsed.table();
    for (const auto& [key, node] : root) {
      if (!node.is_table()) entry(key, node, nullptr);
    }
    for (const auto& [key, node] : root) {
      if (const toml::table* table = node.as_table()) command_table(key, *table);
    }
    return std::move(result_);
  }

 private:
  void command_table(const toml::key& key, const toml::table& table) {
    Suggestion suggestion(key.str());
    for (const CommandSpec* command : all_commands_) {
      suggestion.offer(command->name);
      if (command->name != key.str()) continue;
      for (const auto& [inner, node] : table) entry(inner, node, command);
      return;
    }
    fault(key, "no command has this name" + suggestion.question());
  }

  /// A key of one command's table, or of the top level (`only` is null): there any command's
  /// option may stand.
  void entry(const toml::key& key, const toml::node& node, const CommandSpec* only) {
    const OptionSpec* known = nullptr;
    const CommandSpec* owner = nullptr;  // of an option that does not stand at the top
    Suggestion suggestion(key.str());
    for (const CommandSpec* command : all_commands_) {
      if (only && command != only) continue;
      for_each_option(*command, [&](const OptionSpec& option) {
        if (!option.in_config) return;
        if (!only && option.own_table) {
          if (option.long_name == key.str()) owner = command;
          return;
        }
        if (!option.hidden) suggestion.offer(option.long_name);
        if (option.long_name == key.str() && (!known || command == &command_)) known = &option;
      });
    }
    if (!known && owner) {
      fault(key, "stands in the table [" + std::string(owner->name) + "] only");
    }
    if (!known) fault(key, "unknown key" + suggestion.question());
    std::vector<std::string> texts = values(key, node, *known);
    const OptionSpec* ours = find_option(command_, key.str());
    const bool applies = only ? only == &command_ : ours && !ours->own_table;
    if (applies) result_.entries.push_back({known, std::move(texts), where(key.source())});
  }

  std::vector<std::string> values(const toml::key& key, const toml::node& node,
                                  const OptionSpec& option) const {
    std::vector<std::string> texts;
    const toml::array* array = node.as_array();
    if (array && !option.repeatable) fault(key, "takes one value, not an array");
    if (!array) {
      texts.push_back(value(key, node, option));
    } else {
      for (const toml::node& element : *array) texts.push_back(value(key, element, option));
    }
    return texts;
  }

  std::string value(const toml::key& key, const toml::node& node, const OptionSpec& option) const {
    if (option.kind == ValueKind::property) return property(key, node);
    if ((option.kind == ValueKind::flag) != node.is_boolean()) {
      fault(key, option.kind == ValueKind::flag ? "takes true or false" : "takes no true or false");
    }
    const std::optional<std::string> text = scalar_text(node);
    if (!text) fault(key, option.repeatable ? "takes values or an array of them" : "takes a value");
    if (text->find('\0') != std::string::npos) fault(key, "U+0000 can't stand in a value");
    return *text;
  }

  /// property = [["publish", "user-property", "key", "value"]]
  std::string property(const toml::key& key, const toml::node& node) const {
    const toml::array* words = node.as_array();
    std::string joined;
    std::size_t count = 0;
    bool pair = false;
    for (std::size_t i = 0; words && i < words->size(); ++i) {
      const std::optional<std::string> word = scalar_text(*words->get(i));
      if (!word || word->find('\0') != std::string::npos) break;
      if (i == 1) pair = property_is_pair(*word);
      if (i > 0) joined += '\0';
      joined += *word;
      ++count;
    }
    if (!words || count != words->size() || count != (pair ? 4U : 3U)) {
      fault(key,
            "takes an array of arrays such as [[\"publish\", \"content-type\", \"text/plain\"]]");
    }
    return joined;
  }

  [[noreturn]] void fault(const toml::key& key, const std::string& text) const {
    throw UsageError(where(key.source()) + ": " + std::string(key.str()) + ": " + text);
  }

  std::string where(const toml::source_region& region) const {
    return std::string(name_) + ":" + std::to_string(region.begin.line);
  }

  std::string_view name_;
  const CommandSpec& command_;
  std::span<const CommandSpec* const> all_commands_;
  ConfigFile result_;
};

/// The text of a file; empty with errno set if it can't be read.
std::optional<std::string> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::string text;
  char block[4096];
  ssize_t count = 0;
  do {
    count = ::read(file, block, sizeof block);
    if (count > 0) text.append(block, static_cast<std::size_t>(count));
  } while (count > 0 || (count < 0 && errno == EINTR));
  const int error = errno;
  ::close(file);
  errno = error;
  if (count < 0) return std::nullopt;
  return text;
}

std::string default_path() {
  const char* base = std::getenv("XDG_CONFIG_HOME");
  // The XDG specification says that a relative path there is to be ignored.
  if (base && *base == '/') return std::string(base) + "/mqrig/config.toml";
  const char* home = std::getenv("HOME");
  if (home && *home) return std::string(home) + "/.config/mqrig/config.toml";
  return {};
}

[[noreturn]] void unreadable(const std::string& path) {
  throw UsageError("can't read the configuration file '" + path + "': " + std::strerror(errno));
}

}  // namespace

ConfigFile read_config(std::string_view text, std::string_view name, const CommandSpec& command,
                       std::span<const CommandSpec* const> all_commands) {
  return Reader(name, command, all_commands).read(text);
}

ConfigFile load_config(const std::string& path, const CommandSpec& command,
                       std::span<const CommandSpec* const> all_commands) {
  const std::optional<std::string> text = read_file(path);
  if (!text) unreadable(path);
  return read_config(*text, path, command, all_commands);
}

ConfigFile load_default_config(const CommandSpec& command,
                               std::span<const CommandSpec* const> all_commands) {
  const std::string path = default_path();
  if (path.empty()) return {};
  const std::optional<std::string> text = read_file(path);
  if (text) return read_config(*text, path, command, all_commands);
  if (errno == ENOENT || errno == ENOTDIR) return {};
  unreadable(path);
}

}  // namespace mqrig::cli
