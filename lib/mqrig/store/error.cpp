#include <mqrig/store/error.hpp>

namespace mqrig::store {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "mqrig.store"; }

  std::string message(int value) const override {
    switch (static_cast<Error>(value)) {
      case Error::none:
        return "no error";
      case Error::no_space:
        return "no space left for the state file";
      case Error::damaged:
        return "the state file is damaged";
      case Error::in_use:
        return "the state file is in use by another process";
      case Error::not_writable:
        return "the state file cannot be written";
      case Error::no_memory:
        return "not enough memory for the state file";
      case Error::input_output:
        return "the state file could not be read or written";
      case Error::unexpected:
        return "the state file could not be used";
    }
    return "unknown state file error";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace mqrig::store
