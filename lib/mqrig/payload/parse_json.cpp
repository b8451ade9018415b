#include <iterator>
#include <nlohmann/json.hpp>

#include <mqrig/payload/parse_json.hpp>

namespace mqrig::payload {

namespace {

using Json = nlohmann::json;

// An iterator that tells outside where the parser stands, which copies its iterators.
class Place {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  explicit Place(const char*& at) : at_(&at) {}
  reference operator*() const { return **at_; }
  Place& operator++() {
    ++*at_;
    return *this;
  }
  friend bool operator==(const Place& a, const Place& b) { return *a.at_ == *b.at_; }

 private:
  const char** at_;
};

// In the words of the parser, without what it says around them.
std::string_view cause(const Json::exception& error) {
  constexpr int number_overflow = 406;
  if (error.id == number_overflow) return "a number is too large";
  std::string_view text = error.what();
  if (const std::size_t dash = text.find(" - "); dash != std::string_view::npos) {
    text.remove_prefix(dash + 3);
  }
  return text.substr(0, text.find("; last read: "));
}

// Receives what the parser finds. Behind an event, `at` is behind the value's last byte, and behind
// a number one further, where there is more.
class Children {
 public:
  Children(std::string_view json, const char* const& at,
           const std::function<bool(const JsonChild&)>& visit, std::string& problem)
      : json_(json), at_(at), visit_(visit), problem_(problem) {}

  bool null() { return scalar(nullptr); }
  bool boolean(bool) { return scalar(nullptr); }
  bool number_integer(Json::number_integer_t) { return number(); }
  bool number_unsigned(Json::number_unsigned_t) { return number(); }
  bool number_float(Json::number_float_t, const std::string&) { return number(); }
  bool string(std::string& text) { return scalar(&text); }
  bool binary(Json::binary_t&) { return false; }  // is not in JSON
  bool start_object(std::size_t) { return open(); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    if (depth_ == 1) {
      key_.swap(name);
      behind_ = place();
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) {
    problem_.append(cause(error)).append(" at byte ").append(std::to_string(position));
    return false;
  }

 private:
  std::size_t place() const { return static_cast<std::size_t>(at_ - json_.data()); }

  bool open() {
    if (depth_++ == 0) behind_ = place();
    return true;
  }
  bool close() { return --depth_ != 1 || child(place(), nullptr); }
  bool scalar(std::string* text) { return depth_ != 1 || child(place(), text); }
  bool number() {
    return depth_ != 1 || child(json_.find_first_of(",]} \t\r\n", begin()), nullptr);
  }

  // Of the value behind the last key, bracket or value.
  std::size_t begin() const { return json_.find_first_not_of(":, \t\r\n", behind_); }

  bool child(std::size_t end, std::string* text) {
    const std::size_t start = begin();
    behind_ = end;
    return visit_({key_, json_.substr(start, end - start), text});
  }

  std::string_view json_;
  const char* const& at_;
  const std::function<bool(const JsonChild&)>& visit_;
  std::string& problem_;
  std::string key_;
  std::size_t behind_ = 0;
  std::size_t depth_ = 0;
};

// Accepts any value that is not nested too deeply.
class Embeddable {
 public:
  explicit Embeddable(std::size_t max_depth) : max_depth_(max_depth) {}

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(Json::number_integer_t) { return true; }
  bool number_unsigned(Json::number_unsigned_t) { return true; }
  bool number_float(Json::number_float_t, const std::string&) { return true; }
  bool string(std::string&) { return true; }
  bool binary(Json::binary_t&) { return false; }
  bool key(std::string&) { return true; }
  bool start_object(std::size_t) { return ++depth_ <= max_depth_; }
  bool start_array(std::size_t) { return ++depth_ <= max_depth_; }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) { return false; }

 private:
  bool close() {
    --depth_;
    return true;
  }

  std::size_t max_depth_;
  std::size_t depth_ = 0;
};

// The parser takes a NUL between values for the end, and passes over a byte order mark: neither is
// JSON.
std::size_t find_foreign(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? 0 : text.find('\0');
}

}  // namespace

bool visit_json(std::string_view json, const std::function<bool(const JsonChild&)>& visit,
                std::string& problem) {
  problem.clear();
  if (const std::size_t foreign = find_foreign(json); foreign != std::string_view::npos) {
    problem = "invalid character at byte " + std::to_string(foreign + 1);
    return false;
  }
  const char* at = json.data();
  const char* end = at + json.size();
  Children children(json, at, visit, problem);
  return Json::sax_parse(Place(at), Place(end), &children);
}

bool is_embeddable_json(std::string_view text, std::size_t max_depth) {
  Embeddable embeddable(max_depth);
  return find_foreign(text) == std::string_view::npos &&
         Json::sax_parse(text.begin(), text.end(), &embeddable);
}

}  // namespace mqrig::payload
