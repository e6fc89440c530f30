// SQLite as values: a connection with its prepared statements, and queries that remember the first
// error instead of making every caller check each step.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/status/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bw::event_store {

/// One thread at a time.
class Connection {
 public:
  /// `path` may be ":memory:". DATA_LOSS: not a database; UNAVAILABLE: cannot be opened.
  static StatusOr<std::unique_ptr<Connection>> Open(const std::string& path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs SQL text that has no parameters; also several statements.
  Status Execute(const char* sql);

  /// The first error of a Query since the last TakeError, which forgets it. While there is one,
  /// queries do nothing and find no rows.
  Status TakeError();
  bool failed() const { return !error_.ok(); }

  std::int64_t LastInsertedRow() const;
  std::int64_t ChangedRows() const;
  bool InTransaction() const;
  sqlite3* handle() const { return db_; }

 private:
  friend class Query;
  explicit Connection(sqlite3* db) : db_(db) {}
  /// `sql` must be a literal: its address is the key.
  sqlite3_stmt* Prepared(const char* sql);
  Status LastError(const char* sql) const;

  sqlite3* const db_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
  Status error_;
};

/// One run of a prepared statement; resets it at the end. At most one Query of the same text may be
/// alive on a connection.
class Query {
 public:
  Query(Connection& connection, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Binds the next parameter. Texts must live as long as the query.
  Query& Bind(std::int64_t value);
  Query& Bind(std::uint64_t value) { return Bind(static_cast<std::int64_t>(value)); }
  Query& Bind(int value) { return Bind(static_cast<std::int64_t>(value)); }
  Query& Bind(std::string_view text);
  Query& BindBlob(std::string_view bytes);
  Query& BindNull();

  /// True: a row stands ready to be read. False: no more rows, or an error (see Connection).
  bool Next();
  /// For statements without rows.
  void Run() { Next(); }

  // Columns of the current row, from 0.
  std::int64_t Int(int column) const;
  std::uint64_t Uint(int column) const { return static_cast<std::uint64_t>(Int(column)); }
  std::string Text(int column) const;
  std::string Blob(int column) const;

 private:
  Connection& connection_;
  const char* const sql_;
  sqlite3_stmt* const statement_;
  int next_parameter_ = 1;
};

/// What a result code of SQLite means to a caller: the table is in connection.cc.
Status SqliteStatus(int result_code, std::string_view detail);

}  // namespace bw::event_store
