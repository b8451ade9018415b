#include <mqrig/cli/config_value.hpp>

#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>

namespace mqrig::cli {
namespace {

/// One key.
class Entry {
 public:
  Entry(const TomlValue& entry, const OptionSpec& option, std::string_view where)
      : entry_(entry), option_(option), where_(where) {}

  std::vector<std::string> values() const {
    const bool array = entry_.kind == TomlValue::Kind::array;
    if (array && !option_.repeatable) fault("takes one value, not an array");
    std::vector<std::string> texts;
    if (!array) {
      texts.push_back(typed(entry_));
    } else {
      for (const TomlValue& item : entry_.items) texts.push_back(typed(item));
    }
    return texts;
  }

 private:
  std::string typed(const TomlValue& value) const {
    if (option_.kind == ValueKind::property) return property(value);
    if ((option_.kind == ValueKind::flag) != (value.kind == TomlValue::Kind::flag)) {
      fault(option_.kind == ValueKind::flag ? "takes true or false" : "takes no true or false");
    }
    if (!value.is_scalar()) {
      fault(option_.repeatable ? "takes values or an array of them" : "takes a value");
    }
    if (value.text.find('\0') != std::string::npos) fault("U+0000 can't stand in a value");
    return value.text;
  }

  /// property = [["publish", "user-property", "key", "value"]]
  std::string property(const TomlValue& words) const {
    std::string joined;
    bool good = words.kind == TomlValue::Kind::array;
    for (const TomlValue& word : words.items) {
      good = good && word.is_scalar() && word.text.find('\0') == std::string::npos;
      if (&word != &words.items.front()) joined += '\0';
      joined += word.text;
    }
    const bool pair = words.items.size() > 1 && property_is_pair(words.items[1].text);
    if (!good || words.items.size() != (pair ? 4U : 3U)) {
      fault("takes an array of arrays such as [[\"publish\", \"content-type\", \"text/plain\"]]");
    }
    return joined;
  }

  [[noreturn]] void fault(const std::string& text) const {
    throw UsageError(std::string(where_) + ": " + entry_.key + ": " + text);
  }

  const TomlValue& entry_;
  const OptionSpec& option_;
  std::string_view where_;
};

}  // namespace

std::vector<std::string> config_values(const TomlValue& value, const OptionSpec& option,
                                       std::string_view where) {
  return Entry(value, option, where).values();
}

}  // namespace mqrig::cli
