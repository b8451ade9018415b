#include <openssl/asn1.h>

#include <algorithm>
#include <cstring>
#include <mqrig/net/web_socket_frame.hpp>

namespace mqrig::net {
namespace {

constexpr std::size_t max_control_payload = 125;

// RFC 6455, section 7.4, and those registered since. 1005, 1006 and 1015 are never sent.
bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    unsigned long character = 0;
    const int size = ::UTF8_getc(reinterpret_cast<const unsigned char*>(text.data()),
                                 static_cast<int>(text.size()), &character);
    const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (size <= 0 || surrogate || character > 0x10FFFF) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

std::uint16_t close_code(WebSocketFault fault) {
  switch (fault) {
    case WebSocketFault::text:
      return 1003;
    case WebSocketFault::bad_reason:
      return 1007;
    default:
      return 1002;
  }
}

std::string_view fault_text(WebSocketFault fault) {
  switch (fault) {
    case WebSocketFault::none:
      return "";
    case WebSocketFault::reserved_bits:
      return "sent a frame with reserved bits set, which an extension would have to allow";
    case WebSocketFault::unknown_opcode:
      return "sent a frame of an unknown kind";
    case WebSocketFault::masked:
      return "sent a masked frame, as only clients may";
    case WebSocketFault::unmasked:
      return "sent a frame without a mask, as only servers may";
    case WebSocketFault::text:
      return "sent a text message, but MQTT is in binary ones";
    case WebSocketFault::unexpected_frame:
      return "began a message inside of another";
    case WebSocketFault::unexpected_continuation:
      return "went on with a message that had not begun";
    case WebSocketFault::fragmented_control:
      return "sent a control frame in fragments";
    case WebSocketFault::long_control:
      return "sent a control frame of more than 125 bytes";
    case WebSocketFault::bad_length:
      return "sent a frame with a malformed length";
    case WebSocketFault::bad_close:
      return "sent a malformed close frame";
    case WebSocketFault::bad_reason:
      return "sent a close frame whose reason is not UTF-8";
  }
  return "";
}

void apply_mask(std::span<const std::uint8_t> from, std::uint8_t* into, WebSocketMask mask,
                std::uint64_t phase) {
  // Two words a register: the compilers use the widest that every processor of the kind has.
  using Block = std::uint64_t __attribute__((vector_size(16)));
  std::array<std::uint8_t, sizeof(Block)> repeated;
  for (std::size_t i = 0; i < repeated.size(); ++i) repeated[i] = mask[(i + phase) % 4];
  Block key;
  std::memcpy(&key, repeated.data(), sizeof key);
  const std::uint8_t* at = from.data();
  const std::uint8_t* const end = at + from.size();
  for (; static_cast<std::size_t>(end - at) >= 2 * sizeof key; at += 2 * sizeof key) {
    Block first, second;
    std::memcpy(&first, at, sizeof first);
    std::memcpy(&second, at + sizeof first, sizeof second);
    first ^= key;
    second ^= key;
    std::memcpy(into, &first, sizeof first);
    std::memcpy(into + sizeof first, &second, sizeof second);
    into += 2 * sizeof key;
  }
  for (std::size_t i = 0; at != end; ++i) *into++ = *at++ ^ repeated[i % repeated.size()];
}

WebSocketHeader::WebSocketHeader(WebSocketOpcode opcode, std::uint64_t payload_size,
                                 const WebSocketMask* mask) {
  const std::uint64_t masked = mask != nullptr ? 0x80 : 0;
  append(0x80 | static_cast<std::uint64_t>(opcode), 1);
  if (payload_size < 126) {
    append(masked | payload_size, 1);
  } else if (payload_size <= 0xFFFF) {
    append(masked | 126, 1);
    append(payload_size, 2);
  } else {
    append(masked | 127, 1);
    append(payload_size, 8);
  }
  if (mask == nullptr) return;
  std::copy(mask->begin(), mask->end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += mask->size();
}

void WebSocketHeader::append(std::uint64_t value, std::size_t size) {
  while (size-- > 0) bytes_[size_++] = static_cast<std::uint8_t>(value >> (8 * size));
}

std::string encode_control(WebSocketOpcode opcode, std::string_view payload,
                           const WebSocketMask* mask) {
  const WebSocketHeader header(opcode, payload.size(), mask);
  const auto bytes = header.bytes();
  std::string frame(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  frame += payload;
  if (mask == nullptr) return frame;
  auto* const masked = reinterpret_cast<std::uint8_t*>(frame.data()) + bytes.size();
  apply_mask({masked, payload.size()}, masked, *mask, 0);
  return frame;
}

WebSocketDecoder::Result WebSocketDecoder::feed(std::span<const std::uint8_t> bytes,
                                                std::uint8_t* into) {
  Result result;
  while (fault_ == WebSocketFault::none) {
    const auto rest = bytes.subspan(result.taken);
    if (!in_payload_) {
      const std::size_t missing = missing_header();
      const std::size_t count = std::min(missing, rest.size());
      std::copy_n(rest.begin(), count, header_.begin() + header_have_);
      header_have_ = static_cast<std::uint8_t>(header_have_ + count);
      result.taken += count;
      if (header_have_ >= 2) fault_ = check_first_bytes();
      if (fault_ != WebSocketFault::none) break;
      if (count < missing) return result;
      if (missing_header() == 0) begin_frame();
      continue;
    }
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>(size_ - done_, rest.size()));
    if (is_control()) {
      control_.append(reinterpret_cast<const char*>(rest.data()), count);
    } else if (peer_ == WebSocketRole::client) {
      apply_mask(rest.first(count), into + result.data, mask_, done_);
      result.data += count;
    } else {
      if (count != 0) std::memmove(into + result.data, rest.data(), count);
      result.data += count;
    }
    result.taken += count;
    done_ += count;
    if (done_ < size_) return result;
    in_payload_ = false;
    header_have_ = 0;
    if (!is_control()) continue;
    result.event = end_control();
    if (result.event != Event::none) return result;
  }
  result.event = Event::fault;
  return result;
}

// How much more is needed to know the whole header, or how long it is.
std::size_t WebSocketDecoder::missing_header() const {
  return header_have_ < 2 ? 2u - header_have_ : header_size() - header_have_;
}

std::size_t WebSocketDecoder::header_size() const {
  const unsigned length = header_[1] & 0x7F;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + (peer_ == WebSocketRole::client ? sizeof mask_ : 0);
}

WebSocketFault WebSocketDecoder::check_first_bytes() const {
  const bool masked = (header_[1] & 0x80) != 0;
  if ((header_[0] & 0x70) != 0) return WebSocketFault::reserved_bits;
  if (masked && peer_ == WebSocketRole::server) return WebSocketFault::masked;
  if (!masked && peer_ == WebSocketRole::client) return WebSocketFault::unmasked;
  switch (opcode()) {
    case WebSocketOpcode::text:
      return WebSocketFault::text;
    case WebSocketOpcode::binary:
      return in_message_ ? WebSocketFault::unexpected_frame : WebSocketFault::none;
    case WebSocketOpcode::continuation:
      return in_message_ ? WebSocketFault::none : WebSocketFault::unexpected_continuation;
    case WebSocketOpcode::close:
    case WebSocketOpcode::ping:
    case WebSocketOpcode::pong:
      if (!final()) return WebSocketFault::fragmented_control;
      return (header_[1] & 0x7F) > max_control_payload ? WebSocketFault::long_control
                                                       : WebSocketFault::none;
  }
  return WebSocketFault::unknown_opcode;
}

// The whole header is there.
void WebSocketDecoder::begin_frame() {
  if (!read_length()) {
    fault_ = WebSocketFault::bad_length;
    return;
  }
  if (peer_ == WebSocketRole::client) {
    std::copy_n(header_.begin() + header_have_ - sizeof mask_, sizeof mask_, mask_.begin());
  }
  done_ = 0;
  in_payload_ = true;
  if (is_control()) {
    control_.clear();
  } else {
    in_message_ = !final();
  }
}

bool WebSocketDecoder::read_length() {
  const unsigned length = header_[1] & 0x7F;
  if (length < 126) {
    size_ = length;
    return true;
  }
  const std::size_t bytes = length == 126 ? 2 : 8;
  size_ = 0;
  for (std::size_t i = 0; i < bytes; ++i) size_ = size_ << 8 | header_[2 + i];
  return length == 126 ? size_ >= 126 : size_ > 0xFFFF && size_ >> 63 == 0;
}

// The payload of a control frame is all there.
WebSocketDecoder::Event WebSocketDecoder::end_control() {
  if (peer_ == WebSocketRole::client) {
    auto* const payload = reinterpret_cast<std::uint8_t*>(control_.data());
    apply_mask({payload, control_.size()}, payload, mask_, 0);
  }
  if (opcode() == WebSocketOpcode::pong) return Event::none;
  if (opcode() == WebSocketOpcode::ping) return Event::ping;
  if (control_.empty()) return Event::close;
  const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(control_[i]); };
  if (control_.size() < 2 || !is_close_code(byte(0) * 256u + byte(1))) {
    fault_ = WebSocketFault::bad_close;
  } else if (!is_utf8(std::string_view(control_).substr(2))) {
    fault_ = WebSocketFault::bad_reason;
  } else {
    return Event::close;
  }
  return Event::fault;
}

}  // namespace mqrig::net
