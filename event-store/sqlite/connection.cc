#include "event-store/sqlite/connection.h"

#include <utility>

#include <sqlite3.h>

namespace bw::event_store {
namespace {

struct CodeMeaning {
  int result_code;
  StatusCode code;
  const char* text;
};

constexpr CodeMeaning kMeanings[] = {
    {SQLITE_BUSY, StatusCode::kUnavailable, "the database is locked by another process"},
    {SQLITE_LOCKED, StatusCode::kUnavailable, "the database is locked"},
    {SQLITE_FULL, StatusCode::kUnavailable, "the disk or the database is full"},
    {SQLITE_IOERR, StatusCode::kUnavailable, "the disk reported an error"},
    {SQLITE_READONLY, StatusCode::kUnavailable, "the database is read-only"},
    {SQLITE_CANTOPEN, StatusCode::kUnavailable, "the database file cannot be opened"},
    {SQLITE_PERM, StatusCode::kUnavailable, "access to the database file is denied"},
    {SQLITE_NOMEM, StatusCode::kUnavailable, "out of memory"},
    {SQLITE_INTERRUPT, StatusCode::kUnavailable, "interrupted"},
    {SQLITE_CORRUPT, StatusCode::kDataLoss, "the database is damaged"},
    {SQLITE_NOTADB, StatusCode::kDataLoss, "the file is not an SQLite database"},
    {SQLITE_TOOBIG, StatusCode::kInvalidArgument, "a value is too large to store"},
};

constexpr int kPrimaryCodeMask = 0xff;

}  // namespace

Status SqliteStatus(int result_code, std::string_view detail) {
  const int primary = result_code & kPrimaryCodeMask;
  for (const CodeMeaning& meaning : kMeanings) {
    if (meaning.result_code == primary) {
      return MakeStatus(meaning.code, std::string(meaning.text) + " (" + std::string(detail) + ")");
    }
  }
  return Internal("SQLite: " + std::string(detail));
}

StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path) {
  sqlite3* db = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &db, kFlags, nullptr);
  if (result != SQLITE_OK) {
    const Status status = SqliteStatus(result, sqlite3_errstr(result));
    sqlite3_close_v2(db);
    return Annotate(status, path);
  }
  return std::unique_ptr<Connection>(new Connection(db));
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(db_);
}

Status Connection::Execute(const char* sql) {
  const int result = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (result == SQLITE_OK) return OkStatus();
  return LastError(sql);
}

Status Connection::TakeError() { return std::exchange(error_, OkStatus()); }

std::int64_t Connection::LastInsertedRow() const { return sqlite3_last_insert_rowid(db_); }

std::int64_t Connection::ChangedRows() const { return sqlite3_changes64(db_); }

bool Connection::InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }

Status Connection::LastError(const char* sql) const {
  constexpr std::size_t kShownSql = 60;
  const std::string_view text(sql);
  return SqliteStatus(sqlite3_extended_errcode(db_), std::string(sqlite3_errmsg(db_)) + " in: " +
                                                         std::string(text.substr(0, kShownSql)));
}

sqlite3_stmt* Connection::Prepared(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    error_ = LastError(sql);
    return nullptr;
  }
  statements_.emplace(sql, statement);
  return statement;
}

Query::Query(Connection& connection, const char* sql)
    : connection_(connection),
      sql_(sql),
      statement_(connection.failed() ? nullptr : connection.Prepared(sql)) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::Bind(std::int64_t value) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, next_parameter_++, value);
  return *this;
}

Query& Query::Bind(std::string_view text) {
  if (statement_ != nullptr) {
    // A null pointer would bind NULL.
    const char* data = text.data() == nullptr ? "" : text.data();
    sqlite3_bind_text(statement_, next_parameter_++, data, static_cast<int>(text.size()),
                      SQLITE_STATIC);
  }
  return *this;
}

Query& Query::BindBlob(std::string_view bytes) {
  if (statement_ != nullptr) {
    const char* data = bytes.data() == nullptr ? "" : bytes.data();
    sqlite3_bind_blob(statement_, next_parameter_++, data, static_cast<int>(bytes.size()),
                      SQLITE_STATIC);
  }
  return *this;
}

Query& Query::BindNull() {
  if (statement_ != nullptr) sqlite3_bind_null(statement_, next_parameter_++);
  return *this;
}

bool Query::Next() {
  if (statement_ == nullptr || connection_.failed()) return false;
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) connection_.error_ = connection_.LastError(sql_);
  return false;
}

std::int64_t Query::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Query::Blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace bw::event_store
