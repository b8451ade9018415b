#pragma once

#include <cstdint>
#include <mqrig/payload/message_reader.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::pub {

/// How far a file on standard input has been read, and which file that is: kept in a spool, so that
/// the next run goes on behind the last record that is in it.
struct InputPosition {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;   ///< Bytes from the start of the file.
  std::uint64_t records = 0;  ///< Up to there.
  payload::RecordKind kind = payload::RecordKind::lines;
  bool ended = false;         ///< That was all there was.
  std::uint64_t content = 0;  ///< Hash of what stands at the start and before the offset.

  /// Of standard input as it is now; none unless it is a regular file.
  static std::optional<InputPosition> of_input(payload::RecordKind kind);

  /// Sets `content` to that of standard input.
  void note_content() { content = content_now(); }
  bool same_content() const { return content == content_now(); }
  bool same_file(const InputPosition& other) const {
    return device == other.device && inode == other.inode;
  }

  /// Moves standard input there. Throws InputError when this cannot be the file that was read
  /// before (it is another one, shorter than what was read, or was written anew), or when it was
  /// read as other records than are wanted now.
  void go_on(payload::RecordKind wanted) const;

  std::string text() const;
  /// None for what text() did not make.
  static std::optional<InputPosition> parse(std::string_view text);

 private:
  std::uint64_t content_now() const;
};

}  // namespace mqrig::pub
