#include <condition_variable>
#include <deque>
#include <mqrig/auth/password_verifier.hpp>
#include <mqrig/auth/remembered_logins.hpp>
#include <mqrig/auth/secret.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace mqrig::auth {
namespace {

struct Job {
  std::string user;
  Secret password;
  PasswordVerifier::Done done;
};

}  // namespace

struct PasswordVerifier::State {
  explicit State(std::shared_ptr<const PasswordFile> users) : file(std::move(users)) {}

  void run();
  bool check(const Job& job, std::unique_lock<std::mutex>& lock);

  std::mutex mutex;  // of all below but the thread
  std::condition_variable wake;
  std::deque<Job> jobs;
  std::shared_ptr<const PasswordFile> file;
  RememberedLogins remembered;
  bool stopping = false;
  std::thread thread;
};

PasswordVerifier::PasswordVerifier(std::shared_ptr<const PasswordFile> file)
    : state_(std::make_unique<State>(std::move(file))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

PasswordVerifier::~PasswordVerifier() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_one();
  state_->thread.join();
}

PasswordVerifier::Answer PasswordVerifier::verify(std::string_view user, std::string_view password,
                                                  Done done) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->remembered.contains(user, password)) return Answer::accepted;
    if (state_->jobs.size() >= max_waiting) return Answer::busy;
    state_->jobs.push_back({std::string(user), Secret(password), std::move(done)});
  }
  state_->wake.notify_one();
  return Answer::pending;
}

void PasswordVerifier::replace(std::shared_ptr<const PasswordFile> file) {
  const std::lock_guard lock(state_->mutex);
  state_->file.swap(file);  // the old one goes when the lock is given back
  state_->remembered.clear();
}

void PasswordVerifier::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait(lock, [this] { return stopping || !jobs.empty(); });
    if (stopping) return;
    Job job = std::move(jobs.front());
    jobs.pop_front();
    const bool accepted = check(job, lock);
    lock.unlock();
    job.done(accepted);
    job = {};  // what `done` holds is freed here, and the lock is not held
    lock.lock();
  }
}

// With the lock held before and after, not in between.
bool PasswordVerifier::State::check(const Job& job, std::unique_lock<std::mutex>& lock) {
  for (;;) {
    const std::shared_ptr<const PasswordFile> current = file;
    lock.unlock();
    const bool accepted = current->check(job.user, job.password.view());
    lock.lock();
    // Replaced meanwhile: what the old file says no longer counts.
    if (file != current) continue;
    if (accepted) remembered.add(job.user, job.password.view());
    return accepted;
  }
}

}  // namespace mqrig::auth
