#pragma once

#include <mqrig/cli/toml_value.hpp>
#include <string>
#include <vector>

#include "mosquitto_conf.hpp"

namespace mqrig::bridge_command {

/// What the lines of a connection about TLS become.
struct MosquittoTls {
  struct Lost {
    ConfLine line;
    std::string why;
  };

  std::vector<cli::TomlValue> keys;   ///< Of the remote side; none: mosquitto speaks no TLS there.
  std::vector<std::string> warnings;  ///< Each with its place.
  std::vector<Lost> lost;             ///< What can't be carried over.
};

/// Whether it is a line about TLS.
bool is_mosquitto_tls(const ConfLine& line);

/// `key_file` is where the pre-shared key is to be put, which is in no result.
MosquittoTls read_mosquitto_tls(const std::vector<ConfLine>& lines, const std::string& key_file);

}  // namespace mqrig::bridge_command
