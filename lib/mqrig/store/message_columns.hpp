// Columns that hold several fields of a message.
#pragma once

#include <cstdint>
#include <optional>

#include <mqrig/store/spool.hpp>

namespace mqrig::store {

// QoS and RETAIN as in the first byte of PUBLISH, section 3.3.1.
std::uint8_t flags_column(const wire::Publish& publish) noexcept;
// False when such flags were never written.
bool read_flags(std::int64_t column, wire::Publish& publish) noexcept;

// 0: no batch. Of its count 29 bits are kept: no payload has room for more.
std::int64_t batch_column(const Batch& batch) noexcept;
// Nothing when such a number was never written.
std::optional<Batch> read_batch(std::int64_t column) noexcept;

}  // namespace mqrig::store
