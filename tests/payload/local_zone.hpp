// A time zone for tests that print local time.
#pragma once

#include <cstdlib>
#include <ctime>
#include <string>

namespace mqrig::payload::test {

// The process is in `zone` (of POSIX: "XXX-1" is one hour east of Greenwich) until the end of the
// scope.
class LocalZone {
 public:
  explicit LocalZone(const char* zone) {
    if (const char* old = std::getenv("TZ")) old_ = old;
    set(zone);
  }
  LocalZone(const LocalZone&) = delete;
  LocalZone& operator=(const LocalZone&) = delete;
  ~LocalZone() { set(old_.c_str()); }

 private:
  static void set(const char* zone) {
    if (*zone == '\0') {
      ::unsetenv("TZ");
    } else {
      ::setenv("TZ", zone, 1);
    }
    ::tzset();
  }

  std::string old_;
};

}  // namespace mqrig::payload::test
