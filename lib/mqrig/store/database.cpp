#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <mqrig/store/database.hpp>
#include <mqrig/store/schema.hpp>

namespace mqrig::store {
namespace {

// SQLite reads ":memory:", "" and "file:..." as something else than the name of a file.
std::string file_name(const std::string& path) {
  return path.starts_with('/') ? path : "./" + path;
}

// Made by us and not by SQLite, whose files everybody may read. A file that is there is not opened:
// closing it would take away the locks of a store that has it open in this process.
bool create_file(const FileKind& kind, const std::string& path, std::string& error) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) {
    ::close(descriptor);
    return true;
  }
  if (errno == EEXIST) return true;
  error = "cannot create the " + std::string(kind.noun) + " " + path + ": " + std::strerror(errno);
  return false;
}

// In the version of a file that is in use.
constexpr std::int64_t in_use = 0x10000;

// By which a file grows.
constexpr int file_step = 256 * 1024;
// Enough for the removal of some ten thousand messages, however full the disk becomes.
constexpr sqlite3_int64 log_reserve = 1024 * 1024;

std::string set_version(std::int64_t version) {
  return "PRAGMA user_version = " + std::to_string(version);
}

// SQLite would write its header into an empty one.
bool check_file(const FileKind& kind, const std::string& path, Database::Mode mode,
                std::string& error) {
  const std::string noun = kind.noun;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    error = errno == ENOENT ? "there is no " + noun + " " + path + ": name one that is there"
                            : "cannot use the " + noun + " " + path + ": " + std::strerror(errno);
    return false;
  }
  if (S_ISREG(status.st_mode) && (mode == Database::Mode::create || status.st_size != 0)) {
    return true;
  }
  error = S_ISREG(status.st_mode)
              ? path + " is empty and no " + noun + " of mqrig: name another file"
              : path + " cannot be a " + noun + ", for it is no regular file: name another one";
  return false;
}

// Begins the sentence about a file of another kind.
std::string what_it_is(std::int64_t application_id, const FileKind& wanted) {
  for (const FileKind* kind : {&schema::state_file, &schema::spool}) {
    if (kind != &wanted && application_id == kind->application_id) {
      return std::string(kind->description) + " and";
    }
  }
  return "an SQLite database, but";
}

// SQLite's own account of its memory takes a lock for each allocation: a tenth of a commit. In
// vain, and harmless, when SQLite is in use already.
void count_no_memory() {
  static const int first_only = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(first_only);
}

}  // namespace

std::unique_ptr<Database> Database::open(const FileKind& kind, const std::string& path, Mode mode,
                                         std::string& error) {
  count_no_memory();
  if (mode == Mode::create && !create_file(kind, path, error)) return nullptr;
  if (!check_file(kind, path, mode, error)) return nullptr;
  sqlite3* connection = nullptr;
  const int result =
      sqlite3_open_v2(file_name(path).c_str(), &connection,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<Database> database(new Database(kind, path, connection));
  if (result != SQLITE_OK || !database->execute(schema::settings)) {
    error = database->explain();
    return nullptr;
  }
  database->checkpoint_on_close(false);
  if (!database->lock(error) || !database->check_schema(mode, error) ||
      !database->check_log(mode, error) || !database->check_content(error)) {
    return nullptr;
  }
  const bool writes = mode != Mode::look;
  if ((writes && !database->execute("PRAGMA journal_mode = WAL")) || !database->prepare()) {
    error = database->explain();
    return nullptr;
  }
  if (!writes) return database;
  database->checkpoint_on_close(true);
  database->give_back_room();
  return database;
}

Database::~Database() {
  page_count_.reset();
  commit_.reset();
  begin_.reset();
  // Without the mark the log may go; with it, it has to stay. It is needed until all but the mark
  // has been moved.
  rollback();
  if (claimed_) {
    checkpoint();
    if (!execute(set_version(kind_.version).c_str())) checkpoint_on_close(false);
  }
  sqlite3_close(connection_);
}

// In exclusive mode the lock of a transaction is kept when it ends.
bool Database::lock(std::string& error) {
  if (sqlite3_db_readonly(connection_, "main") == 1) {
    error = name() + " cannot be written: give yourself the right to, or name another file";
    return false;
  }
  if (execute("BEGIN EXCLUSIVE") && execute("COMMIT")) return true;
  error = explain();
  return false;
}

bool Database::check_schema(Mode mode, std::string& error) {
  const auto application = query("PRAGMA application_id");
  const auto version = query("PRAGMA user_version");
  const auto tables = query("SELECT count(*) FROM sqlite_schema");
  if (!application || !version || !tables) {
    error = explain();
    return false;
  }
  if (mode == Mode::create && *application == 0 && *version == 0 && *tables == 0) {
    if (create_schema()) return true;
    error = explain();
    return false;
  }
  if (*application != kind_.application_id || *version < 1) {
    error = path_ + " is " + what_it_is(*application, kind_) + " no " + kind_.noun +
            " of mqrig: name another file";
    return false;
  }
  if (*version % in_use > kind_.version) {
    error = name() + " was written by a newer mqrig: use that one, or name another file";
    return false;
  }
  return true;
}

// What was committed last is in the log alone: a file without it is of an earlier time, and of a
// session that has gone on since then.
bool Database::check_log(Mode mode, std::string& error) {
  if (!kind_.needs_log) return true;
  const bool marked = query("PRAGMA user_version").value_or(0) >= in_use;
  const LogFault fault = store::check_log(file(SQLITE_FCNTL_JOURNAL_POINTER));
  // SQLite makes an empty log where there is none, and is to take it away again.
  if (mode == Mode::look && fault == LogFault::missing) checkpoint_on_close(!marked);
  if (mode == Mode::salvage || (!marked && fault != LogFault::entry)) return true;
  error = sentence(fault, log_name());
  return error.empty();
}

void Database::claim() {
  if (!kind_.needs_log) return;
  const std::int64_t version = query("PRAGMA user_version").value_or(0);
  claimed_ = version >= in_use || execute(set_version(version + in_use).c_str());
  if (claimed_ && version < in_use) checkpoint();
  reserve_log();
}

// Reads every page: a fault is found now, while nothing depends on the file yet, and not by a
// commit hours later.
bool Database::check_content(std::string& error) {
  if (kind_.large) return true;
  Statement check(connection_, "PRAGMA quick_check(1)");
  if (!check.valid() || check.next() != SQLITE_ROW) {
    error = explain();
    return false;
  }
  if (check.text(0) == "ok") return true;
  error = damaged(std::string(check.text(0)));
  return false;
}

bool Database::create_schema() {
  const std::string identity = "PRAGMA application_id = " + std::to_string(kind_.application_id) +
                               "; " + set_version(kind_.version);
  return execute("BEGIN") && execute(kind_.tables) && execute(identity.c_str()) &&
         execute("COMMIT");
}

bool Database::prepare() {
  page_size_ = static_cast<std::uint64_t>(query("PRAGMA page_size").value_or(0));
  sqlite3_wal_hook(connection_, &Database::on_commit, this);
  begin_.emplace(connection_, "BEGIN IMMEDIATE");
  commit_.emplace(connection_, "COMMIT");
  page_count_.emplace(connection_, "PRAGMA page_count");
  return page_size_ != 0 && begin_->valid() && commit_->valid() && page_count_->valid();
}

// Within a transaction: as many pages as there will be after it.
int Database::make_room() {
  page_count_->query();
  const int result = page_count_->next();
  sqlite3_int64 needed = page_count_->integer(0) * static_cast<sqlite3_int64>(page_size_);
  page_count_->reset();
  if (result != SQLITE_ROW) return result;
  sqlite3_file* const opened = file(SQLITE_FCNTL_FILE_POINTER);
  sqlite3_int64 size = 0;
  if (opened == nullptr || opened->pMethods->xFileSize(opened, &size) != SQLITE_OK) {
    return SQLITE_IOERR_FSTAT;
  }
  if (needed <= size) return SQLITE_OK;
  int step = file_step;
  opened->pMethods->xFileControl(opened, SQLITE_FCNTL_CHUNK_SIZE, &step);
  const int made = opened->pMethods->xFileControl(opened, SQLITE_FCNTL_SIZE_HINT, &needed);
  return made == SQLITE_OK || made == SQLITE_NOTFOUND ? SQLITE_OK : SQLITE_FULL;
}

// On a disk that is full already there is no room to be kept.
void Database::reserve_log() noexcept {
  sqlite3_file* const log = file(SQLITE_FCNTL_JOURNAL_POINTER);
  if (log == nullptr) return;
  int step = static_cast<int>(log_reserve);
  sqlite3_int64 size = log_reserve;
  log->pMethods->xFileControl(log, SQLITE_FCNTL_CHUNK_SIZE, &step);
  log->pMethods->xFileControl(log, SQLITE_FCNTL_SIZE_HINT, &size);
}

// The rest of a backlog that is gone: at least 16 MiB, three quarters of them free, so that what is
// copied is little; and little in any case when nobody is to wait for it. The disk may be too full
// for that: then the file stays long.
void Database::give_back_room() {
  const auto pages = static_cast<std::uint64_t>(query("PRAGMA page_count").value_or(0));
  const auto free_pages = static_cast<std::uint64_t>(query("PRAGMA freelist_count").value_or(0));
  constexpr std::uint64_t long_file = 16 * 1024 * 1024;
  if (pages * page_size_ < long_file || free_pages < pages / 4 * 3) return;
  if (kind_.large && (pages - free_pages) * page_size_ > long_file) return;
  execute("VACUUM");
  checkpoint();
}

void Database::rollback() noexcept {
  if (sqlite3_get_autocommit(connection_) == 0) execute("ROLLBACK");
}

Error Database::begin_group() {
  const int result = begin_->run();
  grouped_ = result == SQLITE_OK;
  return error(result);
}

Error Database::end_group() {
  grouped_ = false;
  const int result = commit_->run();
  const Error failure = error(result);
  if (result != SQLITE_OK) rollback();
  return failure;
}

int Database::checkpoint() noexcept {
  const int result =
      sqlite3_wal_checkpoint_v2(connection_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (result == SQLITE_OK) log_pages_ = 0;
  return result;
}

int Database::on_commit(void* self, sqlite3*, const char*, int pages) noexcept {
  static_cast<Database*>(self)->log_pages_ = static_cast<std::uint64_t>(pages);
  return SQLITE_OK;
}

void Database::checkpoint_on_close(bool wanted) noexcept {
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

std::optional<std::int64_t> Database::query(const char* sql) {
  Statement statement(connection_, sql);
  if (!statement.valid() || statement.next() != SQLITE_ROW) return std::nullopt;
  return statement.integer(0);
}

bool Database::execute(const char* sql) noexcept {
  return sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

Error Database::error(int result) const noexcept {
  switch (result & 0xFF) {
    case SQLITE_OK:
      return Error::none;
    case SQLITE_FULL:
      return Error::no_space;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error::damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error::in_use;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return Error::not_writable;
    case SQLITE_NOMEM:
      return Error::no_memory;
    case SQLITE_IOERR:
      return no_room(SQLITE_FCNTL_FILE_POINTER) || no_room(SQLITE_FCNTL_JOURNAL_POINTER)
                 ? Error::no_space
                 : Error::input_output;
    default:
      return Error::unexpected;
  }
}

// SQLite knows only ENOSPC as a full disk. Which file failed, and by what, is asked of the files:
// sqlite3_system_errno() tells of whatever call came last.
bool Database::no_room(int which_file) const noexcept {
  sqlite3_file* const opened = file(which_file);
  if (opened == nullptr) return false;
  int cause = 0;
  opened->pMethods->xFileControl(opened, SQLITE_FCNTL_LAST_ERRNO, &cause);
  return cause == EFBIG || cause == EDQUOT || cause == ENOSPC;
}

std::uint64_t Database::file_bytes() const noexcept {
  std::uint64_t sum = 0;
  for (const int which : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
    sqlite3_int64 size = 0;
    sqlite3_file* const opened = file(which);
    if (opened != nullptr && opened->pMethods->xFileSize(opened, &size) == SQLITE_OK) {
      sum += static_cast<std::uint64_t>(size);
    }
  }
  return sum;
}

// Null when it is not open.
sqlite3_file* Database::file(int which_file) const noexcept {
  sqlite3_file* file = nullptr;
  const int result = sqlite3_file_control(connection_, "main", which_file, &file);
  return result == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

std::string Database::name() const {
  return "the " + std::string(kind_.noun) + " " + path_;
}

// Beside the file to which a symbolic link leads.
std::string Database::log_name() const {
  const char* const path = sqlite3_filename_wal(sqlite3_db_filename(connection_, "main"));
  return "the log of " + name() + ", " + path;
}

std::string Database::damaged(const std::string& detail) const {
  return name() + " is damaged, or no " + kind_.noun + " of mqrig (" + detail +
         "): put back a copy of it, or name another file";
}

std::string Database::explain() const {
  const std::string detail = sqlite3_errmsg(connection_);
  switch (error(sqlite3_extended_errcode(connection_))) {
    case Error::in_use:
      return name() + " is in use by another process: stop that one, or name another file";
    case Error::damaged:
      return damaged(detail);
    case Error::no_space:
      return "no space left for " + name();
    case Error::not_writable:
      return name() + " and its folder cannot be written (" + detail +
             "): give yourself the right to, or name another file";
    default:
      return "cannot use " + name() + ": " + detail;
  }
}

}  // namespace mqrig::store
