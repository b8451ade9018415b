// What one rule makes of a message on one of its ways. Internal to this room.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <mqrig/bridge/forwarder.hpp>
#include <mqrig/bridge/payload_pieces.hpp>
#include <mqrig/bridge/property_rules.hpp>
#include <mqrig/bridge/rule_route.hpp>
#include <mqrig/payload/expression.hpp>
#include <mqrig/wire/buffer.hpp>

namespace mqrig::bridge {

class Lane {
 public:
  // Throws std::invalid_argument when an expression is not valid. `rule` outlives it.
  explicit Lane(const Rule& rule);

  // Gives the sink what becomes of the message, whose topic at the target is `topic`. `path` is
  // empty when none is passed on. True when something went.
  bool send(const wire::Publish& publish, std::string_view topic, std::string_view path,
            ResponseTopics& responses, Forwarder::Sink& sink);

 private:
  bool send_piece(const wire::Publish& source, Forwarded& made, Forwarder::Sink& sink);
  bool wants(const wire::Publish& source, Forwarder::Sink& sink);
  bool transform(const wire::Publish& source, wire::Publish& target, Forwarder::Sink& sink);
  void drop(Dropped why, std::string_view what, std::string_view problem, Forwarder::Sink& sink);

  const Rule* rule_;
  PropertyRules property_rules_;
  std::unique_ptr<payload::Expression> filter_;
  std::unique_ptr<payload::Expression> transform_;

  // Memory that is kept from message to message.
  wire::PropertyWriter properties_;
  PayloadPieces pieces_;
  std::string payload_;
  wire::Buffer element_;
  std::string detail_;
};

}  // namespace mqrig::bridge
