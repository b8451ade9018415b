#include <doctest/doctest.h>

#include <mqrig/load/error_counts.hpp>
#include <mqrig/net/error.hpp>

using namespace mqrig;
using namespace mqrig::load;

TEST_CASE("errors are told by what failed and why") {
  ErrorCounts errors;
  errors.add(ErrorKind::connack, wire::ReasonCode::not_authorized);
  errors.add(ErrorKind::connect, make_error_code(std::errc::connection_refused));
  errors.add(ErrorKind::connect, net::Error::name_not_found);
  errors.add(ErrorKind::subscribe, wire::ReasonCode::quota_exceeded);
  errors.add(ErrorKind::lost, std::error_code());
  errors.add(ErrorKind::worker, std::error_code(3, std::generic_category()));
  CHECK(errors.texts() == std::map<std::string, std::uint64_t>{
                              {"CONNACK: Not authorized (0x87)", 1},
                              {"connect: Connection refused", 1},
                              {"connect: no such host", 1},
                              {"SUBACK: Quota exceeded (0x97)", 1},
                              {"connection lost: closed by the broker", 1},
                              {"worker process: exit code 3", 1},
                          });
}

TEST_CASE("errors of the same kind and code are counted together, also those read back") {
  ErrorCounts one;
  one.add(ErrorKind::disconnect, wire::ReasonCode::server_shutting_down, 2);
  ErrorCounts other;
  other.add("DISCONNECT: Server shutting down (0x8B)", 3);
  other.add("something else", 1);
  one.merge(other);
  CHECK(one.texts().at("DISCONNECT: Server shutting down (0x8B)") == 5);
  CHECK(one.total() == 6);
}

TEST_CASE("errors are found by kind and reason, also those read back") {
  ErrorCounts errors;
  errors.add("CONNACK: Not authorized (0x87)", 3);
  errors.add(ErrorKind::connack, wire::ReasonCode::not_authorized);
  errors.add(ErrorKind::subscribe, wire::ReasonCode::not_authorized);
  CHECK(errors.count(ErrorKind::connack, wire::ReasonCode::not_authorized) == 4);
  CHECK(errors.count(ErrorKind::connack, wire::ReasonCode::banned) == 0);
}

TEST_CASE("errors of one kind are counted together, whatever their cause") {
  ErrorCounts errors;
  errors.add(ErrorKind::tls, "the certificate has expired", 2);
  errors.add("TLS: the server is no server", 3);
  errors.add("TLSX: something else", 1);
  errors.add(ErrorKind::timeout, std::error_code());
  CHECK(errors.count(ErrorKind::tls) == 5);
  CHECK(errors.texts().at("TLS: the certificate has expired") == 2);
  CHECK(errors.count(ErrorKind::worker) == 0);
}

TEST_CASE("nothing counted is empty") {
  ErrorCounts errors;
  errors.add(ErrorKind::timeout, std::error_code(), 0);
  CHECK(errors.empty());
  CHECK(errors.texts().empty());
}
