#pragma once

#include <memory>
#include <mqrig/net/stream.hpp>
#include <mqrig/payload/message_reader.hpp>

#include "job.hpp"
#include "source.hpp"

namespace asio {
class io_context;
}

namespace mqrig::pub {

/// The records of standard input. It is read only when asked for a message, and a bounded amount
/// per turn of the event loop.
class RecordStream final : public Source, private net::StreamHandler {
 public:
  /// Throws InputError when standard input is not open for reading. `job` and `listener` must
  /// outlive the source. `earlier`: how many records came before what is read now.
  /// `reads_per_turn`: of 64 KiB each.
  RecordStream(asio::io_context& context, const Job& job, Listener& listener,
               std::uint64_t earlier = 0, int reads_per_turn = 4);

  Step next() override {
    const payload::ReadStatus status = reader_.next();
    return status == payload::ReadStatus::message ? Step::message : after(status);
  }
  const wire::Publish& message() const override { return reader_.message(); }
  std::uint64_t number() const override { return earlier_ + reader_.number(); }
  /// Bytes of the input up to the end of the current record, with its separator.
  std::uint64_t consumed() const { return fed_ - reader_.rest(); }
  /// What has been read already is all that comes, with the rest of the last record if that is
  /// there: the next reader begins with a whole one.
  void stop_reading() { stopped_ = true; }
  /// After the end that comes then: some of a record was read, and its separator is not there.
  bool cut_short() const { return stopped_ && reader_.has_partial(); }
  std::string place(std::uint64_t number) const override;
  std::string error() const override;

 private:
  void on_readable() override;
  void on_writable() override {}
  Step after(payload::ReadStatus status);
  bool read();
  bool read_rest_of_record();

  static constexpr std::size_t block_size = 64 * 1024;

  payload::MessageReader reader_;
  payload::RecordKind kind_;
  Listener& listener_;
  std::unique_ptr<net::Stream> stream_;
  std::unique_ptr<std::uint8_t[]> block_;
  std::uint64_t earlier_;  // records
  int reads_per_turn_;
  std::uint64_t fed_ = 0;  // bytes
  int reads_left_ = 0;     // in this turn
  bool failed_ = false;    // a record is too long
  bool stopped_ = false;
  std::error_code error_;
};

}  // namespace mqrig::pub
