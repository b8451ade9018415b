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
        return "no space left for the file";
      case Error::damaged:
        return "the file is damaged";
      case Error::in_use:
        return "the file is in use by another process";
      case Error::not_writable:
        return "the file cannot be written";
      case Error::no_memory:
        return "not enough memory for the file";
      case Error::input_output:
        return "the file could not be read or written";
      case Error::unexpected:
        return "the file could not be used";
    }
    return "unknown error of a stored file";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace mqrig::store
