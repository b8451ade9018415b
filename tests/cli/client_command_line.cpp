#include "client_command_line.hpp"

#include <unistd.h>

#include <cstdlib>
#include <mqrig/cli/config_file.hpp>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/resolve.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <stdexcept>

#include "apps/mqrig/input_file.hpp"
#include "apps/mqrig/pub/pub.hpp"
#include "sample_command.hpp"

namespace mqrig::test {

cli::Options typed(std::vector<std::string> words, std::vector<std::string> environment,
                   std::string_view config) {
  const cli::CommandSpec& command = pub::command();
  words.emplace_back("-n");
  const cli::test::Words typed(std::move(words));
  std::vector<const char*> variables;
  for (const std::string& variable : environment) variables.push_back(variable.c_str());
  variables.push_back(nullptr);
  const cli::CommandSpec* const commands[] = {&command};
  const cli::ConfigFile file = cli::read_config(config, "c.toml", command, commands);
  return cli::resolve(command, cli::parse(command, typed.span()), variables.data(), file);
}

client::Options client_of(std::vector<std::string> words, std::vector<std::string> environment,
                          std::string_view config) {
  return read_client_options(typed(std::move(words), std::move(environment), config), {}).client;
}

std::string fault(std::vector<std::string> words, std::vector<std::string> environment,
                  std::string_view config) {
  try {
    client_of(std::move(words), std::move(environment), config);
    return "no fault";
  } catch (const cli::UsageError& error) {
    return error.what();
  } catch (const InputError& error) {
    return std::string("input: ") + error.what();
  }
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TemporaryFile::TemporaryFile(std::string_view content) : path_("/tmp/mqrig-test-XXXXXX") {
  const int file = ::mkstemp(path_.data());
  if (file < 0) throw std::runtime_error("no temporary file");
  const bool written =
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  ::close(file);
  if (!written) throw std::runtime_error("temporary file not written");
}

TemporaryFile::~TemporaryFile() {
  ::unlink(path_.c_str());
}

}  // namespace mqrig::test
