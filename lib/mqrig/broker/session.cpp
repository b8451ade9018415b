#include <mqrig/broker/session.hpp>

#include <mqrig/broker/permissions.hpp>

namespace mqrig::broker {

Session::Session(std::string id, const session::ExchangeSettings& exchange)
    : Subscriber(Kind::session),
      engine(session::Role::server, exchange),
      client_id(std::move(id)) {}

Session::~Session() = default;

}  // namespace mqrig::broker
