#include <mqrig/payload/expression.hpp>

#include <mujs.h>

#include <mqrig/payload/script_engine.hpp>
#include <mqrig/payload/script_message.hpp>
#include <mqrig/payload/script_text.hpp>
#include <mqrig/payload/script_words.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::payload {

namespace {

constexpr const char* file_name = "expression";

// The engine puts "expression:1: " in front of what it says about the syntax. The line of an
// expression that has only one says nothing.
void drop_place(std::string& error, bool one_line) {
  const std::string place = std::string(file_name) + ':';
  const std::size_t at = error.find(place);
  if (at == std::string::npos) return;
  if (!one_line) {
    error.replace(at, place.size(), "line ");
    return;
  }
  const std::size_t end = error.find(": ", at);
  error.erase(at, end == std::string::npos ? end : end + 2 - at);
}

}  // namespace

struct Expression::State {
  explicit State(const std::string& expression)
      : alone("(" + expression + "\n)"),
        function(std::string("(function(") + std::string(ScriptMessage::parameters) + "){return(" +
                 expression + "\n)})"),
        message(expression) {}

  // A new engine with the function in it.
  bool start();
  bool call(const wire::Publish& publish);

  static void load(js_State* js, void* state);
  static void apply(js_State* js, void* state);
  void take_result(js_State* js);

  std::string alone;     // not the end of a function and the beginning of another
  std::string function;  // the source
  std::unique_ptr<ScriptEngine> engine;
  const char* reference = nullptr;  // of the function, in the engine
  ScriptMessage message;
  bool as_condition = false;

  // The result. The text is the engine's until the copy below is made.
  Result result = Result::failed;
  bool truth = false;
  std::string* out = nullptr;
  std::string error;
};

bool Expression::State::start() {
  engine.reset();
  engine = std::make_unique<ScriptEngine>();
  return engine->run(load, this, error);
}

void Expression::State::load(js_State* js, void* state) {
  State& self = *static_cast<State*>(state);
  js_loadstring(js, file_name, self.alone.c_str());
  js_pop(js, 1);
  js_loadstring(js, file_name, self.function.c_str());
  js_pushundefined(js);
  js_call(js, 0);
  self.reference = js_ref(js);
}

bool Expression::State::call(const wire::Publish& publish) {
  error.clear();
  result = Result::failed;
  truth = false;
  if (!engine || !engine->tidy()) {
    if (!start()) return false;
  }
  message.set(publish);
  return engine->run(apply, this, error);
}

void Expression::State::apply(js_State* js, void* state) {
  State& self = *static_cast<State*>(state);
  js_getregistry(js, self.reference);
  js_pushundefined(js);
  self.message.push(js);
  js_call(js, ScriptMessage::parameter_count);
  if (self.as_condition) {
    self.truth = js_toboolean(js, -1) != 0;
  } else {
    self.take_result(js);
  }
}

void Expression::State::take_result(js_State* js) {
  if (!js_isstring(js, -1) && js_iscoercible(js, -1) != 0) {
    js_getglobal(js, "JSON");
    js_getproperty(js, -1, "stringify");
    js_rot2(js);
    js_copy(js, -3);
    js_call(js, 1);
  }
  if (!js_iscoercible(js, -1)) {
    result = Result::nothing;
    return;
  }
  from_script(js_tostring(js, -1), *out);
  result = Result::value;
}

std::unique_ptr<Expression> Expression::compile(const std::string& text, std::string& error) {
  if (!wire::is_utf8(text) || text.find('\0') != std::string::npos) {
    error = "it is not well-formed UTF-8";
    return nullptr;
  }
  if (has_loop(text)) {
    error = "it has a loop, which might never end: use map, filter or reduce";
    return nullptr;
  }
  auto state = std::make_unique<State>(text);
  if (!state->start()) {
    error = std::move(state->error);
    drop_place(error, text.find('\n') == std::string::npos);
    return nullptr;
  }
  return std::unique_ptr<Expression>(new Expression(std::move(state)));
}

Expression::Expression(std::unique_ptr<State> state) : state_(std::move(state)) {}
Expression::~Expression() = default;

Expression::Result Expression::evaluate(const wire::Publish& publish, std::string& out) {
  state_->as_condition = false;
  state_->out = &out;
  out.clear();
  state_->call(publish);
  return state_->result;
}

bool Expression::test(const wire::Publish& publish) {
  state_->as_condition = true;
  return state_->call(publish) && state_->truth;
}

const std::string& Expression::error() const noexcept {
  return state_->error;
}

}  // namespace mqrig::payload
