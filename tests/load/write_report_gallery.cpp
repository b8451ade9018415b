// Writes the gallery of reports as web pages, for a browser to look at: write_report_gallery
// FOLDER.
#include <fstream>
#include <iostream>
#include <mqrig/load/report_html.hpp>

#include "report_gallery.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: write_report_gallery FOLDER\n";
    return 2;
  }
  for (const std::string_view name : mqrig::test::gallery_names()) {
    const std::string path = std::string(arguments[1]) + "/" + std::string(name) + ".html";
    std::ofstream file(path, std::ios::binary);
    file << mqrig::load::to_html(mqrig::test::gallery_report(name));
    if (!file.flush()) {
      std::cerr << "cannot write " << path << "\n";
      return 1;
    }
  }
}
