#include <mqrig/store/log_check.hpp>

#include <algorithm>
#include <vector>

#include <mqrig/wire/types.hpp>

namespace mqrig::store {
namespace {

// The file format of SQLite, section 4: a header, and entries of a header and a page. Numbers are
// big-endian.
constexpr std::size_t header_size = 32;
constexpr std::size_t entry_header_size = 24;
constexpr std::uint32_t magic = 0x377F0682;  // of sums of little-endian words; +1: big-endian
constexpr std::size_t salt_size = 8;

std::uint32_t big_endian(const std::uint8_t* at) noexcept {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
         std::uint32_t{at[3]};
}

std::uint32_t little_endian(const std::uint8_t* at) noexcept {
  return std::uint32_t{at[3]} << 24 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[1]} << 8 |
         std::uint32_t{at[0]};
}

// Runs on from entry to entry: each stands on those before it.
struct Sum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  static Sum stored(const std::uint8_t* at) noexcept {
    return {big_endian(at), big_endian(at + 4)};
  }
  void add(wire::ByteView words, bool big_endian_words) noexcept {
    const auto word = big_endian_words ? big_endian : little_endian;
    for (std::size_t i = 0; i + 8 <= words.size(); i += 8) {
      first += word(words.data() + i) + second;
      second += word(words.data() + i + 4) + first;
    }
  }
  bool operator==(const Sum&) const = default;
};

class LogCheck {
 public:
  explicit LogCheck(sqlite3_file* log) noexcept : log_(log) {}

  LogFault run();

 private:
  bool read(std::uint64_t offset, std::uint8_t* into, std::size_t size) noexcept;
  bool read_header();
  LogFault check_entries(std::uint64_t size);
  // Was it written behind the entry with that sum, into this log?
  bool follows(Sum before) const noexcept;

  sqlite3_file* log_;
  bool unread_ = false;
  bool big_endian_words_ = false;
  std::uint8_t salt_[salt_size] = {};
  Sum header_sum_;
  std::vector<std::uint8_t> entry_;
};

LogFault LogCheck::run() {
  sqlite3_int64 size = 0;
  if (log_ == nullptr) return LogFault::missing;
  if (log_->pMethods->xFileSize(log_, &size) != SQLITE_OK) return LogFault::unread;
  if (size < static_cast<sqlite3_int64>(header_size)) return LogFault::missing;
  if (!read_header()) return unread_ ? LogFault::unread : LogFault::header;
  return check_entries(static_cast<std::uint64_t>(size));
}

bool LogCheck::read(std::uint64_t offset, std::uint8_t* into, std::size_t size) noexcept {
  const int result =
      log_->pMethods->xRead(log_, into, static_cast<int>(size), static_cast<sqlite3_int64>(offset));
  unread_ = result != SQLITE_OK;
  return !unread_;
}

bool LogCheck::read_header() {
  std::uint8_t header[header_size];
  if (!read(0, header, header_size)) return false;
  const std::uint32_t begin = big_endian(header);
  if (begin != magic && begin != magic + 1) return false;
  big_endian_words_ = begin == magic + 1;
  header_sum_.add({header, 24}, big_endian_words_);
  if (header_sum_ != Sum::stored(header + 24)) return false;
  std::copy_n(header + 16, salt_size, salt_);
  entry_.resize(entry_header_size + big_endian(header + 8));
  return true;
}

bool LogCheck::follows(Sum before) const noexcept {
  if (!std::equal(salt_, salt_ + salt_size, entry_.data() + 8)) return false;
  const wire::ByteView bytes(entry_);
  before.add(bytes.first(8), big_endian_words_);
  before.add(bytes.subspan(entry_header_size), big_endian_words_);
  return before == Sum::stored(entry_.data() + 16);
}

// A commit is on the disk before another one begins. So an entry behind the end of a commit proves
// that all of that commit was there, and whatever does not hold in it was damaged since. What
// stands behind the end without such a proof are remains: of a commit that a loss of power cut
// short, or of earlier times.
LogFault LogCheck::check_entries(std::uint64_t size) {
  Sum before = header_sum_;
  bool holds = true;
  bool commit_ended = false;
  for (std::uint64_t offset = header_size; offset + entry_.size() <= size;
       offset += entry_.size()) {
    if (!read(offset, entry_.data(), entry_.size())) return LogFault::unread;
    const bool in_line = follows(before);
    if (in_line && commit_ended && !holds) return LogFault::entry;
    holds = holds && in_line;
    commit_ended = big_endian(entry_.data() + 4) != 0;
    before = Sum::stored(entry_.data() + 16);
  }
  return LogFault::none;
}

}  // namespace

LogFault check_log(sqlite3_file* log) {
  return LogCheck(log).run();
}

std::string sentence(LogFault fault, const std::string& name) {
  const std::string instead = " by 'mqrig spool verify --repair'";
  switch (fault) {
    case LogFault::none:
      break;
    case LogFault::missing:
      return name +
             ", is missing, and with it what was committed last: put it back, or "
             "copies of both, or go on without it" +
             instead;
    case LogFault::header:
      return name +
             ", is damaged at its beginning, and what was committed last cannot be "
             "read: put back copies of both, or go on without it" +
             instead;
    case LogFault::entry:
      return name +
             ", is damaged in its middle, and what was committed behind that cannot "
             "be read: put back copies of both, or go on with what was committed before" +
             instead;
    case LogFault::unread:
      return name + ", cannot be read: put back copies of both";
  }
  return {};
}

}  // namespace mqrig::store
