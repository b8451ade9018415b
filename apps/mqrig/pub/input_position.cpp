#include "input_position.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

#include "../input_file.hpp"

namespace mqrig::pub {
namespace {

std::string_view word(payload::RecordKind kind) {
  switch (kind) {
    case payload::RecordKind::lines:
      return "lines";
    case payload::RecordKind::null_records:
      return "NUL-terminated records";
    case payload::RecordKind::json_lines:
      break;
  }
  return "JSON lines";
}

/// The next number of the text and the blank before it.
bool take(std::string_view& text, std::uint64_t& number) {
  if (!text.starts_with(' ')) return false;
  const auto result = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  if (result.ec != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return true;
}

}  // namespace

std::optional<InputPosition> InputPosition::of_input(payload::RecordKind kind) {
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const off_t offset = ::lseek(STDIN_FILENO, 0, SEEK_CUR);
  if (offset < 0) return std::nullopt;
  InputPosition position;
  position.device = status.st_dev;
  position.inode = status.st_ino;
  position.offset = static_cast<std::uint64_t>(offset);
  position.kind = kind;
  return position;
}

void InputPosition::go_on(payload::RecordKind wanted) const {
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) != 0) {
    throw InputError("cannot read standard input: " + std::generic_category().message(errno));
  }
  if (device != status.st_dev || inode != status.st_ino) {
    throw InputError(
        "standard input is another file than the one that --resume goes on with: give that one, or "
        "send what waits with < /dev/null first and then leave --resume out");
  }
  if (kind != wanted) {
    throw InputError("the run that --resume goes on with read " + std::string(word(kind)) +
                     " from standard input, not " + std::string(word(wanted)));
  }
  if (static_cast<std::uint64_t>(status.st_size) < offset) {
    throw InputError("standard input has become shorter than the " + std::to_string(offset) +
                     " bytes that an earlier run has read of it: it is not what --resume goes on "
                     "with");
  }
  if (::lseek(STDIN_FILENO, static_cast<off_t>(offset), SEEK_SET) < 0) {
    throw InputError("cannot read standard input: " + std::generic_category().message(errno));
  }
}

std::string InputPosition::text() const {
  std::string text = "1";
  for (const std::uint64_t number :
       {device, inode, offset, records, std::uint64_t{static_cast<std::uint8_t>(kind)},
        std::uint64_t{ended}}) {
    text += ' ' + std::to_string(number);
  }
  return text;
}

std::optional<InputPosition> InputPosition::parse(std::string_view text) {
  if (!text.starts_with("1 ")) return std::nullopt;
  text.remove_prefix(1);
  InputPosition position;
  std::uint64_t kind = 0;
  std::uint64_t ended = 0;
  const bool valid = take(text, position.device) && take(text, position.inode) &&
                     take(text, position.offset) && take(text, position.records) &&
                     take(text, kind) && take(text, ended) && text.empty() && kind <= 2;
  if (!valid) return std::nullopt;
  position.kind = static_cast<payload::RecordKind>(kind);
  position.ended = ended != 0;
  return position;
}

}  // namespace mqrig::pub
