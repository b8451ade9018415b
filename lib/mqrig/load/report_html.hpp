// A report as a web page.
#pragma once

#include <string>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

// One page that needs nothing else: no network, no other file, and no scripts to be read. Light or
// dark as the reader's system is. Texts of others, such as topics and what a broker said, cannot
// become markup, and its policy forbids scripts other than its own. Well-formed as XML too.
std::string to_html(const Report& report);

}  // namespace mqrig::load
