#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <string>
#include <vector>

namespace mqrig::cli::test {

/// A command with one option of each kind that the parser treats differently.
const CommandSpec& sample();

/// A command that takes two bare words, a file and a text.
const CommandSpec& two_bare_words();

/// A command that takes a word, any number of files, and a URL among them.
const CommandSpec& words_and_url();

/// A second command, for what concerns more than one.
const CommandSpec& other();

/// Words as main() gets them: writable, and alive as long as the object.
class Words {
 public:
  explicit Words(std::vector<std::string> words) : words_(std::move(words)) {
    for (std::string& word : words_) pointers_.push_back(word.data());
  }

  std::span<char* const> span() const { return pointers_; }
  const std::string& operator[](std::size_t index) const { return words_[index]; }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

}  // namespace mqrig::cli::test
