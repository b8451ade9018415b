#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace mqrig {

/// While it lives, SIGINT, SIGTERM and SIGHUP only request a stop of what is under way. They have
/// their usual effect at its end. For the time before an event loop runs; one at a time, made while
/// there is no other thread.
class StopOnSignal {
 public:
  /// Throws std::system_error when there are no descriptors left.
  StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  ~StopOnSignal();

  std::stop_token token() const { return stop_.get_token(); }

 private:
  void watch();

  sigset_t mask_{};  // as it was before
  int signals_ = -1;
  int end_ = -1;
  std::stop_source stop_;
  std::thread watcher_;
};

}  // namespace mqrig
