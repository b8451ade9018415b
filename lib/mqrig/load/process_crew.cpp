#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <mqrig/load/frame_link.hpp>
#include <mqrig/load/order_codec.hpp>
#include <mqrig/load/process_crew.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace mqrig::load {
namespace {

using namespace std::chrono_literals;
constexpr auto time_to_end = 2s;

}  // namespace

// What the coordinator knows of one worker.
class ProcessCrew::Seat final : private FrameLink::Owner {
 public:
  Seat(asio::io_context& context, std::uint32_t number, ForkedProcess& worker, Crew::Owner& owner)
      : number_(number),
        worker_(worker),
        owner_(owner),
        link_(context, worker.descriptor(), *this) {}

  void send(FrameKind kind, const wire::Buffer& content) { link_.send(kind, content.view()); }

 private:
  void on_frame(FrameKind kind, wire::ByteView content) override {
    if (kind == FrameKind::failure) return fail(std::string(wire::as_text(content)));
    Sample sample;
    std::string_view in = wire::as_text(content);
    std::string error;
    if (kind == FrameKind::sample && decode(in, sample, error) && in.empty()) {
      if (!failed_) owner_.on_sample(number_, sample);
      return;
    }
    on_end("sent " + (error.empty() ? "what is no sample" : error));
  }

  void on_end(const std::string& fault) override {
    link_.close();
    if (!fault.empty()) worker_.kill();  // it may live on
    const std::string& end = worker_.wait();
    fail(fault.empty() ? end : fault);
  }

  void fail(const std::string& text) {
    if (!std::exchange(failed_, true)) owner_.on_member_failed(number_, text);
  }

  const std::uint32_t number_;
  ForkedProcess& worker_;
  Crew::Owner& owner_;
  bool failed_ = false;
  FrameLink link_;
};

struct ProcessCrew::Work {
  explicit Work(asio::io_context& context) : guard(context.get_executor()) {}
  asio::executor_work_guard<asio::io_context::executor_type> guard;
};

ProcessCrew::ProcessCrew(asio::io_context& coordinator, std::vector<ForkedProcess> workers,
                         Owner& owner)
    : workers_(std::move(workers)), work_(std::make_unique<Work>(coordinator)) {
  for (ForkedProcess& worker : workers_) {
    seats_.push_back(std::make_unique<Seat>(coordinator, size(), worker, owner));
  }
}

ProcessCrew::~ProcessCrew() {
  seats_.clear();
  end_processes(workers_, time_to_end);
}

std::uint32_t ProcessCrew::size() const noexcept {
  return static_cast<std::uint32_t>(seats_.size());
}

void ProcessCrew::order(const Order& order) {
  wire::Buffer content;
  encode(content, order);
  for (const auto& seat : seats_) seat->send(FrameKind::order, content);
}

void ProcessCrew::cut(std::chrono::steady_clock::time_point at) {
  wire::Buffer content;
  encode(content, at);
  for (const auto& seat : seats_) seat->send(FrameKind::cut, content);
}

}  // namespace mqrig::load
