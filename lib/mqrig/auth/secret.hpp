#pragma once

#include <string_view>
#include <vector>

namespace mqrig::auth {

// A copy of a password that is overwritten when it is no longer needed. Moving it leaves no second
// copy behind, as moving a short std::string does.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : bytes_(text.begin(), text.end()) {}
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&& other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~Secret();

  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::vector<char> bytes_;
};

}  // namespace mqrig::auth
