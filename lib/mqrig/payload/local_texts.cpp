#include <ctime>

#include <mqrig/payload/local_texts.hpp>

namespace mqrig::payload {

std::size_t LocalTexts::add(std::string_view format) {
  formats_.emplace_back(format);
  texts_.emplace_back();
  second_ = std::numeric_limits<std::int64_t>::min();
  return formats_.size() - 1;
}

void LocalTexts::start_second(std::int64_t second) {
  second_ = second;
  const std::time_t time = second;
  std::tm parts{};
  ::localtime_r(&time, &parts);
  char text[256];
  for (std::size_t i = 0; i < formats_.size(); ++i) {
    texts_[i].assign(text, std::strftime(text, sizeof text, formats_[i].c_str(), &parts));
  }
}

}  // namespace mqrig::payload
