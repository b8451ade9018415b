// Nanoseconds for the question whether a message may pass, with a handful of rules: for topics that
// come again and again, and for new ones.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <mqrig/broker/acl.hpp>

#include <tests/bench/rounds.hpp>

namespace {

using namespace mqrig;
using broker::Access;
using broker::Permissions;

constexpr const char* list =
    "user device\n"
    "topic read site/4/command/#\n"
    "topic read site/+/time\n"
    "topic deny site/4/sensor/secret\n"
    "pattern write site/+/sensor/%c/#\n"
    "pattern read $SYS/broker/uptime\n";

double check(Permissions& permissions, std::size_t topics_count) {
  std::vector<std::string> topics;
  for (std::size_t n = 0; n < topics_count; ++n) {
    topics.push_back("site/4/sensor/c17/temperature" + std::to_string(n));
  }
  std::size_t at = 0;
  constexpr std::size_t operations = 10'000;
  return bench::best_of_rounds(operations, [&] {
    for (std::size_t i = 0; i < operations; ++i) {
      if (!permissions.may(Access::write, topics[at])) std::abort();
      if (++at == topics.size()) at = 0;
    }
  });
}

}  // namespace

int main() {
  std::string error;
  const auto acl = broker::Acl::parse(list, error);
  if (!acl) std::abort();
  Permissions permissions = acl->permissions("device", "c17");
  std::printf("one topic    %6.1f ns\n", check(permissions, 1));
  std::printf("1000 topics  %6.1f ns\n", check(permissions, 1000));
}
