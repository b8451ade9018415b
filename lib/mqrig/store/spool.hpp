// Queues of messages in a file that survives a crash at any moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <mqrig/store/error.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::store {

// How messages of a queue that follow each other are to be joined into one payload when they leave.
// Stands beside the message, so that it holds whatever the owner's settings become.
struct Batch {
  enum class Format : std::uint8_t { none, json_array, lines };
  Format format = Format::none;
  std::uint32_t count = 1;   // messages, at most; up to 536,870,911 is kept
  std::uint32_t linger = 0;  // milliseconds the first of them may wait for others
  bool operator==(const Batch&) const = default;
};

// A message as it is put into a queue and comes out of it. Views: of the caller's memory when it is
// put in, good for the call when it comes out.
struct SpooledMessage {
  // topic, payload, qos, retain, properties. Of the properties, Message Expiry Interval is as it
  // was when the message came; Topic Alias is not kept. The version is 5.0's.
  wire::Publish publish;
  std::uint64_t sequence = 0;    // in its queue, from 1, growing; given by append()
  std::int64_t received_at = 0;  // milliseconds since 1970
  std::int64_t expires_at = 0;   // milliseconds since 1970; 0: never
  Batch batch;

  // What it counts for in QueueTotals::bytes: topic, payload and properties.
  std::uint64_t size() const noexcept {
    return publish.topic.size() + publish.payload.size() + publish.properties.encoded().size();
  }
};

// A message that could not be delivered and is kept for a person to decide about.
struct RefusedMessage {
  SpooledMessage message;
  std::string_view reason;      // for a person
  std::int64_t refused_at = 0;  // milliseconds since 1970
};

// Kept in the file: nothing is counted at open().
struct QueueTotals {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;          // see SpooledMessage::size()
  std::uint64_t last_sequence = 0;  // given so far
  std::uint64_t refused = 0;        // messages that are kept as refused
};

// Queues of messages, and texts of state that belong to them, in one SQLite file in WAL mode.
//
// Changes are gathered in memory and cost no system call; commit() writes all of them in one
// transaction and waits until it is on the disk. What it has reported as done is there after
// `kill -9` and loss of power; of a commit that was interrupted all is there, or nothing. Messages
// and state that change together are thereby never seen apart.
//
// The file is readable by its owner only and locked while it is open: a second process is refused.
// Next to it (or to what a symbolic link leads to) lies "<path>-wal", which belongs to it: copy
// both or none. A spool that was in use when its process ended is refused without it, and when it
// is damaged before its last commit; one of which the log's end was cut off is as it was at an
// earlier commit. Memory does not grow with the number of messages in it, nor does the time to open
// it: SQLite keeps up to 16 MiB of the file in memory, and we the changes that are pending and the
// last value of each state. Room of removed messages is used again; open() shortens a long file
// that holds little but such room.
//
// What is read is checked before it is handed out: a damaged file gives Error::damaged, and no
// message that could not have been received.
//
// One thread at a time. Calls throw std::bad_alloc and nothing else, but for queue().
class Spool {
 public:
  using QueueId = std::uint16_t;

  // look: as existing, to read only: the file and its log stay as they are, and nothing may be
  // changed. salvage: as existing, but one whose log is missing or damaged is taken as it is, with
  // what that lacks.
  enum class Mode : std::uint8_t { create, existing, look, salvage };

  // Null and a sentence in `error` (which names the file, what is wrong and what to do) when it is
  // in use by another process, damaged, without its log or with a damaged one, not a spool, written
  // by a newer mqrig, or not writable; it is left as it was. Mode::create makes a missing one, with
  // mode 0600, in a folder that exists.
  static std::unique_ptr<Spool> open(const std::string& path, Mode mode, std::string& error);
  ~Spool();  // changes that were not committed are lost
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // The queue of that name, made when there is none (by the next commit). At most 65,536 to a file;
  // std::length_error beyond.
  QueueId queue(std::string_view name);
  std::vector<std::string> queue_names() const;  // in the order in which they were made
  std::optional<QueueId> find_queue(std::string_view name) const;
  // With what was appended and removed since the last commit.
  const QueueTotals& totals(QueueId queue) const;

  // Puts a message at the end. Content is copied, but for a Topic Alias among the properties.
  // Returns its sequence.
  std::uint64_t append(QueueId queue, const SpooledMessage& message);
  // It was delivered, or is given up. `size` is the SpooledMessage::size() with which it is read.
  // A message that is removed before it was committed is never written.
  void remove(QueueId queue, std::uint64_t sequence, std::uint64_t size);
  // Takes it out of the queue and keeps it as refused, since now or since another time, in
  // milliseconds since 1970.
  void refuse(QueueId queue, std::uint64_t sequence, std::uint64_t size, std::string_view reason);
  void refuse(QueueId queue, std::uint64_t sequence, std::uint64_t size, std::string_view reason,
              std::int64_t refused_at);
  // Puts refused messages back at the end of their queue, oldest first; returns how many. Commits.
  std::uint64_t requeue(QueueId queue, std::error_code& error);

  // State that is to change together with messages, by name; replaces. The value that was put last
  // is no change: an owner may put its state before each commit.
  void put_state(std::string_view name, wire::ByteView state);
  void remove_state(std::string_view name);
  // As of the last commit. Nothing when there is none, or (with an error) when it cannot be read.
  std::optional<std::string> state(std::string_view name, std::error_code& error);

  // Calls visit(const SpooledMessage&) for committed messages after a sequence, in order, until it
  // returns false or there are no more. Those that were removed since the commit are left out.
  // Nothing may be changed meanwhile. Error::damaged when a message is not what was written.
  using Visitor = std::function<bool(const SpooledMessage&)>;
  std::error_code read(QueueId queue, std::uint64_t after, const Visitor& visit);
  // One committed message; false when it is not there, or (with an error) cannot be read.
  bool find(QueueId queue, std::uint64_t sequence, const Visitor& visit, std::error_code& error);
  using RefusedVisitor = std::function<bool(const RefusedMessage&)>;
  std::error_code read_refused(QueueId queue, const RefusedVisitor& visit);

  // As read() and read_refused() of a whole queue, but go on behind what is damaged. Return how
  // many messages that left out, as far as it is known: by the totals, if all was read to the end.
  // Nothing may be pending.
  std::uint64_t salvage(QueueId queue, const Visitor& visit);
  std::uint64_t salvage_refused(QueueId queue, const RefusedVisitor& visit);

  // Removes everything from a queue, or its refused messages, or those received before a time;
  // returns how many. Commits.
  std::uint64_t purge(QueueId queue, std::optional<std::int64_t> received_before,
                      std::error_code& error);
  std::uint64_t purge_refused(QueueId queue, std::error_code& error);

  // Looks at every page and row and compares the totals. Empty: all is well; else one sentence for
  // each thing that is wrong; of more than 100, how many more there are. Totals that are wrong are
  // put right when `repair` is set. Commits. Reads the whole file: seconds for each GiB.
  std::vector<std::string> verify(bool repair);

  // Has something changed since the last successful commit()? What came and went is nothing.
  bool dirty() const noexcept;
  // Something that an answer waits for? False while only messages were removed: after a crash they
  // are but delivered again (at QoS 1), or released again (at QoS 2).
  bool urgent() const noexcept;
  // On an error nothing of it is there, and all of it is kept: the next commit() tries again,
  // together with what came in between. Until one succeeds the owner acknowledges nothing, and
  // takes nothing more.
  std::error_code commit();
  // For changes that are too many to be gathered, and are to be there all or not at all: until
  // end_group() commit() puts what is gathered into one transaction, which is not on the disk for
  // good. Without end_group(), and after an error, nothing of it is there when the spool is opened
  // again, and this object is of no use.
  std::error_code begin_group();
  std::error_code end_group();
  // Some milliseconds, best spent after the answers of a commit have left; see
  // BrokerStore::maintain().
  void maintain();

  struct Counters {
    std::uint64_t commits = 0;  // that wrote something
    std::uint64_t failures = 0;
    std::chrono::nanoseconds last_commit{};
    std::uint64_t file_bytes = 0;  // of the file and its log, as of the last commit
  };
  const Counters& counters() const noexcept;

 private:
  class Impl;
  explicit Spool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mqrig::store
