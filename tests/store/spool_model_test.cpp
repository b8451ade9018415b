// Any order of changes, commits and failures, against a model that is a few maps.
#include <doctest/doctest.h>

#include <map>
#include <random>

#include <tests/store/full_disk.hpp>
#include <tests/store/spool_file.hpp>

using namespace mqrig;
using store::Spool;
using test::Rows;
using test::SpoolFile;

namespace {

constexpr const char* queue_names[] = {"a", "b", "c"};
constexpr const char* state_names[] = {"s", "t"};

std::string text(std::uint64_t number) {
  return std::to_string(number);
}

// What a spool should hold, and the changes that it accepts next.
class Model {
 public:
  explicit Model(std::uint32_t seed) : random_(seed) {}

  std::uint32_t roll(std::size_t sides) { return static_cast<std::uint32_t>(random_() % sides); }

  void change(Spool& spool) {
    const Spool::QueueId id = spool.queue(queue_names[roll(3)]);
    if (id >= queues_.size()) queues_.resize(id + 1U);
    switch (roll(8)) {
      case 0:
      case 1:
      case 2:
        return append(spool, id);
      case 3:
      case 4:
        return take(spool, id, false);
      case 5:
        return take(spool, id, true);
      default:
        return change_state(spool);
    }
  }

  // Those that commit by themselves.
  void change_many(Spool& spool) {
    if (queues_.empty()) return;
    const auto id = static_cast<Spool::QueueId>(roll(queues_.size()));
    Queue& queue = queues_[id];
    std::error_code error;
    switch (roll(4)) {
      case 0:
        CHECK(spool.requeue(id, error) == queue.refused.size());
        for (const auto& [sequence, content] : queue.refused) {
          queue.messages[++queue.last_sequence] = content;
        }
        queue.refused.clear();
        break;
      case 1:
        CHECK(spool.purge_refused(id, error) == queue.refused.size());
        queue.refused.clear();
        break;
      case 2:
        CHECK(spool.purge(id, std::nullopt, error) == queue.messages.size());
        queue.messages.clear();
        break;
      default: {
        const std::int64_t before = roll(100);
        CHECK(spool.purge(id, before, error) ==
              std::erase_if(queue.messages, [&](const auto& message) {
                return message.second.received_at < before;
              }));
      }
    }
    REQUIRE_FALSE(error);
  }

  // As read_all() reports it.
  Rows rows() const {
    Rows rows;
    for (const Queue& queue : queues_) {
      std::uint64_t bytes = 0;
      for (const auto& [sequence, content] : queue.messages) {
        rows.push_back(text(sequence) + " t " + content.payload);
        bytes += 1 + content.payload.size();
      }
      for (const auto& [sequence, content] : queue.refused) {
        rows.push_back(text(sequence) + " t " + content.payload + ": no");
      }
      rows.push_back(text(queue.messages.size()) + ' ' + text(bytes) + ' ' +
                     text(queue.last_sequence) + ' ' + text(queue.refused.size()));
    }
    for (const char* name : state_names) {
      const auto state = states_.find(name);
      rows.push_back(state == states_.end() ? "none" : state->second);
    }
    return rows;
  }

 private:
  struct Content {
    std::string payload;
    std::int64_t received_at = 0;
  };
  struct Queue {
    std::map<std::uint64_t, Content> messages;
    std::map<std::uint64_t, Content> refused;
    std::uint64_t last_sequence = 0;
  };

  void append(Spool& spool, Spool::QueueId id) {
    const Content content{std::string(roll(30), static_cast<char>('a' + roll(26))), roll(100)};
    store::SpooledMessage message = test::spooled("t", content.payload);
    message.received_at = content.received_at;
    Queue& queue = queues_[id];
    REQUIRE(spool.append(id, message) == ++queue.last_sequence);
    queue.messages[queue.last_sequence] = content;
  }

  // Mostly from the front, as messages leave.
  void take(Spool& spool, Spool::QueueId id, bool refuse) {
    Queue& queue = queues_[id];
    if (queue.messages.empty()) return;
    const std::size_t place = roll(3) == 0 ? roll(queue.messages.size()) : 0;
    const auto taken = std::next(queue.messages.begin(), static_cast<std::ptrdiff_t>(place));
    const std::uint64_t size = 1 + taken->second.payload.size();
    if (refuse) {
      spool.refuse(id, taken->first, size, "no");
      queue.refused.insert(*taken);
    } else {
      spool.remove(id, taken->first, size);
    }
    queue.messages.erase(taken);
  }

  void change_state(Spool& spool) {
    const char* name = state_names[roll(2)];
    if (roll(4) == 0) {
      spool.remove_state(name);
      states_.erase(name);
    } else {
      states_[name] = text(roll(3));
      spool.put_state(name, wire::as_bytes(states_[name]));
    }
  }

  std::mt19937 random_;
  std::vector<Queue> queues_;
  std::map<std::string, std::string> states_;
};

Rows read_all(Spool& spool) {
  Rows rows;
  for (const std::string& name : spool.queue_names()) {
    const Spool::QueueId queue = *spool.find_queue(name);
    for (const Rows& part : {test::messages(spool, queue), test::refused(spool, queue),
                             Rows{test::totals(spool, queue)}}) {
      rows.insert(rows.end(), part.begin(), part.end());
    }
  }
  for (const char* name : state_names) {
    std::error_code error;
    rows.push_back(spool.state(name, error).value_or("none"));
    REQUIRE_FALSE(error);
  }
  return rows;
}

}  // namespace

TEST_CASE("a spool holds what a model holds, whatever came before and whatever failed") {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    const SpoolFile file;
    Model model(seed);
    auto spool = file.open();
    for (int round = 0; round < 60; ++round) {
      for (std::uint32_t count = model.roll(40); count > 0; --count) model.change(*spool);
      if (model.roll(3) == 0 && spool->dirty()) {
        const test::FullDisk disk(1);
        if (const std::error_code error = spool->commit()) {
          REQUIRE(error == store::Error::no_space);
          REQUIRE(spool->dirty());
          continue;  // later changes join those that failed
        }
      }
      if (model.roll(4) == 0) {
        model.change_many(*spool);
      } else {
        REQUIRE_FALSE(spool->commit());
      }
      REQUIRE_FALSE(spool->dirty());
      REQUIRE(read_all(*spool) == model.rows());
      if (model.roll(10) == 0) {
        REQUIRE(spool->verify(false) == Rows{});
        // A sequence that was given, but to no message that was written, may be given again.
        spool->put_state("round", wire::as_bytes(text(static_cast<std::uint64_t>(round))));
        REQUIRE_FALSE(spool->commit());
        spool.reset();
        spool = file.open();
        REQUIRE(read_all(*spool) == model.rows());
      }
    }
  }
}
