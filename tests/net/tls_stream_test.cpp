#include <doctest/doctest.h>

#include "tests/net/tls_rig.hpp"

namespace mqrig::net::tests {

TEST_CASE("a handshake is made, and bytes go both ways") {
  TlsRig rig;
  rig.establish();
  CHECK(rig.pass(*rig.client, *rig.server, "hello") == "hello");
  CHECK(rig.pass(*rig.server, *rig.client, "and back") == "and back");
}

}  // namespace mqrig::net::tests
