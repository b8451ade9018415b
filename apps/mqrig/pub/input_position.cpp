#include "input_position.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "../input_file.hpp"
#include "../stable_hash.hpp"
#include "position_text.hpp"

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
  if (!same_content()) {
    throw InputError("standard input was written anew since an earlier run has read " +
                     std::to_string(offset) +
                     " bytes of it: send what waits with < /dev/null first, and then leave "
                     "--resume out");
  }
  if (::lseek(STDIN_FILENO, static_cast<off_t>(offset), SEEK_SET) < 0) {
    throw InputError("cannot read standard input: " + std::generic_category().message(errno));
  }
}

/// Of at most so much each, which tells files apart and costs little at every commit.
std::uint64_t InputPosition::content_now() const {
  std::array<char, 1024> bytes;
  std::uint64_t hash = stable_hash({});
  const std::uint64_t size = std::min<std::uint64_t>(offset, bytes.size());
  for (const std::uint64_t start : {std::uint64_t{0}, offset - size}) {
    const ssize_t count = ::pread(STDIN_FILENO, bytes.data(), size, static_cast<off_t>(start));
    hash = stable_hash({bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))}, hash);
  }
  return hash;
}

std::string InputPosition::text() const {
  return position_text(
      '2', {device, inode, offset, records, std::uint64_t{static_cast<std::uint8_t>(kind)},
            std::uint64_t{ended}, content});
}

std::optional<InputPosition> InputPosition::parse(std::string_view text) {
  InputPosition position;
  std::uint64_t kind = 0;
  std::uint64_t ended = 0;
  const bool valid = parse_position(text, '2',
                                    {&position.device, &position.inode, &position.offset,
                                     &position.records, &kind, &ended, &position.content});
  if (!valid || kind > 2) return std::nullopt;
  position.kind = static_cast<payload::RecordKind>(kind);
  position.ended = ended != 0;
  return position;
}

}  // namespace mqrig::pub
