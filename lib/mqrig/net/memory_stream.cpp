#include <algorithm>
#include <array>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/net/memory_stream.hpp>
#include <optional>
#include <vector>

namespace mqrig::net {
namespace {

// One direction: a ring of bytes, and whether its writer or reader has left.
class Channel {
 public:
  explicit Channel(std::size_t capacity) : ring_(std::max<std::size_t>(capacity, 1)) {}

  bool readable() const { return size_ > 0 || ended_; }
  bool writable() const { return size_ < ring_.size() || abandoned_; }
  void end() { ended_ = true; }
  void abandon() { abandoned_ = true; }

  IoResult read(std::span<std::uint8_t> into) {
    if (size_ == 0 && ended_) return {0, Error::end_of_stream};
    const std::size_t count = std::min(into.size(), size_);
    for (std::size_t i = 0; i < count; ++i) into[i] = ring_[(begin_ + i) % ring_.size()];
    begin_ = (begin_ + count) % ring_.size();
    size_ -= count;
    return {count, {}};
  }

  IoResult write(std::span<const std::uint8_t> from) {
    if (ended_ || abandoned_) return {0, std::make_error_code(std::errc::broken_pipe)};
    const std::size_t count = std::min(from.size(), ring_.size() - size_);
    for (std::size_t i = 0; i < count; ++i) ring_[(begin_ + size_ + i) % ring_.size()] = from[i];
    size_ += count;
    return {count, {}};
  }

 private:
  std::vector<std::uint8_t> ring_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  bool ended_ = false;      // the writer is done
  bool abandoned_ = false;  // the reader is gone
};

// A wait under way counts as work of the event loop, as it does for a socket.
struct Wait {
  bool wanted = false;
  bool posted = false;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;

  void end() {
    wanted = false;
    work.reset();
  }
};

// Both ends, kept alive by their streams and by calls on their way through the event loop.
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(asio::io_context& context, std::size_t capacity)
      : context_(context), ends_{End(capacity), End(capacity)} {}

  struct End {
    explicit End(std::size_t capacity) : incoming(capacity) {}
    Channel incoming;
    StreamHandler* handler = nullptr;
    Wait reading{};
    Wait writing{};
    bool closed = false;
  };

  End& end(std::size_t side) { return ends_[side]; }
  End& other(std::size_t side) { return ends_[1 - side]; }

  void wait(std::size_t side, bool reading) {
    Wait& wait = reading ? end(side).reading : end(side).writing;
    if (end(side).closed || wait.wanted) return;
    wait.wanted = true;
    wait.work.emplace(context_.get_executor());
    wake(side, reading);
  }

  // Posts the call that somebody waits for, if its time has come.
  void wake(std::size_t side, bool reading) {
    Wait& wait = reading ? end(side).reading : end(side).writing;
    const bool ready = reading ? end(side).incoming.readable() : other(side).incoming.writable();
    if (!wait.wanted || wait.posted || !ready) return;
    wait.posted = true;
    asio::post(context_, [self = shared_from_this(), side, reading] { self->call(side, reading); });
  }

  void shutdown_send(std::size_t side) {
    other(side).incoming.end();
    wake(1 - side, true);
  }

  void close(std::size_t side) {
    End& gone = end(side);
    gone.closed = true;
    gone.handler = nullptr;
    gone.reading.end();
    gone.writing.end();
    gone.incoming.abandon();
    wake(1 - side, false);
    shutdown_send(side);
  }

 private:
  void call(std::size_t side, bool reading) {
    End& called = end(side);
    Wait& wait = reading ? called.reading : called.writing;
    wait.posted = false;
    if (!wait.wanted) return;
    wait.end();
    if (called.handler == nullptr) return;
    if (reading) {
      called.handler->on_readable();
    } else {
      called.handler->on_writable();
    }
  }

  asio::io_context& context_;
  std::array<End, 2> ends_;
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(std::shared_ptr<Link> link, std::size_t side)
      : link_(std::move(link)), side_(side) {}
  ~MemoryStream() override { close(); }

  void set_handler(StreamHandler* handler) override { end().handler = handler; }
  void wait_readable() override { link_->wait(side_, true); }
  void wait_writable() override { link_->wait(side_, false); }

  IoResult read_some(std::span<std::uint8_t> into) override {
    if (end().closed) return {0, Error::closed};
    const IoResult result = end().incoming.read(into);
    link_->wake(1 - side_, false);
    return result;
  }

  IoResult write_some(std::span<const std::uint8_t> from) override {
    if (end().closed) return {0, Error::closed};
    const IoResult result = link_->other(side_).incoming.write(from);
    link_->wake(1 - side_, true);
    return result;
  }

  void shutdown_send() override { link_->shutdown_send(side_); }
  void close() override { link_->close(side_); }
  std::string description() const override { return "memory"; }

 private:
  Link::End& end() { return link_->end(side_); }

  std::shared_ptr<Link> link_;
  std::size_t side_;
};

}  // namespace

std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> memory_stream_pair(
    asio::io_context& context, std::size_t capacity) {
  auto link = std::make_shared<Link>(context, capacity);
  return {std::make_unique<MemoryStream>(link, 0), std::make_unique<MemoryStream>(link, 1)};
}

}  // namespace mqrig::net
