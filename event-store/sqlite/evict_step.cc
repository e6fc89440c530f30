#include <algorithm>

#include "event-store/sqlite/steps.h"
#include "event-store/sqlite/tables.h"

namespace bw::event_store {
namespace {

std::int64_t Cutoff(std::int64_t now_ms, std::chrono::milliseconds age) {
  return age.count() == 0 ? 0 : now_ms - age.count();
}

std::int64_t Excess(std::int64_t count, std::int64_t max) {
  return max == 0 ? 0 : std::max<std::int64_t>(0, count - max);
}

void DeleteEvents(WriteContext& context, const std::vector<std::uint64_t>& seqs,
                  EvictResult& result) {
  for (const std::uint64_t seq : seqs) DeleteEvent(context.db, seq);
  const auto count = static_cast<std::int64_t>(seqs.size());
  result.events += count;
  context.event_count -= count;
}

void EvictEvents(WriteContext& context, const RetentionLimits& limits, EvictResult& result) {
  const std::int64_t cutoff = Cutoff(context.now_ms, limits.max_age);
  std::int64_t excess = Excess(context.event_count, limits.max_events);
  std::vector<std::uint64_t> seqs;
  {
    Query query(context.db, "SELECT seq, received_time_ms FROM events ORDER BY seq LIMIT ?");
    query.Bind(limits.batch);
    while (query.Next() && (excess > 0 || query.Int(1) < cutoff)) {
      seqs.push_back(query.Uint(0));
      --excess;
    }
  }
  DeleteEvents(context, seqs, result);
  if (static_cast<int>(seqs.size()) == limits.batch) result.more = true;
}

// The longest untouched call of all tenants that is to go, if any.
std::optional<CallRow> NextCallToEvict(WriteContext& context, const RetentionLimits& limits) {
  const std::int64_t cutoff = Cutoff(context.now_ms, limits.max_age);
  std::int64_t call_no = 0;
  {
    Query query(context.db,
                "SELECT (SELECT call_no FROM calls c WHERE c.tenant_no = t.tenant_no"
                " ORDER BY update_order LIMIT 1) AS oldest, (SELECT update_order FROM calls c"
                " WHERE c.tenant_no = t.tenant_no ORDER BY update_order LIMIT 1) AS at"
                " FROM tenants t WHERE oldest IS NOT NULL ORDER BY at LIMIT 1");
    if (!query.Next()) return std::nullopt;
    call_no = query.Int(0);
  }
  auto row = FindCallByNumber(context.db, call_no);
  if (Excess(context.call_count, limits.max_calls) > 0) return row;
  if (row && row->call.updated_time_ms < cutoff) return row;
  return std::nullopt;
}

// True when the call and everything of it is gone; at most `batch` rows of each table at a time.
bool EvictCall(WriteContext& context, const CallRow& row, int batch, EvictResult& result) {
  std::vector<std::uint64_t> seqs;
  {
    Query query(context.db, "SELECT seq FROM events WHERE call_no = ? LIMIT ?");
    query.Bind(row.call_no).Bind(batch);
    while (query.Next()) seqs.push_back(query.Uint(0));
  }
  DeleteEvents(context, seqs, result);
  {
    Query query(context.db,
                "DELETE FROM receipts WHERE receipt_no IN"
                " (SELECT receipt_no FROM receipts WHERE call_no = ? LIMIT ?)");
    query.Bind(row.call_no).Bind(batch).Run();
  }
  if (static_cast<int>(seqs.size()) == batch || context.db.ChangedRows() == batch) return false;
  for (const std::uint64_t seq : DeleteHolds(context.db, row.call_no)) {
    context.committed.released_event_seqs.push_back(seq);
  }
  DeleteCall(context.db, row);
  --context.call_count;
  ++result.calls;
  return true;
}

void EvictCalls(WriteContext& context, const RetentionLimits& limits, EvictResult& result) {
  constexpr int kCallsPerStep = 16;
  for (int i = 0; i < kCallsPerStep; ++i) {
    const auto row = NextCallToEvict(context, limits);
    if (!row) return;
    if (!EvictCall(context, *row, limits.batch, result)) break;
  }
  result.more = true;
}

void ExpireReceipts(WriteContext& context, const RetentionLimits& limits, EvictResult& result) {
  if (limits.max_queued_age.count() == 0) return;
  {
    Query query(context.db,
                "UPDATE receipts SET state = 5 WHERE receipt_no IN (SELECT receipt_no FROM receipts"
                " WHERE state = 1 AND queued_time_ms < ? LIMIT ?)");
    query.Bind(Cutoff(context.now_ms, limits.max_queued_age)).Bind(limits.batch).Run();
  }
  result.receipts_expired = context.db.ChangedRows();
  if (result.receipts_expired == limits.batch) result.more = true;
}

void EvictCursors(WriteContext& context, const RetentionLimits& limits, EvictResult& result) {
  if (limits.max_age.count() == 0) return;
  {
    Query query(context.db,
                "DELETE FROM cursors WHERE (tenant_no, reader) IN (SELECT tenant_no, reader FROM"
                " cursors WHERE used_time_ms < ? LIMIT ?)");
    query.Bind(Cutoff(context.now_ms, limits.max_age)).Bind(limits.batch).Run();
  }
  if (context.db.ChangedRows() == limits.batch) result.more = true;
}

void ForgetState(WriteContext& context, const RetentionLimits& limits, EvictResult& result) {
  const int forgotten = ForgetExpiredState(context, limits.batch);
  result.state_entries = forgotten;
  if (forgotten == limits.batch) result.more = true;
}

}  // namespace

StatusOr<EvictResult> EvictStep(WriteContext& context, const RetentionLimits& limits) {
  EvictResult result;
  EvictEvents(context, limits, result);
  EvictCalls(context, limits, result);
  ExpireReceipts(context, limits, result);
  EvictCursors(context, limits, result);
  ForgetState(context, limits, result);
  return result;
}

}  // namespace bw::event_store
