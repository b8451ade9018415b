#pragma once

#include <mqrig/cli/options.hpp>
#include <string>
#include <vector>

#include "apps/mqrig/client_options.hpp"

namespace mqrig::test {

/// The options of `mqrig pub` for these words, environment and configuration file.
cli::Options typed(std::vector<std::string> words, std::vector<std::string> environment = {},
                   std::string_view config = {});

/// What the client is told for these words.
client::Options client_of(std::vector<std::string> words, std::vector<std::string> environment = {},
                          std::string_view config = {});

/// What is said of words that don't go together, or "no fault".
std::string fault(std::vector<std::string> words, std::vector<std::string> environment = {},
                  std::string_view config = {});

bool contains(std::string_view text, std::string_view part);

/// A file that is gone at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace mqrig::test
