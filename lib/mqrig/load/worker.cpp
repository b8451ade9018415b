#include <sys/prctl.h>

#include <asio/io_context.hpp>
#include <cstdlib>
#include <exception>
#include <mqrig/load/frame_link.hpp>
#include <mqrig/load/member_loop.hpp>
#include <mqrig/load/order_codec.hpp>
#include <mqrig/load/worker.hpp>
#include <stdexcept>
#include <string>

namespace mqrig::load {
namespace {

using namespace std::chrono_literals;
constexpr auto time_for_last_words = 1s;

// The coordinator, as a worker knows it.
class Coordinator final : private FrameLink::Owner {
 public:
  Coordinator(asio::io_context& context, int descriptor)
      : context_(context), link_(context, descriptor, *this) {}

  void run(MemberLoop& member) {
    member_ = &member;
    context_.run();
  }

  void deliver(const Sample& sample) {
    encoded_.clear();
    encode(encoded_, sample);
    link_.send(FrameKind::sample, wire::as_bytes(encoded_));
  }

  void fail(const std::string& text) {
    link_.send(FrameKind::failure, wire::as_bytes(text));
    link_.flush(time_for_last_words);
  }

 private:
  void on_frame(FrameKind kind, wire::ByteView content) override {
    if (kind == FrameKind::order) {
      if (const auto order = decode_order(content)) return member_->order(*order);
    } else if (kind == FrameKind::cut) {
      if (const auto at = decode_time(content)) return member_->cut(*at);
    }
    throw std::runtime_error("was sent what is no order");
  }

  void on_end(const std::string&) override { context_.stop(); }

  asio::io_context& context_;
  MemberLoop* member_ = nullptr;
  std::string encoded_;
  FrameLink link_;
};

}  // namespace

int run_worker(int descriptor, std::uint32_t number, std::chrono::milliseconds interval,
               const MakeMember& make) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  asio::io_context context{1};
  Coordinator coordinator(context, descriptor);
  try {
    MemberLoop member(context, number, interval, make,
                      [&](Sample&& sample) { coordinator.deliver(sample); });
    coordinator.run(member);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    coordinator.fail(error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace mqrig::load
