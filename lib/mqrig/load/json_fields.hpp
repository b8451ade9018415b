// Reading the members of JSON objects, with an error that says which one is wrong.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mqrig::load {

// One object. Members that are missing or null leave what is there. The first member of the wrong
// type, in this object or any that was opened through it, is told in `problem`, and nothing is
// read after it. Refers to the JSON and to `problem`.
class JsonFields {
 public:
  using Json = nlohmann::ordered_json;

  // `path` names it in errors: "run.clock".
  JsonFields(const Json& object, std::string path, std::string& problem);

  bool failed() const noexcept { return !problem_.empty(); }
  // "totals.sent_qos1 is ..." where nothing was wrong before.
  void fail(std::string_view key, std::string_view what);

  void read(std::string_view key, bool& into);
  void read(std::string_view key, double& into);  // finite
  void read(std::string_view key, double& into, double least, double most);
  void read(std::string_view key, std::string& into);
  void read(std::string_view key, std::vector<std::string>& into);
  template <typename Integer>
  requires std::is_integral_v<Integer>
  void read(std::string_view key, Integer& into);

  // The member, when it is an object or a list; else null, and an error when it is something else.
  const Json* object(std::string_view key);
  const Json* list(std::string_view key);
  // The object that is the member; one without members where there is none.
  JsonFields open(std::string_view key);

  const Json& json() const noexcept { return *json_; }
  std::string path_of(std::string_view key) const;
  std::string& problem() noexcept { return problem_; }

 private:
  const Json* find(std::string_view key) const;

  const Json* json_;
  std::string path_;
  std::string& problem_;
};

template <typename Integer>
requires std::is_integral_v<Integer>
void JsonFields::read(std::string_view key, Integer& into) {
  const Json* value = find(key);
  if (value == nullptr) return;
  if (value->is_number_unsigned()) {
    const auto number = value->template get<std::uint64_t>();
    if (std::in_range<Integer>(number)) {
      into = static_cast<Integer>(number);
      return;
    }
  } else if (value->is_number_integer()) {
    const auto number = value->template get<std::int64_t>();
    if (std::in_range<Integer>(number)) {
      into = static_cast<Integer>(number);
      return;
    }
  }
  fail(key, "is not a whole number from " + std::to_string(std::numeric_limits<Integer>::min()) +
                " to " + std::to_string(std::numeric_limits<Integer>::max()));
}

}  // namespace mqrig::load
