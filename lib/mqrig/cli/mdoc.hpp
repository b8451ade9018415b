#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <span>
#include <string>
#include <string_view>

/// Building blocks of manual pages in mdoc(7): both kinds of pages are made of these.

namespace mqrig::cli::mdoc {

/// The first lines of a page, up to the end of NAME. `title` is "mqrig-pub", `number` the section
/// of the manual.
std::string begin_page(std::string_view title, std::string_view summary,
                       std::string_view number = "1");

void section(std::string& page, std::string_view title);
void subsection(std::string& page, std::string_view title);

/// Text from the option data: each sentence on its own line, lines of at most 78 bytes. Words that
/// start with a dash keep their dashes, so that they can be copied from the page.
void text(std::string& page, std::string_view words);

/// Paragraphs, separated by an empty line in `words`.
void paragraphs(std::string& page, std::string_view words);

/// What an option of kind choice takes, as a list; nothing for others.
void choices(std::string& page, const OptionSpec& option);

/// The section EXAMPLES.
void examples(std::string& page, std::span<const Example> list);

/// A reference to another page, "mqrig-sub(1)", and what follows it. Not the macro Xr: that makes
/// `mandoc -T lint` ask whether the page is installed, and these are checked before they are.
void reference(std::string& page, std::string_view name, std::string_view tail);

/// The section SEE ALSO.
void see_also(std::string& page, std::span<const std::string_view> names);

}  // namespace mqrig::cli::mdoc
