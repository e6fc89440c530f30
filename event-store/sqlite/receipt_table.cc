#include <charconv>

#include "event-store/sqlite/tables.h"

namespace bw::event_store {
namespace {

#define BW_RECEIPT_COLUMNS                                                                  \
  "receipt_no, tenant_no, call_no, call_id, key, state, queued_time_ms, delivered_time_ms," \
  " event_seq, bxml "

constexpr std::string_view kReceiptPrefix = "bx-";

std::optional<ReceiptRow> ReadOne(Query& query) {
  if (!query.Next()) return std::nullopt;
  ReceiptRow row;
  row.receipt_no = query.Int(0);
  row.tenant_no = query.Int(1);
  row.call_no = query.Int(2);
  Receipt& receipt = row.receipt;
  receipt.receipt_id = ReceiptId(row.receipt_no);
  receipt.call_id = query.Text(3);
  receipt.key = query.Text(4);
  receipt.state = static_cast<ReceiptState>(query.Int(5));
  receipt.queued_time_ms = query.Int(6);
  receipt.delivered_time_ms = query.Int(7);
  receipt.event_seq = query.Uint(8);
  receipt.bxml = query.Text(9);
  return row;
}

}  // namespace

std::string ReceiptId(std::int64_t receipt_no) {
  return std::string(kReceiptPrefix) + std::to_string(receipt_no);
}

std::optional<std::int64_t> ReceiptNumber(std::string_view receipt_id) {
  if (!receipt_id.starts_with(kReceiptPrefix)) return std::nullopt;
  receipt_id.remove_prefix(kReceiptPrefix.size());
  std::int64_t number = 0;
  const char* const end = receipt_id.data() + receipt_id.size();
  const auto [stop, error] = std::from_chars(receipt_id.data(), end, number);
  if (error != std::errc() || stop != end || number <= 0) return std::nullopt;
  return number;
}

std::optional<ReceiptRow> FindReceipt(Connection& db, std::int64_t tenant_no,
                                      std::string_view receipt_id) {
  const std::optional<std::int64_t> number = ReceiptNumber(receipt_id);
  if (!number) return std::nullopt;
  Query query(db,
              "SELECT " BW_RECEIPT_COLUMNS "FROM receipts WHERE receipt_no = ? AND tenant_no = ?");
  query.Bind(*number).Bind(tenant_no);
  return ReadOne(query);
}

std::optional<ReceiptRow> FindReceiptByKey(Connection& db, std::int64_t call_no,
                                           const std::string& key) {
  Query query(
      db, "SELECT " BW_RECEIPT_COLUMNS "FROM receipts WHERE call_no = ? AND key = ? AND key <> ''");
  query.Bind(call_no).Bind(key);
  return ReadOne(query);
}

std::optional<ReceiptRow> FindReceiptOfEvent(Connection& db, std::uint64_t event_seq) {
  Query query(db, "SELECT " BW_RECEIPT_COLUMNS
                  "FROM receipts WHERE event_seq = ? AND event_seq > 0"
                  " ORDER BY receipt_no DESC LIMIT 1");
  query.Bind(event_seq);
  return ReadOne(query);
}

std::optional<ReceiptRow> OldestQueued(Connection& db, std::int64_t call_no) {
  Query query(db, "SELECT " BW_RECEIPT_COLUMNS
                  "FROM receipts INDEXED BY open_receipts WHERE call_no = ? AND state = 1"
                  " AND state <= 2 ORDER BY receipt_no LIMIT 1");
  query.Bind(call_no);
  return ReadOne(query);
}

void InsertReceipt(Connection& db, ReceiptRow& row) {
  Query query(db,
              "INSERT INTO receipts(tenant_no, call_no, call_id, key, state, queued_time_ms,"
              " delivered_time_ms, event_seq, bxml) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const Receipt& receipt = row.receipt;
  query.Bind(row.tenant_no).Bind(row.call_no).Bind(receipt.call_id).Bind(receipt.key);
  query.Bind(static_cast<int>(receipt.state)).Bind(receipt.queued_time_ms);
  query.Bind(receipt.delivered_time_ms).Bind(receipt.event_seq).Bind(receipt.bxml).Run();
  row.receipt_no = db.LastInsertedRow();
  row.receipt.receipt_id = ReceiptId(row.receipt_no);
}

void UpdateReceipt(Connection& db, const ReceiptRow& row) {
  Query query(db,
              "UPDATE receipts SET state = ?, delivered_time_ms = ?, event_seq = ?"
              " WHERE receipt_no = ?");
  query.Bind(static_cast<int>(row.receipt.state)).Bind(row.receipt.delivered_time_ms);
  query.Bind(row.receipt.event_seq).Bind(row.receipt_no).Run();
}

void EndQueuedReceipts(Connection& db, std::int64_t call_no, ReceiptState state) {
  Query query(db, "UPDATE receipts SET state = ? WHERE call_no = ? AND state = 1 AND state <= 2");
  query.Bind(static_cast<int>(state)).Bind(call_no).Run();
}

void InsertHold(Connection& db, std::int64_t call_no, std::uint64_t event_seq) {
  Query query(db, "INSERT OR IGNORE INTO holds(call_no, event_seq) VALUES (?, ?)");
  query.Bind(call_no).Bind(event_seq).Run();
}

bool DeleteHold(Connection& db, std::int64_t call_no, std::uint64_t event_seq) {
  {
    Query query(db, "DELETE FROM holds WHERE call_no = ? AND event_seq = ?");
    query.Bind(call_no).Bind(event_seq).Run();
  }
  return db.ChangedRows() > 0;
}

std::optional<std::uint64_t> OldestHold(Connection& db, std::int64_t call_no) {
  Query query(db, "SELECT event_seq FROM holds WHERE call_no = ? ORDER BY event_seq LIMIT 1");
  query.Bind(call_no);
  if (!query.Next()) return std::nullopt;
  return query.Uint(0);
}

std::vector<std::uint64_t> DeleteHolds(Connection& db, std::int64_t call_no) {
  std::vector<std::uint64_t> seqs;
  {
    Query query(db, "SELECT event_seq FROM holds WHERE call_no = ?  ORDER BY event_seq");
    query.Bind(call_no);
    while (query.Next()) seqs.push_back(query.Uint(0));
  }
  if (!seqs.empty()) Query(db, "DELETE FROM holds WHERE call_no = ?").Bind(call_no).Run();
  return seqs;
}

}  // namespace bw::event_store
