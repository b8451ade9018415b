#pragma once

#include "source.hpp"

namespace mqrig::pub {

/// One message, some number of times.
class RepeatedMessage final : public Source {
 public:
  /// What `message` views must outlive the source. `earlier`: how many of them came before.
  RepeatedMessage(const wire::Publish& message, std::uint64_t count, std::uint64_t earlier = 0)
      : message_(message), count_(count), number_(earlier) {}

  Step next() override { return number_ >= count_ ? Step::end : (++number_, Step::message); }
  const wire::Publish& message() const override { return message_; }
  std::uint64_t number() const override { return number_; }
  std::string place(std::uint64_t number) const override {
    return count_ == 1 ? std::string() : "message " + std::to_string(number);
  }

 private:
  wire::Publish message_;
  std::uint64_t count_;
  std::uint64_t number_;
};

}  // namespace mqrig::pub
