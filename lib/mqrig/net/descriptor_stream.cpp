#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <csignal>
#include <mqrig/net/descriptor_stream.hpp>
#include <mqrig/net/system_call.hpp>
#include <mqrig/net/watch.hpp>
#include <utility>

namespace mqrig::net {
namespace {

enum class Direction { input, output };

// A descriptor that is closed with its owner.
class Owned {
 public:
  explicit Owned(int descriptor = -1) : descriptor_(descriptor) {}
  Owned(Owned&& other) noexcept : descriptor_(other.release()) {}
  Owned& operator=(Owned other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Owned() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  int get() const { return descriptor_; }
  bool valid() const { return descriptor_ >= 0; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

Owned duplicate(int descriptor) {
  return Owned(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
}

// The master side of a pseudo terminal: opening it again would make a new terminal.
bool is_terminal_master(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(5, 2);
}

Owned open_again(int descriptor, Direction direction) {
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const int mode = direction == Direction::input ? O_RDONLY : O_WRONLY;
  return Owned(::open(path.c_str(), mode | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

// Readable for as long as `descriptor` is ready, without any change to its shared description.
Owned readiness_of(int descriptor, Direction direction) {
  Owned poller(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event event{};
  event.events = direction == Direction::input ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
  if (::epoll_ctl(poller.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) return Owned();
  return poller;
}

// A FIFO opened again after its last writer has left never reports that end.
bool writers_are_gone(int descriptor) {
  pollfd polled{descriptor, POLLIN, 0};
  return ::poll(&polled, 1, 0) > 0 && (polled.revents & POLLHUP) != 0;
}

// What the stream reads or writes, and what tells when it may.
struct Access {
  Owned io;
  Owned ready;                    // invalid: `io` itself; else readable whenever `io` is ready
  bool restore_blocking = false;  // O_NONBLOCK had to be set on a shared description
};

Access access_socket(int descriptor, Direction direction) {
  return {duplicate(descriptor), readiness_of(descriptor, direction)};
}

Owned always_ready() {
  return Owned(::eventfd(1, EFD_CLOEXEC));
}

// False for a device that never lets anybody wait, such as /dev/null.
bool can_be_watched(int descriptor) {
  return readiness_of(descriptor, Direction::input).valid() || errno != EPERM;
}

// Always ready; the position in the file is shared, so it cannot be opened again.
Access access_file(int descriptor) {
  return {duplicate(descriptor), always_ready()};
}

Access access_shared(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  const bool blocking = (flags & O_NONBLOCK) == 0;
  if (blocking) ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
  return {duplicate(descriptor), Owned(), blocking};
}

Access access_descriptor(int descriptor, Direction direction, const struct stat& status) {
  if (S_ISSOCK(status.st_mode)) return access_socket(descriptor, direction);
  if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode)) return access_file(descriptor);
  if (is_terminal_master(status)) return access_shared(descriptor);
  Access access{open_again(descriptor, direction), Owned()};
  if (!access.io.valid()) return access_shared(descriptor);
  const bool fifo = S_ISFIFO(status.st_mode);
  if (!fifo && !can_be_watched(access.io.get())) access.ready = always_ready();
  if (fifo && direction == Direction::input && writers_are_gone(descriptor)) {
    access.ready = readiness_of(descriptor, direction);
  }
  return access;
}

std::string describe(int descriptor, const struct stat& status) {
  const std::string name = descriptor == STDIN_FILENO    ? "standard input"
                           : descriptor == STDOUT_FILENO ? "standard output"
                           : descriptor == STDERR_FILENO
                               ? "standard error"
                               : "descriptor " + std::to_string(descriptor);
  const char* kind = S_ISSOCK(status.st_mode)    ? "socket"
                     : S_ISFIFO(status.st_mode)  ? "pipe"
                     : !S_ISCHR(status.st_mode)  ? "file"
                     : ::isatty(descriptor) == 1 ? "terminal"
                                                 : "device";
  return name + " (" + kind + ")";
}

// One direction of a given descriptor.
class DescriptorStream final : public Stream, private StreamHandler {
 public:
  DescriptorStream(Direction direction, const struct stat& status)
      : direction_(direction), mode_(status.st_mode) {
    watch_.set_handler(this);
  }
  ~DescriptorStream() override { close(); }

  std::error_code open(asio::io_context& context, Access access) {
    Owned& watched = access.ready.valid() ? access.ready : access.io;
    if (const auto error = watch_.open(context, watched.release())) return error;
    io_ = std::move(access.io);
    restore_blocking_ = access.restore_blocking;
    return {};
  }
  void describe_as(std::string description) { description_ = std::move(description); }

  void set_handler(StreamHandler* handler) override { handler_ = handler; }

  void wait_readable() override {
    if (direction_ == Direction::input) watch_.wait_readable();
  }

  void wait_writable() override {
    if (direction_ == Direction::input) return;
    if (io_.valid()) {
      watch_.wait_readable();
    } else {
      watch_.wait_writable();
    }
  }

  IoResult read_some(std::span<std::uint8_t> into) override {
    const int io = usable(Direction::input);
    if (io < 0) return {0, Error::closed};
    if (S_ISSOCK(mode_)) return receive_now(io, into);
    return transfer_in([&] { return ::read(io, into.data(), into.size()); });
  }

  IoResult write_some(std::span<const std::uint8_t> from) override {
    const int io = usable(Direction::output);
    if (io < 0) return {0, Error::closed};
    if (S_ISSOCK(mode_)) return send_now(io, from);
    return transfer([&] { return ::write(io, from.data(), from.size()); });
  }

  void shutdown_send() override {
    if (direction_ == Direction::output) close();
  }

  void close() override {
    handler_ = nullptr;
    if (std::exchange(restore_blocking_, false)) {
      const int io = usable(direction_);
      ::fcntl(io, F_SETFL, ::fcntl(io, F_GETFL) & ~O_NONBLOCK);
    }
    watch_.close();
    io_ = Owned();
  }

  std::string description() const override { return description_; }

 private:
  void on_readable() override { ready(); }
  void on_writable() override { ready(); }

  void ready() {
    if (handler_ == nullptr) return;
    if (direction_ == Direction::input) {
      handler_->on_readable();
    } else {
      handler_->on_writable();
    }
  }

  // -1 when closed, or not meant for this direction.
  int usable(Direction direction) {
    if (direction != direction_) return -1;
    return io_.valid() ? io_.get() : watch_.descriptor();
  }

  Owned io_;  // invalid when it is what is watched
  Watch watch_;
  Direction direction_;
  mode_t mode_;
  bool restore_blocking_ = false;
  StreamHandler* handler_ = nullptr;
  std::string description_;
};

// O_PATH descriptors and those of the other direction are refused here, not at the first transfer.
bool fits(int descriptor, Direction direction) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0) return false;
  const int mode = flags & O_ACCMODE;
  const int refused = direction == Direction::input ? O_WRONLY : O_RDONLY;
  if (mode != refused && (flags & O_PATH) == 0) return true;
  errno = EBADF;
  return false;
}

std::unique_ptr<Stream> open_descriptor(asio::io_context& context, int descriptor,
                                        Direction direction, std::error_code& error) {
  struct stat status {};
  error.clear();
  if (!fits(descriptor, direction) || ::fstat(descriptor, &status) != 0) {
    error = last_system_error();
    return nullptr;
  }
  Access access = access_descriptor(descriptor, direction, status);
  if (!access.io.valid()) {
    error = last_system_error();
    return nullptr;
  }
  auto stream = std::make_unique<DescriptorStream>(direction, status);
  stream->describe_as(describe(descriptor, status));
  error = stream->open(context, std::move(access));
  if (error) return nullptr;
  return stream;
}

}  // namespace

std::unique_ptr<Stream> open_input(asio::io_context& context, int descriptor,
                                   std::error_code& error) {
  return open_descriptor(context, descriptor, Direction::input, error);
}

std::unique_ptr<Stream> open_output(asio::io_context& context, int descriptor,
                                    std::error_code& error) {
  struct sigaction current {};
  const bool fatal = ::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL;
  if (fatal) ::signal(SIGPIPE, SIG_IGN);
  return open_descriptor(context, descriptor, Direction::output, error);
}

}  // namespace mqrig::net
