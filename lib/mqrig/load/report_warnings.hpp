// What a reader of a report must know before he believes it.
#pragma once

#include <string>
#include <vector>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

// Appends a sentence without a full stop for each reason to doubt the numbers, the gravest first.
void add_warnings(const Report& report, std::vector<std::string>& into);

}  // namespace mqrig::load
