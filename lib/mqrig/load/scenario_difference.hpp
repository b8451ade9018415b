// Whether two runs did the same.
#pragma once

#include <string>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

// The first lines in which the scenarios differ, as a clause: "\"rate = 100\" and \"rate = 200\"".
// Empty when they are the same.
std::string scenario_difference(const Report& one, const Report& other);

}  // namespace mqrig::load
