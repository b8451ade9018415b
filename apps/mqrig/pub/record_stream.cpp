#include "record_stream.hpp"

#include <unistd.h>

#include <mqrig/net/descriptor_stream.hpp>
#include <mqrig/net/error.hpp>

#include "../input_file.hpp"

namespace mqrig::pub {
namespace {

std::unique_ptr<net::Stream> open_stdin(asio::io_context& context) {
  std::error_code error;
  auto stream = net::open_input(context, STDIN_FILENO, error);
  if (!stream) throw InputError("cannot read standard input: " + error.message());
  return stream;
}

}  // namespace

RecordStream::RecordStream(asio::io_context& context, const Job& job, Listener& listener,
                           std::uint64_t earlier, int reads_per_turn)
    : reader_(*job.records, job.message(), job.topic_separator),
      kind_(*job.records),
      listener_(listener),
      stream_(open_stdin(context)),
      block_(new std::uint8_t[block_size]),
      earlier_(earlier),
      reads_per_turn_(reads_per_turn) {
  stream_->set_handler(this);
}

void RecordStream::on_readable() {
  reads_left_ = reads_per_turn_;
  listener_.on_input();
}

Step RecordStream::after(payload::ReadStatus status) {
  for (;; status = reader_.next()) {
    switch (status) {
      case payload::ReadStatus::message:
        return Step::message;
      case payload::ReadStatus::invalid:
        return Step::invalid;
      case payload::ReadStatus::too_long:
        failed_ = true;
        return Step::failed;
      case payload::ReadStatus::end:
        return Step::end;
      case payload::ReadStatus::need_more:
        if (stopped_ && !read_rest_of_record()) return Step::end;
        if (!stopped_ && !read()) return error_ ? Step::failed : Step::wait;
    }
  }
}

/// Feeds the next block or the end; false when there is nothing now, or an error.
bool RecordStream::read() {
  net::IoResult result;
  if (reads_left_ > 0) result = stream_->read_some({block_.get(), block_size});
  // A short read has most likely emptied the pipe.
  reads_left_ = result.count == block_size ? reads_left_ - 1 : 0;
  if (result.count > 0) {
    fed_ += result.count;
    reader_.feed(wire::as_text({block_.get(), result.count}));
  } else if (result.error == net::Error::end_of_stream) {
    stream_->close();
    reader_.end();
  } else if (result.error) {
    error_ = result.error;
    stream_->close();
    return false;
  } else {
    stream_->wait_readable();
    return false;
  }
  return true;
}

/// Byte by byte, so that nothing behind it is taken. False when there is no such record, or no
/// byte.
bool RecordStream::read_rest_of_record() {
  if (!reader_.has_partial()) return false;
  const net::IoResult result = stream_->read_some({block_.get(), 1});
  if (result.count > 0) {
    reader_.feed(wire::as_text({block_.get(), result.count}));
  } else if (result.error == net::Error::end_of_stream) {
    reader_.end();
  }
  return result.count > 0 || result.error == net::Error::end_of_stream;
}

std::string RecordStream::place(std::uint64_t number) const {
  return (kind_ == payload::RecordKind::null_records ? "record " : "line ") +
         std::to_string(number);
}

std::string RecordStream::error() const {
  if (error_) return "cannot read standard input: " + error_.message();
  return failed_ ? place(number()) + ": " + reader_.error() : reader_.error();
}

}  // namespace mqrig::pub
