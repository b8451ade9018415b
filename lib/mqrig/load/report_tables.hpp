// The tables of the HTML page of a report.
#pragma once

#include <string>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

// Each appends a section of the page, or nothing where there is nothing to show in it.
void append_objectives(std::string& out, const Report& report);
void append_notes(std::string& out, const Report& report);  // violations and warnings
void append_search_table(std::string& out, const Report& report);
void append_latency_table(std::string& out, const Report& report);
void append_account(std::string& out, const Report& report);
void append_rates(std::string& out, const Report& report);
void append_facts(std::string& out, const Report& report);  // connections, generator
void append_errors(std::string& out, const Report& report);
void append_counters(std::string& out, const Report& report);
void append_configuration(std::string& out, const Report& report);

}  // namespace mqrig::load
