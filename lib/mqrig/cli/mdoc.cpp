#include <mqrig/cli/mdoc.hpp>

#include <algorithm>
#include <cctype>
#include <mqrig/cli/wrap.hpp>

namespace mqrig::cli::mdoc {
namespace {

constexpr std::size_t line_width = 78;

/// The date of the pages is fixed: they are compared byte for byte with the checked-in ones.
constexpr std::string_view date = "November 22, 2026";

/// Escapes one word for a text line.
std::string escape(std::string_view word) {
  std::string out;
  // Dashes that belong to an option must not become typographic hyphens.
  const bool option =
      word.find_first_not_of("'[{(") < word.size() && word[word.find_first_not_of("'[{(")] == '-';
  for (const char c : word) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '-' && option) {
      out += "\\-";
    } else {
      out += c;
    }
  }
  if (out.starts_with('.')) out.insert(0, "\\&");
  return out;
}

std::string escape_all(std::string_view words) {
  std::string out;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (!out.empty()) out += ' ';
    out += escape(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

}  // namespace

std::string begin_page(std::string_view title, std::string_view summary, std::string_view number) {
  std::string upper(title);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string page = ".\\\" Made by 'mqrig generate man' from the option data: do not edit.\n";
  page += ".Dd " + std::string(date) + "\n.Dt " + upper + " ";
  page += number;
  page += "\n.Os\n.Sh NAME\n.Nm ";
  page += title;
  page += "\n.Nd ";
  page += escape_all(summary);
  page += '\n';
  return page;
}

void section(std::string& page, std::string_view title) {
  page += ".Sh ";
  page += title;
  page += '\n';
}

void subsection(std::string& page, std::string_view title) {
  page += ".Ss ";
  page += title;
  page += '\n';
}

void text(std::string& page, std::string_view words) {
  while (!words.empty()) {
    const std::size_t end = words.find(". ");
    const std::size_t size = end == std::string_view::npos ? words.size() : end + 1;
    append_wrapped(page, escape_all(words.substr(0, size)), 0, 0, line_width);
    words.remove_prefix(std::min(size + 1, words.size()));
  }
}

void paragraphs(std::string& page, std::string_view words) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find("\n\n"), words.size());
    text(page, words.substr(0, end));
    words.remove_prefix(std::min(end + 2, words.size()));
    if (!words.empty()) page += ".Pp\n";
  }
}

void choices(std::string& page, const OptionSpec& option) {
  if (option.kind != ValueKind::choice) return;
  page += ".Bl -tag -width always -compact\n";
  for (const Choice& choice : option.choices) {
    if (!choice.alias_of.empty()) continue;
    page += ".It Cm ";
    page += choice.value;
    page += '\n';
    text(page, choice.help);
  }
  page += ".El\n";
}

void examples(std::string& page, std::span<const Example> list) {
  section(page, "EXAMPLES");
  for (const Example& example : list) {
    if (&example != &list.front()) page += ".Pp\n";
    text(page, example.meaning);
    page += ".Bd -literal -offset indent\n" + escape_all(example.command) + "\n.Ed\n";
  }
}

void reference(std::string& page, std::string_view name, std::string_view tail) {
  const std::size_t bracket = name.find('(');
  page += ".Sy ";
  page += name.substr(0, bracket);
  page += " Ns ";
  page += name.substr(bracket);
  page += tail;
  page += '\n';
}

void see_also(std::string& page, std::span<const std::string_view> names) {
  if (names.empty()) return;
  section(page, "SEE ALSO");
  for (std::size_t i = 0; i < names.size(); ++i) {
    reference(page, names[i], i + 1 < names.size() ? " ," : "");
  }
}

}  // namespace mqrig::cli::mdoc
