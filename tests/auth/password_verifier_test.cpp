#include <doctest/doctest.h>
#include <time.h>

#include <future>
#include <mqrig/auth/password_verifier.hpp>
#include <optional>
#include <string>
#include <thread>

using namespace mqrig::auth;
using Answer = PasswordVerifier::Answer;

namespace {

std::shared_ptr<const PasswordFile> users(const std::string& user, const std::string& password,
                                          unsigned iterations = 1) {
  auto file = std::make_shared<PasswordFile>();
  file->add(user, PasswordHash::make(password, iterations));
  return file;
}

// What `done` is told.
bool answer_to(PasswordVerifier& verifier, const std::string& user, const std::string& password) {
  std::promise<bool> promise;
  REQUIRE(verifier.verify(user, password, [&](bool accepted) { promise.set_value(accepted); }) ==
          Answer::pending);
  return promise.get_future().get();
}

void never(bool) {
  FAIL("was called");
}

// Of the processor: shows that the thread of a verifier is at work.
double seconds_of_other_threads() {
  const auto seconds = [](clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  return seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds(CLOCK_THREAD_CPUTIME_ID);
}

// Keeps the thread of a verifier from going on until it is released.
class Brake {
 public:
  explicit Brake(PasswordVerifier& verifier) {
    std::promise<void> held;
    REQUIRE(verifier.verify("nobody", "", [&](bool) {
      held.set_value();
      released_.get_future().wait();
    }) == Answer::pending);
    held.get_future().wait();
  }
  void release() { released_.set_value(); }

 private:
  std::promise<void> released_;
};

}  // namespace

TEST_CASE("a login is checked on another thread") {
  PasswordVerifier verifier(users("joe", "secret"));
  std::promise<std::thread::id> thread;
  verifier.verify("joe", "secret", [&](bool) { thread.set_value(std::this_thread::get_id()); });
  CHECK(thread.get_future().get() != std::this_thread::get_id());
}

TEST_CASE("right logins are accepted, all others are not") {
  PasswordVerifier verifier(users("joe", "secret"));
  CHECK(answer_to(verifier, "joe", "secret"));
  CHECK_FALSE(answer_to(verifier, "joe", "wrong"));
  CHECK_FALSE(answer_to(verifier, "ann", "secret"));
}

TEST_CASE("a login that was right is answered at once from then on, a wrong one never") {
  PasswordVerifier verifier(users("joe", "secret"));
  REQUIRE(answer_to(verifier, "joe", "secret"));
  CHECK(verifier.verify("joe", "secret", never) == Answer::accepted);
  CHECK_FALSE(answer_to(verifier, "joe", "wrong"));
  CHECK_FALSE(answer_to(verifier, "joe", "wrong"));
}

TEST_CASE("a new file counts at once, for remembered logins too") {
  PasswordVerifier verifier(users("joe", "secret"));
  REQUIRE(answer_to(verifier, "joe", "secret"));
  verifier.replace(users("joe", "changed"));
  CHECK_FALSE(answer_to(verifier, "joe", "secret"));
  CHECK(answer_to(verifier, "joe", "changed"));
}

TEST_CASE("a login that waits is checked with the file that is there when its turn comes") {
  PasswordVerifier verifier(users("joe", "secret"));
  Brake brake(verifier);
  std::promise<bool> answer;
  verifier.verify("joe", "secret", [&](bool accepted) { answer.set_value(accepted); });
  verifier.replace(users("ann", "hidden"));
  brake.release();
  CHECK_FALSE(answer.get_future().get());
}

TEST_CASE("a login that is being checked when the file changes is checked again") {
  PasswordVerifier verifier(users("joe", "secret", 1'000'000));
  std::promise<bool> answer;
  const double before = seconds_of_other_threads();
  verifier.verify("joe", "secret", [&](bool accepted) { answer.set_value(accepted); });
  while (seconds_of_other_threads() < before + 0.005) std::this_thread::yield();
  verifier.replace(users("ann", "hidden"));
  CHECK_FALSE(answer.get_future().get());
  CHECK_FALSE(answer_to(verifier, "joe", "secret"));
}

TEST_CASE("with 1,024 logins waiting, one more is told so and not kept") {
  PasswordVerifier verifier(users("joe", "secret"));
  Brake brake(verifier);
  std::promise<void> last;
  std::size_t called = 0;
  const auto count = [&](bool) {
    if (++called == PasswordVerifier::max_waiting) last.set_value();
  };
  for (std::size_t i = 0; i < PasswordVerifier::max_waiting; ++i) {
    REQUIRE(verifier.verify("joe", "wrong", count) == Answer::pending);
  }
  CHECK(verifier.verify("joe", "wrong", never) == Answer::busy);
  brake.release();
  last.get_future().wait();
  CHECK(answer_to(verifier, "joe", "secret"));
}

TEST_CASE("what waits when the verifier goes away is dropped without a call") {
  const auto held = std::make_shared<int>(0);
  std::optional<PasswordVerifier> verifier(users("joe", "secret"));
  Brake brake(*verifier);
  for (int i = 0; i < 3; ++i) {
    verifier->verify("joe", "secret", [held](bool) { ++*held; });
  }
  std::thread release([&] { brake.release(); });
  verifier.reset();
  release.join();
  CHECK(held.use_count() == 1);
}
