#include <mqrig/cli/config_file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/suggestion.hpp>
#include <mqrig/cli/toml_value.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <optional>

namespace mqrig::cli {
namespace {

class Reader {
 public:
  Reader(std::string_view name, const CommandSpec& command,
         std::span<const CommandSpec* const> all_commands)
      : name_(name), command_(command), all_commands_(all_commands) {}

  ConfigFile read(std::string_view text) {
    const TomlValue root = read_toml(text, name_);
    for (const TomlValue& value : root.items) {
      if (value.kind != TomlValue::Kind::table) entry(value, nullptr);
    }
    for (const TomlValue& value : root.items) {
      if (value.kind == TomlValue::Kind::table) command_table(value);
    }
    return std::move(result_);
  }

 private:
  void command_table(const TomlValue& table) {
    Suggestion suggestion(table.key);
    for (const CommandSpec* command : all_commands_) {
      suggestion.offer(command->name);
      if (command->name != table.key) continue;
      for (const TomlValue& value : table.items) entry(value, command);
      return;
    }
    fault(table, "no command has this name" + suggestion.question());
  }

  /// A key of one command's table, or of the top level (`only` is null): there any command's
  /// option may stand.
  void entry(const TomlValue& value, const CommandSpec* only) {
    const OptionSpec* known = nullptr;
    const CommandSpec* owner = nullptr;  // of an option that does not stand at the top
    Suggestion suggestion(value.key);
    for (const CommandSpec* command : all_commands_) {
      if (only && command != only) continue;
      for_each_option(*command, [&](const OptionSpec& option) {
        if (!option.in_config) return;
        if (!only && option.own_table) {
          if (option.long_name == value.key) owner = command;
          return;
        }
        if (!option.hidden) suggestion.offer(option.long_name);
        if (option.long_name == value.key && (!known || command == &command_)) known = &option;
      });
    }
    if (!known && owner) {
      fault(value, "stands in the table [" + std::string(owner->name) + "] only");
    }
    if (!known) fault(value, "unknown key" + suggestion.question());
    std::vector<std::string> texts = values(value, *known);
    const OptionSpec* ours = find_option(command_, value.key);
    const bool applies = only ? only == &command_ : ours && !ours->own_table;
    if (applies) result_.entries.push_back({known, std::move(texts), where(value)});
  }

  std::vector<std::string> values(const TomlValue& value, const OptionSpec& option) const {
    const bool array = value.kind == TomlValue::Kind::array;
    if (array && !option.repeatable) fault(value, "takes one value, not an array");
    std::vector<std::string> texts;
    if (!array) {
      texts.push_back(typed(value, value, option));
    } else {
      for (const TomlValue& item : value.items) texts.push_back(typed(value, item, option));
    }
    return texts;
  }

  /// `entry`: what has the key.
  std::string typed(const TomlValue& entry, const TomlValue& value,
                    const OptionSpec& option) const {
    if (option.kind == ValueKind::property) return property(entry, value);
    if ((option.kind == ValueKind::flag) != (value.kind == TomlValue::Kind::flag)) {
      fault(entry,
            option.kind == ValueKind::flag ? "takes true or false" : "takes no true or false");
    }
    if (!value.is_scalar()) {
      fault(entry, option.repeatable ? "takes values or an array of them" : "takes a value");
    }
    if (value.text.find('\0') != std::string::npos) {
      fault(entry, "U+0000 can't stand in a value");
    }
    return value.text;
  }

  /// property = [["publish", "user-property", "key", "value"]]
  std::string property(const TomlValue& entry, const TomlValue& words) const {
    std::string joined;
    bool good = words.kind == TomlValue::Kind::array;
    for (const TomlValue& word : words.items) {
      good = good && word.is_scalar() && word.text.find('\0') == std::string::npos;
      if (&word != &words.items.front()) joined += '\0';
      joined += word.text;
    }
    const bool pair = words.items.size() > 1 && property_is_pair(words.items[1].text);
    if (!good || words.items.size() != (pair ? 4U : 3U)) {
      fault(entry,
            "takes an array of arrays such as [[\"publish\", \"content-type\", \"text/plain\"]]");
    }
    return joined;
  }

  [[noreturn]] void fault(const TomlValue& entry, const std::string& text) const {
    throw UsageError(where(entry) + ": " + entry.key + ": " + text);
  }

  std::string where(const TomlValue& entry) const {
    return std::string(name_) + ":" + std::to_string(entry.line);
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
