#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <csignal>
#include <memory>
#include <mqrig/net/signals.hpp>
#include <vector>

#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

bool has_default_action(int signal) {
  struct sigaction current {};
  ::sigaction(signal, nullptr, &current);
  return current.sa_handler == SIG_DFL;
}

}  // namespace

TEST_CASE("SIGINT, SIGTERM and SIGHUP arrive as calls, each time") {
  asio::io_context context;
  std::vector<int> seen;
  {
    const Signals signals(context, [&](int signal) { seen.push_back(signal); });
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGINT}) {
      ::raise(signal);
      const std::size_t before = seen.size();
      run_until(context, [&] { return seen.size() > before; });
      CHECK(seen.back() == signal);
    }
  }
  CHECK(has_default_action(SIGINT));
  run_ready(context);
  CHECK(seen.size() == 4);
}

TEST_CASE("exactly the signals that were asked for arrive") {
  asio::io_context context;
  std::vector<int> seen;
  {
    const Signals signals(context, {SIGUSR1, SIGUSR2}, [&](int signal) { seen.push_back(signal); });
    CHECK(has_default_action(SIGHUP));
    ::raise(SIGUSR1);
    run_until(context, [&] { return !seen.empty(); });
    ::raise(SIGUSR2);
    run_until(context, [&] { return seen.size() == 2; });
  }
  CHECK(seen == std::vector<int>{SIGUSR1, SIGUSR2});
  CHECK(has_default_action(SIGUSR1));
}

TEST_CASE("a signal that was ignored at the start stays ignored") {
  asio::io_context context;
  ::signal(SIGHUP, SIG_IGN);
  bool called = false;
  {
    const Signals signals(context, [&](int) { called = true; });
    ::raise(SIGHUP);
    run_ready(context);
  }
  ::signal(SIGHUP, SIG_DFL);
  CHECK_FALSE(called);
}

TEST_CASE("a signal watcher may be destroyed from its callback") {
  asio::io_context context;
  int seen = 0;
  std::unique_ptr<Signals> signals;
  signals = std::make_unique<Signals>(context, [&, kept = std::make_shared<int>(1)](int) {
    signals.reset();
    seen += *kept;
  });
  ::raise(SIGTERM);
  run_until(context, [&] { return seen == 1; });
  run_ready(context);
  CHECK(has_default_action(SIGTERM));
}

}  // namespace mqrig::net::tests
