#include <mqrig/load/json_fields.hpp>

namespace mqrig::load {
namespace {

const JsonFields::Json& nothing() {
  static const JsonFields::Json object = JsonFields::Json::object();
  return object;
}

}  // namespace

JsonFields::JsonFields(const Json& object, std::string path, std::string& problem)
    : json_(object.is_object() ? &object : &nothing()), path_(std::move(path)), problem_(problem) {
  if (!object.is_object() && problem_.empty()) problem_ = path_ + " is not an object";
}

std::string JsonFields::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void JsonFields::fail(std::string_view key, std::string_view what) {
  if (problem_.empty()) problem_.append(path_of(key)).append(" ").append(what);
}

const JsonFields::Json* JsonFields::find(std::string_view key) const {
  if (!problem_.empty()) return nullptr;
  const auto found = json_->find(std::string(key));
  return found == json_->end() || found->is_null() ? nullptr : &*found;
}

void JsonFields::read(std::string_view key, bool& into) {
  const Json* value = find(key);
  if (value == nullptr) return;
  if (!value->is_boolean()) return fail(key, "is neither true nor false");
  into = value->get<bool>();
}

void JsonFields::read(std::string_view key, double& into) {
  const Json* value = find(key);
  if (value == nullptr) return;
  if (!value->is_number()) return fail(key, "is not a number");
  into = value->get<double>();
}

void JsonFields::read(std::string_view key, double& into, double least, double most) {
  double value = into;
  read(key, value);
  if (failed()) return;
  if (value < least || value > most) return fail(key, "is out of range");
  into = value;
}

void JsonFields::read(std::string_view key, std::string& into) {
  const Json* value = find(key);
  if (value == nullptr) return;
  if (!value->is_string()) return fail(key, "is not a text");
  into = value->get_ref<const std::string&>();
}

void JsonFields::read(std::string_view key, std::vector<std::string>& into) {
  const Json* values = list(key);
  if (values == nullptr) return;
  for (const Json& value : *values) {
    if (!value.is_string()) return fail(key, "is not a list of texts");
    into.push_back(value.get_ref<const std::string&>());
  }
}

const JsonFields::Json* JsonFields::object(std::string_view key) {
  const Json* value = find(key);
  if (value != nullptr && !value->is_object()) fail(key, "is not an object");
  return value != nullptr && value->is_object() ? value : nullptr;
}

const JsonFields::Json* JsonFields::list(std::string_view key) {
  const Json* value = find(key);
  if (value != nullptr && !value->is_array()) fail(key, "is not a list");
  return value != nullptr && value->is_array() ? value : nullptr;
}

JsonFields JsonFields::open(std::string_view key) {
  const Json* value = object(key);
  return JsonFields(value != nullptr ? *value : nothing(), path_of(key), problem_);
}

}  // namespace mqrig::load
