#include <mqrig/payload/script_engine.hpp>

#include <mujs.h>
#include <csetjmp>
#include <cstdlib>
#include <new>

#include <mqrig/payload/script_text.hpp>

namespace mqrig::payload {

namespace {

// Garbage is collected by the engine after a number of objects, whatever their size; and by
// tidy() after this many bytes.
constexpr std::size_t garbage_limit = std::size_t{16} << 20;
constexpr std::size_t leftover_limit = std::size_t{8} << 20;

// In front of each block; as large as the strictest alignment.
struct alignas(std::max_align_t) BlockHeader {
  std::size_t size;
};

// Makes the objects of the language immutable. Where a prototype is frozen, objects that inherit
// from it cannot be given properties of the same names, which JSON from outside may have and the
// engine sets itself in errors: those of Object and the errors become accessors instead, whose
// setter defines the property in the object at hand.
constexpr const char* freeze_everything = R"((function (global, setter_of) {
  function freeze(object) {
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return;
    if (Object.isFrozen(object)) return;
    Object.freeze(object);
    Object.getOwnPropertyNames(object).forEach(function (name) { freeze(object[name]); });
  }
  function open(prototype) {
    Object.getOwnPropertyNames(prototype).forEach(function (name) {
      var value = prototype[name];
      var get = function () { return value; };
      var set = setter_of(name);
      Object.defineProperty(prototype, name, { get: get, set: set });
      freeze(get);
      freeze(set);
    });
  }
  [Object, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
      .forEach(function (constructor) { open(constructor.prototype); });
  freeze(global);
}))";

constexpr const char* key_of_setter = "key";

// A setter: defines its key in `this` as what it is called with.
void define_own(js_State* state) {
  js_currentfunction(state);
  js_getproperty(state, -1, key_of_setter);
  js_copy(state, 0);
  js_copy(state, 1);
  js_defproperty(state, -2, js_tostring(state, -3), 0);
  js_pushundefined(state);
}

// setter_of(key)
void make_setter(js_State* state) {
  js_newcfunction(state, define_own, "set", 1);
  js_copy(state, 1);
  js_defproperty(state, -2, key_of_setter, JS_DONTENUM);
}

void freeze_language(js_State* state, void*) {
  js_loadstring(state, "engine", freeze_everything);
  js_pushundefined(state);
  js_call(state, 0);
  js_pushundefined(state);
  js_pushglobal(state);
  js_newcfunction(state, make_setter, "setter_of", 1);
  js_call(state, 2);
}

}  // namespace

struct ScriptEngine::Heap {
  std::size_t used = 0;
  std::size_t base = 0;  // when nothing has been run
  bool refused = false;
};

ScriptEngine::ScriptEngine()
    : heap_(std::make_unique<Heap>()), state_(js_newstate(allocate, heap_.get(), JS_STRICT)) {
  std::string error;
  if (!state_ || !run(freeze_language, nullptr, error)) throw std::bad_alloc();
  js_gc(state_.get(), 0);
  heap_->base = heap_->used;
}

ScriptEngine::~ScriptEngine() = default;

void ScriptEngine::Release::operator()(js_State* state) const noexcept {
  js_freestate(state);
}

void* ScriptEngine::allocate(void* heap, void* block, int size) {
  Heap& of = *static_cast<Heap*>(heap);
  auto* header = block != nullptr ? static_cast<BlockHeader*>(block) - 1 : nullptr;
  const std::size_t before = header != nullptr ? header->size : 0;
  if (size == 0) {
    of.used -= before;
    std::free(header);
    return nullptr;
  }
  const std::size_t wanted = static_cast<std::size_t>(size) + sizeof(BlockHeader);
  void* moved = nullptr;
  if (of.used - before + wanted <= memory_limit) moved = std::realloc(header, wanted);
  if (moved == nullptr) {
    of.refused = true;
    return nullptr;
  }
  of.used = of.used - before + wanted;
  auto* made = new (moved) BlockHeader{wanted};
  return made + 1;
}

bool ScriptEngine::run(Action action, void* argument, std::string& error) {
  js_State* const state = state_.get();
  heap_->refused = false;
  const int top = js_gettop(state);
  if (setjmp(static_cast<__jmp_buf_tag*>(js_savetry(state))) != 0) return raised(error);
  try {
    action(state, argument);
  } catch (...) {
    js_pop(state, js_gettop(state) - top);
    js_endtry(state);
    throw;
  }
  js_pop(state, js_gettop(state) - top);
  js_endtry(state);
  return true;
}

// With the error on the stack, which is as it was before otherwise.
bool ScriptEngine::raised(std::string& error) {
  const bool out_of_memory = heap_->refused;
  if (out_of_memory) {
    error = "needs more than 64 MiB of memory";
  } else {
    from_script(js_trystring(state_.get(), -1, "an error that has no text"), error);
  }
  js_pop(state_.get(), 1);
  if (out_of_memory) js_gc(state_.get(), 0);
  return false;
}

bool ScriptEngine::tidy() {
  if (heap_->used <= heap_->base + garbage_limit) return true;
  js_gc(state_.get(), 0);
  return heap_->used <= heap_->base + leftover_limit;
}

}  // namespace mqrig::payload
