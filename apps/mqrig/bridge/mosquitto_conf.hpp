#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mqrig::bridge_command {

/// A line of a mosquitto.conf that says something.
struct ConfLine {
  std::string key;
  std::string value;  ///< What follows the key, without blanks around it.
  std::string place;  ///< "mosquitto.conf:12".
};

/// The lines of a file and of those that it includes, in the order in which mosquitto reads them.
/// Throws InputError.
std::vector<ConfLine> read_mosquitto_conf(const std::string& path);

/// mosquitto writes a flag in two ways.
bool is_true(const ConfLine& line);

/// The words of a value; "" between quotation marks is an empty one.
std::vector<std::string> conf_words(std::string_view value);

}  // namespace mqrig::bridge_command
