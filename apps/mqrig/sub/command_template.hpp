#pragma once

#include <mqrig/wire/packets.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::sub {

/// The words of a text, taken apart as a shell does: blanks separate, '...' keeps everything,
/// "..." everything but a backslash before ", \, $ and `, a backslash outside keeps the next
/// character. Nothing is expanded. Throws cli::UsageError for a quote without its end.
std::vector<std::string> split_words(std::string_view text);

/// A command with places for what is known of a message: {topic}, {qos}, {retain} (0 or 1), and
/// {1}, {2} … for the levels of the topic (empty where it has fewer). What stands in such a place
/// is never split or expanded: words stay words, whatever a stranger publishes. {{topic}} is the
/// text
/// "{topic}"; other braces stay as they are.
class CommandTemplate {
 public:
  /// Throws cli::UsageError: no word, a quote without its end, or a program, or a part of a script,
  /// that the topic would choose.
  explicit CommandTemplate(std::string_view text);

  /// What to run, looked for in PATH.
  const std::string& program() const { return words_.front(); }

  std::vector<std::string> words(const wire::Publish& message) const;

 private:
  std::vector<std::string> words_;
};

}  // namespace mqrig::sub
