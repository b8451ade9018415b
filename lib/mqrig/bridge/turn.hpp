// One commit for everything that happens in a turn of the event loop.
#pragma once

#include <vector>

#include <mqrig/net/deferred.hpp>
#include <mqrig/net/timer.hpp>
#include <mqrig/store/spool.hpp>

namespace mqrig::bridge {

// Behind everything that is ready together the states of all members and the changes of the spool
// go to the disk in one transaction; then the members' output may leave. While the disk does not
// take it, nothing leaves, and it is tried again each second.
//
// Belongs to the thread of its io_context.
class Turn {
 public:
  class Member {
   public:
    // Does output wait for the disk? What only followed from answers can wait for company.
    virtual bool waiting() const = 0;
    // Puts what has changed into the spool; and it is on the disk.
    virtual void save() = 0;
    virtual void saved() = 0;
    // Output may leave.
    virtual void committed() = 0;
    // The disk takes nothing, or takes again.
    virtual void stalled(bool on) = 0;

   protected:
    ~Member() = default;
  };

  class Owner {
   public:
    virtual void on_stalled(std::error_code error) = 0;
    virtual void on_recovered() = 0;

   protected:
    ~Owner() = default;
  };

  Turn(asio::io_context& context, store::Spool& spool, Owner& owner);

  store::Spool& spool() noexcept { return spool_; }
  void add(Member& member) { members_.push_back(&member); }
  void remove(Member& member);
  // Something has happened. Costs nothing when it was said already.
  void request() { deferred_.request(); }
  // The same at once, for an owner that ends.
  bool commit_now() { return commit(true); }
  bool stalled() const noexcept { return stalled_; }

 private:
  void end();
  bool commit(bool all);
  void failed(std::error_code error);
  void wake_in(std::chrono::milliseconds delay);

  store::Spool& spool_;
  Owner& owner_;
  std::vector<Member*> members_;
  net::Deferred deferred_;
  net::Timer later_;  // what nobody waits for; the next try
  bool stalled_ = false;
  bool all_due_ = false;
  bool later_set_ = false;
};

}  // namespace mqrig::bridge
