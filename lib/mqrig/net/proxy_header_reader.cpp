#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/proxy_header_reader.hpp>
#include <vector>

namespace mqrig::net {
namespace {

constexpr std::string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);  // of version 2
constexpr std::string_view text_start = "PROXY ";                  // of version 1
constexpr std::size_t fixed_size = 16;
constexpr std::size_t unix_path_size = 108;

// The two halves of a byte each: version and command, family and transport.
constexpr unsigned version_2 = 2;
enum Command : unsigned { local = 0, proxy = 1 };
enum Family : unsigned { unspecified = 0, inet = 1, inet6 = 2, unix_socket = 3 };

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

unsigned number_at(std::string_view bytes, std::size_t index) {
  return byte_at(bytes, index) << 8 | byte_at(bytes, index + 1);
}

Endpoint v4_source(std::string_view addresses) {
  sockaddr_in source{};
  source.sin_family = AF_INET;
  std::memcpy(&source.sin_addr, addresses.data(), sizeof source.sin_addr);
  std::memcpy(&source.sin_port, addresses.data() + 8, sizeof source.sin_port);
  return {reinterpret_cast<const sockaddr*>(&source), sizeof source};
}

Endpoint v6_source(std::string_view addresses) {
  sockaddr_in6 source{};
  source.sin6_family = AF_INET6;
  std::memcpy(&source.sin6_addr, addresses.data(), sizeof source.sin6_addr);
  std::memcpy(&source.sin6_port, addresses.data() + 32, sizeof source.sin6_port);
  return {reinterpret_cast<const sockaddr*>(&source), sizeof source};
}

std::vector<std::string_view> split_at_spaces(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t space = line.find(' ');
    words.push_back(line.substr(0, space));
    if (space == line.npos) return words;
    line.remove_prefix(space + 1);
  }
}

// An address of the family, without a zone: one of ours would not be that of the proxy.
bool is_address(std::string_view text, int family) {
  const auto endpoint = numeric_endpoint(std::string(text), 0);
  return endpoint && endpoint->family() == family && text.find('%') == text.npos;
}

// Version 1 allows 0 as a port, which no leading zeros may stand before.
bool is_port(std::string_view digits) {
  if (digits == "0") return true;
  return !digits.starts_with('0') && split_host_port("host:" + std::string(digits)).error.empty() &&
         digits.find_first_not_of("0123456789") == digits.npos;
}

}  // namespace

// Of a text, the line end is the last that comes.
std::size_t ProxyHeaderReader::wanted() const {
  if (stage_ == Stage::text) return bytes_.ends_with('\r') ? 1 : 2;
  return size_ - bytes_.size();
}

void ProxyHeaderReader::feed(std::string_view bytes) {
  bytes_.append(bytes);
  if (stage_ == Stage::text) return on_text();
  if (bytes_.size() < size_) return;
  switch (stage_) {
    case Stage::start:
      return on_start();
    case Stage::fixed:
      return on_fixed();
    default:
      return on_content();
  }
}

void ProxyHeaderReader::refuse(std::string why) {
  fail(Error::proxy_failed, std::move(why));
}

void ProxyHeaderReader::on_start() {
  if (bytes_ == signature) {
    stage_ = Stage::fixed;
    size_ = fixed_size;
  } else if (bytes_.starts_with(text_start)) {
    stage_ = Stage::text;
    on_text();
  } else {
    refuse("the connection does not begin with a header of the PROXY protocol");
  }
}

void ProxyHeaderReader::on_text() {
  const std::size_t end = bytes_.find('\n');
  if (end == bytes_.npos) {
    if (bytes_.size() + wanted() <= longest_text) return;
    return refuse("the line of the PROXY protocol is longer than 107 bytes");
  }
  if (end + 1 != bytes_.size() || bytes_[end - 1] != '\r') {
    return refuse("the line of the PROXY protocol does not end with CR LF");
  }
  std::string fault = read_text(std::string_view(bytes_).substr(0, end - 1));
  if (!fault.empty()) return refuse("in the line of the PROXY protocol " + std::move(fault));
  succeed();
}

// "PROXY TCP4 source destination port port", or "PROXY UNKNOWN" and whatever.
std::string ProxyHeaderReader::read_text(std::string_view line) {
  const auto words = split_at_spaces(line);
  if (words[1] == "UNKNOWN") return {};
  const bool v4 = words[1] == "TCP4";
  if (!v4 && words[1] != "TCP6") return "the protocol is none of TCP4, TCP6 and UNKNOWN";
  if (words.size() != 6) return "two addresses and two ports do not follow";
  const int family = v4 ? AF_INET : AF_INET6;
  if (!is_address(words[2], family) || !is_address(words[3], family)) {
    return "an address is none of " + std::string(words[1]);
  }
  if (!is_port(words[4]) || !is_port(words[5])) return "a port is not a number from 0 to 65535";
  const auto port = static_cast<std::uint16_t>(std::stoi(std::string(words[4])));
  const auto source = numeric_endpoint(std::string(words[2]), port);
  host_ = source->host_text();
  description_ = source->description();
  return {};
}

void ProxyHeaderReader::on_fixed() {
  const unsigned version = byte_at(bytes_, 12) >> 4;
  const unsigned command = byte_at(bytes_, 12) & 15;
  const unsigned content = number_at(bytes_, 14);
  if (version != version_2 || command > Command::proxy) {
    return refuse("the header of the PROXY protocol is of another version than 1 and 2");
  }
  if (content > longest_content) {
    return refuse("the header of the PROXY protocol is longer than 4096 bytes");
  }
  stage_ = Stage::content;
  size_ = fixed_size + content;
  if (content == 0) on_content();
}

void ProxyHeaderReader::on_content() {
  const std::string_view addresses = std::string_view(bytes_).substr(fixed_size);
  const unsigned family = byte_at(bytes_, 13) >> 4;
  constexpr std::size_t sizes[] = {0, 12, 36, 2 * unix_path_size};
  if ((byte_at(bytes_, 12) & 15) == Command::local || family == Family::unspecified) {
    return succeed();
  }
  if (family > Family::unix_socket) {
    return refuse("the header of the PROXY protocol has an unknown kind of address");
  }
  if (addresses.size() < sizes[family]) {
    return refuse("the header of the PROXY protocol is too short for its addresses");
  }
  if (family == Family::unix_socket) {
    name_unix(addresses.substr(0, unix_path_size));
  } else {
    const Endpoint source = family == Family::inet ? v4_source(addresses) : v6_source(addresses);
    host_ = source.host_text();
    description_ = source.description();
  }
  succeed();
}

// A path ends with its NUL, or fills its place; one in the abstract namespace begins with it.
void ProxyHeaderReader::name_unix(std::string_view path) {
  const bool abstract = path.front() == '\0';
  const std::size_t end = path.find('\0', abstract ? 1 : 0);
  const std::string_view name = path.substr(abstract ? 1 : 0, end - (abstract ? 1 : 0));
  if (!name.empty()) description_ = std::string(abstract ? "unix @" : "unix ").append(name);
}

}  // namespace mqrig::net
