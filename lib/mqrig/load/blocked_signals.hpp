// Signals that are held back while threads or processes are started.
#pragma once

#include <csignal>

namespace mqrig::load {

// Blocks them in this thread, and so in what it starts, until release() or its end restores what
// was blocked before.
class BlockedSignals {
 public:
  explicit BlockedSignals(const sigset_t& signals) noexcept {
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { release(); }

  // In a child, which has a copy of it, too.
  void release() const noexcept { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace mqrig::load
