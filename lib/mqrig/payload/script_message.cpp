#include <mqrig/payload/script_message.hpp>

#include <mujs.h>

#include <mqrig/payload/base64.hpp>
#include <mqrig/payload/parse_json.hpp>
#include <mqrig/payload/script_text.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::payload {

namespace {

// The engine's stack has 256 places; its parser takes one for each level.
constexpr std::size_t deepest_json = 200;

void push_view(js_State* state, std::string_view text) {
  js_pushlstring(state, text.data(), static_cast<int>(text.size()));
}

// Without a prototype: no key that somebody sends is special.
void push_empty_object(js_State* state) {
  js_pushnull(state);
  js_newobjectx(state);
}

}  // namespace

ScriptMessage::ScriptMessage(std::string_view expression) {
  bool all = false;
  // Names may be made of pieces in code that is made of text, or be spelled with escapes.
  for (const std::string_view any : {"eval", "Function", "constructor", "arguments", "\\"}) {
    all = all || expression.find(any) != std::string_view::npos;
  }
  std::string_view rest = parameters;
  for (bool& seen : seen_) {
    const std::string_view name = rest.substr(0, rest.find(','));
    seen = all || expression.find(name) != std::string_view::npos;
    if (name.size() < rest.size()) rest.remove_prefix(name.size() + 1);
  }
}

void ScriptMessage::set(const wire::Publish& publish) {
  publish_ = publish;
  if (seen_[topic]) to_script(publish.topic, topic_);
  if (seen_[payload] || seen_[text]) set_payload();
  user_keys_.clear();
  base64_.clear();
  if (!seen_[user] && !seen_[properties]) return;
  for (const wire::Property& property : publish.properties) {
    if (property.id == wire::PropertyId::user_property) {
      user_keys_.append(property.key).push_back('\0');
    } else if (property.id == wire::PropertyId::correlation_data) {
      append_base64(base64_, wire::as_bytes(property.text));
    }
  }
}

void ScriptMessage::set_payload() {
  const std::string_view bytes = wire::as_text(publish_.payload);
  is_text_ = wire::is_utf8(bytes);
  // The engine's own parser does not mind what follows a value, nor how deep one is.
  is_json_ = is_text_ && seen_[payload] && is_embeddable_json(bytes, deepest_json);
  if (is_text_) to_script(bytes, text_);
}

void ScriptMessage::push(js_State* state) const {
  const auto push_if = [this, state](Parameter parameter, auto&& push_it) {
    seen_[parameter] ? push_it() : js_pushundefined(state);
  };
  push_if(topic, [&] { push_view(state, topic_); });
  push_if(payload, [&] { push_payload(state); });
  push_if(text, [&] { push_text(state); });
  push_if(size, [&] { js_pushnumber(state, static_cast<double>(publish_.payload.size())); });
  push_if(qos, [&] { js_pushnumber(state, static_cast<double>(publish_.qos)); });
  push_if(retain, [&] { js_pushboolean(state, publish_.retain ? 1 : 0); });
  push_if(user, [&] { push_user(state); });
  push_if(properties, [&] { push_properties(state); });
}

void ScriptMessage::push_text(js_State* state) const {
  is_text_ ? push_view(state, text_) : js_pushundefined(state);
}

void ScriptMessage::push_payload(js_State* state) const {
  if (!is_json_) return push_text(state);
  js_getglobal(state, "JSON");
  js_getproperty(state, -1, "parse");
  js_rot2(state);
  push_view(state, text_);
  js_call(state, 1);
}

void ScriptMessage::push_user(js_State* state) const {
  push_empty_object(state);
  const char* key = user_keys_.c_str();
  for (const wire::Property& property : publish_.properties) {
    if (property.id != wire::PropertyId::user_property) continue;
    push_view(state, property.text);
    js_setproperty(state, -2, key);
    key += property.key.size() + 1;
  }
}

void ScriptMessage::push_properties(js_State* state) const {
  push_empty_object(state);
  for (const wire::Property& property : publish_.properties) {
    const auto* spec = wire::find_property(static_cast<std::uint32_t>(property.id));
    switch (spec->type) {
      case wire::PropertyType::utf8_string_pair:
        continue;
      case wire::PropertyType::utf8_string:
        push_view(state, property.text);
        break;
      case wire::PropertyType::binary:
        push_view(state, wire::as_text(base64_.view()));
        break;
      default:
        js_pushnumber(state, property.integer);
    }
    js_setproperty(state, -2, spec->name.data());  // a literal
  }
}

}  // namespace mqrig::payload
