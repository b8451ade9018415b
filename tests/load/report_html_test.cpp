#include <doctest/doctest.h>

#include <mqrig/load/html_escape.hpp>
#include <mqrig/load/report_html.hpp>

#include "report_gallery.hpp"

using namespace mqrig::load;
using mqrig::test::gallery_report;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t occurrences(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("markup in a text is text") {
  CHECK(escaped_html("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;");
  CHECK(escaped_html("line\n\ttab") == "line\n\ttab");
  CHECK(escaped_html("Wärme €") == "Wärme €");
}

TEST_CASE("what is no text, or would rearrange it, is replaced") {
  CHECK(escaped_html("a\xff") == "a\xEF\xBF\xBD");
  CHECK(escaped_html(std::string_view("\0\x1b\x7f", 3)) == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(escaped_html("\xC2\x85") == "\xEF\xBF\xBD");  // a control character
  CHECK(escaped_html("\xE2\x80\xAE"
                     "1") ==
        "\xEF\xBF\xBD"
        "1");                                             // right to left from here
  CHECK(escaped_html("\xEF\xBF\xBF") == "\xEF\xBF\xBD");  // not for interchange
}

TEST_CASE("the page says first how the run went") {
  CHECK(contains(to_html(gallery_report("normal")),
                 "<strong>PASSED</strong> all 3 objectives are met"));
  CHECK(contains(to_html(gallery_report("failed")),
                 "<strong>FAILED</strong> 3 of 4 objectives missed"));
  CHECK(contains(to_html(gallery_report("empty")), "<strong>FAILED</strong> nothing was measured"));
  Report interrupted = gallery_report("connections");
  CHECK(contains(to_html(interrupted), "<strong>FINISHED</strong>"));
  interrupted.interrupted = 2;
  CHECK(contains(to_html(interrupted), "<strong>INTERRUPTED</strong> ended by SIGINT"));
}

TEST_CASE("numbers can be read without scripts") {
  const std::string page = to_html(gallery_report("normal"));
  CHECK(contains(page, "<dt>Out</dt><dd>9,998/s<small>269,948 messages"));
  CHECK(contains(page, "<dt>Lost</dt><dd>0<small>of 29"));
  CHECK(contains(page, "<th scope=\"row\">sent_qos1</th>"));
  CHECK(contains(page, "clients = 100\n"));
  CHECK(contains(page, "<tr data-x=\"17\"><th scope=\"row\">0 s – 1 s</th><td>4,000/s</td>"));
}

TEST_CASE("each chart is there when it has something to show") {
  const std::string page = to_html(gallery_report("normal"));
  for (const char* id :
       {"throughput", "latency-delivery", "percentiles", "histogram-delivery", "connections"}) {
    CHECK_MESSAGE(contains(page, std::string("<figure class=\"card chart\" id=\"") + id), id);
  }
  CHECK_FALSE(contains(page, "id=\"search-latency\""));
  CHECK(contains(to_html(gallery_report("search")), "id=\"search-latency\""));
  CHECK(contains(to_html(gallery_report("connections")), "id=\"latency-connect\""));
  CHECK_FALSE(contains(to_html(gallery_report("connections")), "id=\"throughput\""));
  CHECK(occurrences(to_html(gallery_report("empty")), "<figure") == 0);
}

TEST_CASE("an objective is drawn into the charts of the times that it limits") {
  const std::string page = to_html(gallery_report("normal"));
  CHECK(occurrences(page, ">p99&lt;10ms</span>") == 1);
}

TEST_CASE("texts of others stay texts wherever they are shown") {
  const std::string page = to_html(gallery_report("hostile"));
  CHECK(occurrences(page, "<script>") == 1);
  CHECK(occurrences(page, "</script>") == 1);
  CHECK(occurrences(page, "</style>") == 1);
  CHECK_FALSE(contains(page, "<img"));
  CHECK_FALSE(contains(page, "\x01"));
  CHECK_FALSE(contains(page, "<!--"));
  // Title, head line, broker, host, version, run, load, error, violation, warning, objective, its
  // line in the charts and the steps of the search.
  CHECK(occurrences(page, "&lt;img src=x onerror") >= 13);
}

TEST_CASE("a run of hours makes no larger page than one of minutes") {
  const std::string page = to_html(gallery_report("long"));
  CHECK(page.size() < 400'000);
  CHECK(occurrences(page, "<tr data-x=") < 2'500);
}
