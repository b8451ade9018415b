#include <mqrig/cli/config_file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mqrig/cli/config_value.hpp>
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
    std::vector<std::string> texts = config_values(value, *known, where(value));
    const OptionSpec* ours = find_option(command_, value.key);
    const bool applies = only ? only == &command_ : ours && !ours->own_table;
    if (applies) result_.entries.push_back({known, std::move(texts), where(value)});
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
