// The state of a broker in a file that survives a crash at any moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

#include <mqrig/store/error.hpp>
#include <mqrig/store/records.hpp>

namespace mqrig::store {

class ChangeWriter;
class Changes;
class Database;

// The state of section 4.1 and what it refers to: sessions, their subscriptions, the messages on
// their way to them, the identifiers of QoS 2 messages received from them; and retained messages.
//
// Changes are gathered in memory and cost no system call; commit() writes their net effect in one
// transaction. A row that came and went between two commits is never written. What commit() has
// reported as done is there after `kill -9` and loss of power; of a commit that was interrupted all
// is there, or nothing.
//
// The file is an SQLite database in WAL mode, readable by its owner only. Next to it lies
// "<path>-wal", which belongs to it: copy both or none. Removed messages are not overwritten with
// zeros. Room of removed rows is used again; open() shortens a long file that is mostly such room.
//
// One thread at a time. Calls throw std::bad_alloc and nothing else; commit() and maintain() throw
// nothing. SQLite keeps up to 16 MiB of the file in memory.
class BrokerStore {
 public:
  // Receives the rows. Views live during the call.
  class Loader {
   public:
    virtual void session(const SessionRecord& record) = 0;
    virtual void subscription(const SubscriptionRecord& record) = 0;
    virtual void message(const MessageRecord& record) = 0;
    virtual void retained(std::string_view topic, std::uint64_t message) = 0;
    virtual void received(std::uint64_t session, wire::PacketId packet_id) = 0;
    virtual void delivery(const DeliveryRecord& record) = 0;

   protected:
    ~Loader() = default;
  };

  struct Counters {
    std::uint64_t commits = 0;  // that wrote something
    std::uint64_t failures = 0;
    std::uint64_t checkpoints = 0;
    std::chrono::nanoseconds last_commit{};      // how long it took
    std::chrono::nanoseconds last_checkpoint{};  // how long it took
    std::uint64_t log_bytes = 0;                 // in the write-ahead log, not in the file yet
  };

  // Opens the file, or creates it with mode 0600 in a folder that exists. Null and a sentence in
  // `error` (which names the file, what is wrong and what to do) when it is in use by another
  // process, damaged, not a file of ours, written by a newer mqrig, or not writable; it is left as
  // it was. The store keeps it locked until it is destroyed.
  static std::unique_ptr<BrokerStore> open(const std::string& path, std::string& error);
  // Changes that were not committed are lost.
  ~BrokerStore();
  BrokerStore(const BrokerStore&) = delete;
  BrokerStore& operator=(const BrokerStore&) = delete;

  // Reports everything that is committed, in an order in which references are known: sessions,
  // subscriptions, messages by id, retained topics, received identifiers, deliveries by session and
  // sequence. A row that refers to something that is gone is left out. On an error (Error::damaged)
  // what was reported is worth nothing. To be called before the first change.
  std::error_code load(Loader& loader);

  // Inserts or replaces.
  void put_session(const SessionRecord& record);
  // With its subscriptions and received identifiers. Its deliveries are the owner's to remove, as
  // are the messages that nobody else refers to: rows of them that stay are skipped by load().
  void remove_session(std::uint64_t id);

  // Inserts or replaces; the session is there.
  void put_subscription(const SubscriptionRecord& record);
  void remove_subscription(std::uint64_t session, std::string_view filter);

  // The id is new.
  void put_message(const MessageRecord& record);
  // With the deliveries of it that are left. Costs least when messages go in runs of ids.
  void remove_message(std::uint64_t id);

  // Makes a message the retained one of its topic; what was there is replaced, but not removed.
  void put_retained(std::string_view topic, std::uint64_t message);
  void remove_retained(std::string_view topic);

  // The key is new.
  void put_delivery(const DeliveryRecord& record);
  // It was sent with this identifier; 0: it is queued again.
  void set_sent(const DeliveryKey& key, wire::PacketId packet_id);
  // PUBREC came: from now on only PUBREL is sent [MQTT-4.3.3-4].
  void set_released(const DeliveryKey& key);
  void remove_delivery(const DeliveryKey& key);

  // A QoS 2 message of this identifier was taken over: it is not taken again [MQTT-4.3.3-10].
  void put_received(std::uint64_t session, wire::PacketId packet_id);
  // PUBREL came, or the client began anew.
  void remove_received(std::uint64_t session, wire::PacketId packet_id);

  // Has something been asked for since the last successful commit()?
  bool dirty() const noexcept;
  // Something that an answer waits for? False while only messages and deliveries were removed: they
  // can wait for the next commit, because after a crash they are but sent once more, or released
  // once more.
  bool urgent() const noexcept;

  // Writes what was gathered and waits until it is on the disk. On an error nothing of it is
  // there, and all of it is kept: the next commit() tries again, together with what came in
  // between. Until one succeeds the owner acknowledges nothing, and refuses what would gather more.
  std::error_code commit();

  // Moves what the log has gathered into the file, when that is due: some milliseconds, best spent
  // after the acknowledgements of a commit have left. An owner that never calls it loses nothing:
  // commit() does it when the log has grown to twice that length.
  void maintain();

  const Counters& counters() const noexcept { return counters_; }

 private:
  BrokerStore(std::unique_ptr<Database> database, std::unique_ptr<ChangeWriter> writer);

  void checkpoint();

  std::unique_ptr<Database> database_;
  std::unique_ptr<ChangeWriter> writer_;  // destroyed before the database
  std::unique_ptr<Changes> changes_;
  Counters counters_;
};

}  // namespace mqrig::store
