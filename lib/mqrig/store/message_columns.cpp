#include <mqrig/store/message_columns.hpp>

#include <algorithm>

namespace mqrig::store {
namespace {

constexpr int format_bits = 2;
constexpr int count_bits = 29;
constexpr std::uint32_t most = (std::uint32_t{1} << count_bits) - 1;

}  // namespace

std::uint8_t flags_column(const wire::Publish& publish) noexcept {
  return static_cast<std::uint8_t>(static_cast<unsigned>(publish.qos) << 1 |
                                   (publish.retain ? 1U : 0U));
}

bool read_flags(std::int64_t column, wire::Publish& publish) noexcept {
  if (column < 0 || column > 5) return false;
  publish.qos = static_cast<wire::QoS>(column >> 1);
  publish.retain = (column & 1) != 0;
  return true;
}

std::int64_t batch_column(const Batch& batch) noexcept {
  if (batch.format == Batch::Format::none) return 0;
  const std::uint64_t count = std::min(batch.count, most);
  return static_cast<std::int64_t>(std::uint64_t{batch.linger} << (format_bits + count_bits) |
                                   count << format_bits | static_cast<std::uint64_t>(batch.format));
}

std::optional<Batch> read_batch(std::int64_t column) noexcept {
  if (column == 0) return Batch{};
  const auto bits = static_cast<std::uint64_t>(column);
  const std::uint64_t format = bits & 3;
  if (column < 0 || format == 0 || format > static_cast<std::uint64_t>(Batch::Format::lines)) {
    return std::nullopt;
  }
  Batch batch;
  batch.format = static_cast<Batch::Format>(format);
  batch.count = static_cast<std::uint32_t>(bits >> format_bits) & most;
  batch.linger = static_cast<std::uint32_t>(bits >> (format_bits + count_bits));
  return batch;
}

}  // namespace mqrig::store
