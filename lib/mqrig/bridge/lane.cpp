#include <mqrig/bridge/lane.hpp>

#include <algorithm>
#include <stdexcept>

#include <mqrig/bridge/json_element.hpp>

namespace mqrig::bridge {

namespace {

std::unique_ptr<payload::Expression> compile(const char* what, const std::string& text) {
  if (text.empty()) return nullptr;
  std::string error;
  auto expression = payload::Expression::compile(text, error);
  if (!expression) {
    throw std::invalid_argument(std::string("the expression of ") + what +
                                " cannot be compiled: " + error);
  }
  return expression;
}

bool retain_at_target(RetainRule rule, bool retained) noexcept {
  return rule == RetainRule::force || (rule == RetainRule::keep && retained);
}

}  // namespace

Lane::Lane(const Rule& rule)
    : rule_(&rule),
      property_rules_(rule),
      filter_(compile("filter", rule.filter)),
      transform_(compile("transform", rule.transform)) {}

void Lane::drop(Dropped why, std::string_view what, std::string_view problem,
                Forwarder::Sink& sink) {
  detail_.assign(what).append(" failed: ").append(problem);
  sink.on_dropped(why, detail_);
}

bool Lane::send(const wire::Publish& publish, std::string_view topic, std::string_view path,
                ResponseTopics& responses, Forwarder::Sink& sink) {
  Forwarded made;
  made.rule = rule_;
  wire::Publish& target = made.publish;
  target.topic = topic;
  target.payload = publish.payload;
  target.qos = std::min(rule_->qos.value_or(publish.qos), rule_->max_qos);
  target.retain = retain_at_target(rule_->retain, publish.retain);
  target.properties = property_rules_.apply(
      publish.properties, path, rule_->map_response_topic ? &responses : nullptr, properties_);
  if (rule_->split == PayloadSplit::none) return send_piece(publish, made, sink);

  std::string& problem = payload_;
  if (!pieces_.take(rule_->split, publish.payload, problem)) {
    drop(Dropped::invalid, "split", problem, sink);
    return false;
  }
  if (pieces_.list().empty()) sink.on_dropped(Dropped::filtered, {});
  wire::Publish source = publish;
  bool sent = false;
  for (const std::string_view piece : pieces_.list()) {
    source.payload = target.payload = wire::as_bytes(piece);
    sent = send_piece(source, made, sink) || sent;
  }
  return sent;
}

bool Lane::send_piece(const wire::Publish& source, Forwarded& made, Forwarder::Sink& sink) {
  if (filter_ && !wants(source, sink)) return false;
  if (transform_ && !transform(source, made.publish, sink)) return false;
  if (rule_->batch.format == store::Batch::Format::json_array) {
    made.publish.payload = json_element(made.publish.payload, element_);
  }
  sink.on_forwarded(made);
  return true;
}

bool Lane::wants(const wire::Publish& source, Forwarder::Sink& sink) {
  if (filter_->test(source)) return true;
  if (filter_->error().empty()) {
    sink.on_dropped(Dropped::filtered, {});
  } else {
    drop(Dropped::invalid, "filter", filter_->error(), sink);
  }
  return false;
}

bool Lane::transform(const wire::Publish& source, wire::Publish& target, Forwarder::Sink& sink) {
  switch (transform_->evaluate(source, payload_)) {
    case payload::Expression::Result::value:
      target.payload = wire::as_bytes(payload_);
      return true;
    case payload::Expression::Result::nothing:
      sink.on_dropped(Dropped::filtered, {});
      return false;
    case payload::Expression::Result::failed:
      break;
  }
  drop(Dropped::invalid, "transform", transform_->error(), sink);
  return false;
}

}  // namespace mqrig::bridge
