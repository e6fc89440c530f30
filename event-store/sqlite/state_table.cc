#include "event-store/core/limits.h"
#include "event-store/sqlite/tables.h"

namespace bw::event_store {

bool HasState(Connection& db, std::int64_t tenant_no, const std::string& key) {
  Query query(db, "SELECT 1 FROM states WHERE tenant_no = ? AND key = ?");
  return query.Bind(tenant_no).Bind(key).Next();
}

std::optional<std::string> FindState(Connection& db, std::int64_t tenant_no, const std::string& key,
                                     std::int64_t now_ms) {
  Query query(db,
              "SELECT value FROM states WHERE tenant_no = ? AND key = ? AND expire_time_ms > ?");
  if (!query.Bind(tenant_no).Bind(key).Bind(now_ms).Next()) return std::nullopt;
  return query.Blob(0);
}

void SaveState(Connection& db, std::int64_t tenant_no, const StateChange& change,
               std::int64_t expire_time_ms) {
  Query(db,
        "INSERT INTO states(change_seq, tenant_no, key, value, expire_time_ms)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT(tenant_no, key) DO UPDATE SET"
        " change_seq = excluded.change_seq, value = excluded.value,"
        " expire_time_ms = excluded.expire_time_ms")
      .Bind(change.seq)
      .Bind(tenant_no)
      .Bind(change.key)
      .BindBlob(change.value)
      .Bind(expire_time_ms)
      .Run();
}

bool DeleteState(Connection& db, std::int64_t tenant_no, const std::string& key) {
  {
    Query query(db, "DELETE FROM states WHERE tenant_no = ? AND key = ?");
    query.Bind(tenant_no).Bind(key).Run();
  }
  return !db.failed() && db.ChangedRows() > 0;
}

std::int64_t CountState(Connection& db, std::int64_t tenant_no) {
  Query query(db, "SELECT state_count FROM tenants WHERE tenant_no = ?");
  return query.Bind(tenant_no).Next() ? query.Int(0) : 0;
}

void ChangeStateCount(Connection& db, std::int64_t tenant_no, int by) {
  Query(db, "UPDATE tenants SET state_count = state_count + ? WHERE tenant_no = ?")
      .Bind(by)
      .Bind(tenant_no)
      .Run();
}

std::vector<StateKey> ExpiredState(Connection& db, std::int64_t now_ms, int limit) {
  std::vector<StateKey> keys;
  Query query(db,
              "SELECT s.tenant_no, t.name, s.key FROM states s CROSS JOIN tenants t"
              " ON t.tenant_no = s.tenant_no WHERE s.expire_time_ms <= ?"
              " ORDER BY s.expire_time_ms LIMIT ?");
  query.Bind(now_ms).Bind(limit);
  while (query.Next()) keys.push_back({query.Int(0), query.Text(1), query.Text(2)});
  return keys;
}

StatePage SelectState(Connection& db, const StateRequest& request, std::int64_t now_ms) {
  StatePage page;
  page.until_seq = request.until_seq ? *request.until_seq : LastSeq(db);
  page.next_after_seq = request.after_seq;
  // Rows are found by their number alone: what a selection leaves out is passed over, which costs
  // little where there are at most some hundred thousand.
  Query query(db,
              "SELECT s.change_seq, s.expire_time_ms, t.name, s.key, s.value FROM states s"
              " CROSS JOIN tenants t ON t.tenant_no = s.tenant_no"
              " WHERE s.change_seq > ? AND s.change_seq <= ? ORDER BY s.change_seq LIMIT ?");
  query.Bind(request.after_seq).Bind(page.until_seq).Bind(static_cast<std::int64_t>(request.limit));
  std::size_t bytes = 0;
  std::size_t rows = 0;
  while (query.Next()) {
    ++rows;
    StateChange entry{query.Uint(0), query.Text(2), query.Text(3), ""};
    const bool is_meant = Matches(request.selection, entry.tenant, entry.key);
    if (is_meant && query.Int(1) > now_ms) {
      entry.value = query.Blob(4);
      bytes += SizeOf(entry);
      if (bytes > kMaxAnswerBytes && !page.entries.empty()) {
        page.has_more = true;
        return page;
      }
      page.next_after_seq = entry.seq;
      page.entries.push_back(std::move(entry));
    } else {
      page.next_after_seq = entry.seq;
    }
  }
  page.has_more = rows == request.limit;
  return page;
}

}  // namespace bw::event_store
