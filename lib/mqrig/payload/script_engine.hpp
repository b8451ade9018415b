// The JavaScript engine that expressions run in. Internal to this room.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct js_State;

namespace mqrig::payload {

// The objects of the language are there and cannot be changed, so that a script leaves nothing
// behind: no globals, no properties, no functions replaced. An object may still have properties of
// any name of its own, such as "toString". One thread at a time.
class ScriptEngine {
 public:
  // Of everything that scripts hold, the language's own objects included.
  static constexpr std::size_t memory_limit = std::size_t{64} << 20;

  // Throws std::bad_alloc.
  ScriptEngine();
  ~ScriptEngine();
  ScriptEngine(const ScriptEngine&) = delete;
  ScriptEngine& operator=(const ScriptEngine&) = delete;

  // Runs what may raise a JavaScript error, which leaves `action` by longjmp(): it and all that it
  // calls have nothing to destroy at such a place. C++ exceptions may leave it where no call of the
  // engine is on their way. What is left on the engine's stack is removed. False, and why in
  // `error`, when an error came out.
  using Action = void (*)(js_State* state, void* argument);
  bool run(Action action, void* argument, std::string& error);

  // Collects garbage when that is worth the time. False when too much is left, which are names of
  // properties that the engine keeps for good: a new engine is needed then.
  bool tidy();

 private:
  struct Heap;
  struct Release {
    void operator()(js_State* state) const noexcept;
  };

  static void* allocate(void* heap, void* block, int size);
  bool raised(std::string& error);

  std::unique_ptr<Heap> heap_;
  std::unique_ptr<js_State, Release> state_;
};

}  // namespace mqrig::payload
