#include <mqrig/auth/strict_json.hpp>
#include <set>
#include <vector>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_depth = 16;
constexpr std::size_t max_shown = 80;

struct Refused {
  std::string fault;
};

// Watches a parser, and stops it at what is not to be used.
class Watch {
 public:
  bool operator()(int, Json::parse_event_t event, const Json& parsed) {
    switch (event) {
      case Json::parse_event_t::object_start:
      case Json::parse_event_t::array_start:
        keys_.emplace_back();
        if (keys_.size() > max_depth) throw Refused{"it nests too deeply"};
        break;
      case Json::parse_event_t::object_end:
      case Json::parse_event_t::array_end:
        keys_.pop_back();
        break;
      case Json::parse_event_t::key:
        add(parsed.get_ref<const std::string&>());
        break;
      case Json::parse_event_t::value:
        break;
    }
    return true;
  }

 private:
  void add(const std::string& key) {
    if (keys_.back().insert(key).second) return;
    throw Refused{"it has the key " + shown(key) + " twice"};
  }

  std::vector<std::set<std::string>> keys_;  // of each object and list that is open
};

}  // namespace

Json parse_strict_object(std::string_view text, std::string& fault) {
  fault.clear();
  try {
    Json parsed = Json::parse(text, Watch());
    if (parsed.is_object()) return parsed;
    fault = "it is not a JSON object";
  } catch (const Refused& refused) {
    fault = refused.fault;
  } catch (const Json::parse_error& error) {
    fault = "it is not JSON, at byte " + std::to_string(error.byte);
  } catch (const Json::exception&) {
    fault = "it has a number that is too large";
  }
  return Json(Json::value_t::discarded);
}

const Json* find_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string shown(std::string_view text) {
  std::string result = "'";
  for (const char byte : text.substr(0, max_shown)) {
    result += byte >= ' ' && byte <= '~' ? byte : '?';
  }
  return result + (text.size() > max_shown ? "...'" : "'");
}

}  // namespace mqrig::auth
