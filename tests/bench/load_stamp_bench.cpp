// Nanoseconds per message for stamping payloads, for reading and verifying stamps, and for
// following the numbers of streams.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <mqrig/load/stamp.hpp>
#include <mqrig/load/tracker_table.hpp>

#include <tests/bench/rounds.hpp>

namespace {

using namespace mqrig;
using bench::best_of_rounds;
using bench::keep;
using load::Stamp;
using load::StampCodec;

constexpr std::size_t batch = 10'000;  // messages of one round
constexpr std::int64_t noon = 1'795'348'800'000'000'000;

void report(const char* what, double ns) {
  std::printf("%-48s %8.1f\n", what, ns);
}

Stamp stamp_of(std::size_t i) {
  return {static_cast<std::uint32_t>(i % 100), i, noon + static_cast<std::int64_t>(i) * 1000};
}

std::vector<std::uint8_t> payload_of(const StampCodec& codec, std::size_t size) {
  std::vector<std::uint8_t> payload(size, 'x');
  codec.write(payload.data(), stamp_of(1),
              StampCodec::digest(wire::ByteView(payload).subspan(Stamp::size)));
  return payload;
}

void measure_writing(const StampCodec& codec, std::size_t size) {
  std::vector<std::uint8_t> payload = payload_of(codec, size);
  const std::uint64_t digest = StampCodec::digest(wire::ByteView(payload).subspan(Stamp::size));
  report("write, digest known", best_of_rounds(batch, [&] {
           for (std::size_t i = 0; i < batch; ++i) {
             codec.write(payload.data(), stamp_of(i), digest);
             keep(payload.data());
           }
         }));
}

void measure_reading(const char* what, const StampCodec& codec, std::size_t size, bool full) {
  const std::vector<std::uint8_t> payload = payload_of(codec, size);
  report(what, best_of_rounds(batch, [&] {
           Stamp stamp;
           for (std::size_t i = 0; i < batch; ++i) {
             keep(payload.data());
             if (codec.read(payload, noon, full, stamp) != StampCodec::Verdict::ours) std::abort();
             keep(&stamp);
           }
         }));
}

void measure_both(const StampCodec& codec) {
  std::vector<std::uint8_t> payload = payload_of(codec, Stamp::size);
  report("write and read full, 16 bytes", best_of_rounds(batch, [&] {
           Stamp stamp;
           for (std::size_t i = 0; i < batch; ++i) {
             codec.write(payload.data(), stamp_of(i), StampCodec::digest({}));
             keep(payload.data());
             if (codec.read(payload, noon, true, stamp) != StampCodec::Verdict::ours) std::abort();
             keep(&stamp);
           }
         }));
}

void measure_digest(std::size_t size) {
  const std::vector<std::uint8_t> body(size, 'x');
  const double ns = best_of_rounds(batch, [&] {
    for (std::size_t i = 0; i < batch; ++i) keep(StampCodec::digest(body));
  });
  std::printf("digest of %5zu bytes %36.1f %8.1f GB/s\n", size, ns, static_cast<double>(size) / ns);
}

void measure_tracker() {
  load::SequenceTracker tracker;
  std::uint32_t number = 0;
  report("tracker, in order", best_of_rounds(batch, [&] {
           for (std::size_t i = 0; i < batch; ++i) keep(tracker.arrived(number++));
         }));
}

void measure_tracker_with_loss() {
  load::SequenceTracker tracker;
  std::uint32_t number = 0;
  report("tracker, every tenth message lost", best_of_rounds(batch, [&] {
           for (std::size_t i = 0; i < batch; ++i) {
             keep(tracker.arrived(number));
             number += number % 10 == 8 ? 2 : 1;
           }
         }));
}

void measure_table(std::uint32_t streams) {
  load::TrackerTable table;
  std::uint32_t stream = 0;
  std::uint32_t number = 0;
  const double ns = best_of_rounds(batch, [&] {
    for (std::size_t i = 0; i < batch; ++i) {
      keep(table.of(stream).arrived(number));
      if (++stream == streams) {
        stream = 0;
        ++number;
      }
    }
  });
  std::printf("tracker table, %5u streams by turns %21.1f\n", streams, ns);
}

}  // namespace

int main() {
  const StampCodec codec(0x0123'4567'89AB'CDEF);
  std::printf("%-48s %8s   best of 1000 rounds\n", "", "ns");
  measure_writing(codec, Stamp::size);
  measure_reading("read, 16 bytes", codec, 16, false);
  measure_reading("read full, 16 bytes", codec, 16, true);
  measure_both(codec);
  measure_reading("read full, 1 KiB", codec, 1024, true);
  measure_digest(48);
  measure_digest(1024);
  measure_digest(65'536);
  measure_tracker();
  measure_tracker_with_loss();
  measure_table(1);
  measure_table(100);
  measure_table(10'000);
}
