#include <algorithm>
#include <set>

#include "event-store/core/limits.h"
#include "event-store/core/phone_number.h"
#include "event-store/sqlite/tables.h"

namespace bw::event_store {
namespace {

#define BW_CALL_COLUMNS                                                                       \
  "call_no, update_order, call_id, state, direction, sender, recipient, application_id, tag," \
  " start_time_ms, answer_time_ms, end_time_ms, disconnect_cause, error_message,"             \
  " updated_time_ms, last_event_seq, turn_count "

// A number with more calls than this is looked for by walking all calls from the newest: it is so
// frequent that a page is found soon.
constexpr std::size_t kMaxCallsSorted = 2000;

CallRow ReadCall(const Query& query) {
  CallRow row;
  row.call_no = query.Int(0);
  row.update_order = query.Uint(1);
  Call& call = row.call;
  call.call_id = query.Text(2);
  call.state = query.Text(3);
  call.direction = static_cast<Direction>(query.Int(4));
  call.from = query.Text(5);
  call.to = query.Text(6);
  call.application_id = query.Text(7);
  call.tag = query.Text(8);
  call.start_time_ms = query.Int(9);
  call.answer_time_ms = query.Int(10);
  call.end_time_ms = query.Int(11);
  call.disconnect_cause = query.Text(12);
  call.error_message = query.Text(13);
  call.updated_time_ms = query.Int(14);
  call.last_event_seq = query.Uint(15);
  call.turn_count = static_cast<std::uint32_t>(query.Int(16));
  return row;
}

void BindMutable(Query& query, const CallRow& row) {
  const Call& call = row.call;
  query.Bind(call.state).Bind(IsEnded(call) ? 1 : 0).Bind(static_cast<int>(call.direction));
  query.Bind(call.from).Bind(call.to).Bind(call.application_id).Bind(call.tag);
  query.Bind(call.start_time_ms).Bind(call.answer_time_ms).Bind(call.end_time_ms);
  query.Bind(call.disconnect_cause).Bind(call.error_message).Bind(call.updated_time_ms);
  query.Bind(row.update_order).Bind(call.last_event_seq);
  query.Bind(static_cast<std::int64_t>(call.turn_count));
}

std::set<std::int64_t> NumberKeys(const Call& call) {
  std::set<std::int64_t> keys;
  if (!call.from.empty()) keys.insert(PhoneNumberKey(call.from));
  if (!call.to.empty()) keys.insert(PhoneNumberKey(call.to));
  return keys;
}

bool MatchesCall(const CallsRequest& request, const std::string& number, const Call& call) {
  if (!request.state.empty() && request.state != call.state) return false;
  return number.empty() || ComparablePhoneNumber(call.from) == number ||
         ComparablePhoneNumber(call.to) == number;
}

// Collects calls in the order they come until the page is full, by rows or by bytes.
class CallPageBuilder {
 public:
  CallPageBuilder(Connection& db, const CallsRequest& request)
      : db_(db), request_(request), number_(ComparablePhoneNumber(request.phone_number)) {}

  bool full() const { return page_.next_before_order != 0; }

  void Offer(CallRow row) {
    if (!MatchesCall(request_, number_, row.call)) return;
    CompleteCall(db_, row);
    constexpr std::size_t kCallBytes = 2048;
    bytes_ += kCallBytes + (row.call.queued ? row.call.queued->bxml.size() : 0);
    if (page_.calls.size() == request_.limit ||
        (bytes_ > kMaxAnswerBytes && !page_.calls.empty())) {
      page_.next_before_order = last_order_;
      return;
    }
    last_order_ = row.update_order;
    page_.calls.push_back(std::move(row.call));
  }

  CallPage Take() { return std::move(page_); }

 private:
  Connection& db_;
  const CallsRequest& request_;
  const std::string number_;
  CallPage page_;
  std::uint64_t last_order_ = 0;
  std::size_t bytes_ = 0;
};

void WalkByUpdate(Connection& db, std::int64_t tenant_no, const CallsRequest& request,
                  std::uint64_t before, CallPageBuilder& builder) {
  static constexpr char kAll[] = "SELECT " BW_CALL_COLUMNS
                                 "FROM calls WHERE tenant_no = ? AND update_order < ?"
                                 " ORDER BY update_order DESC";
  static constexpr char kOpen[] = "SELECT " BW_CALL_COLUMNS
                                  "FROM calls INDEXED BY open_calls_by_update WHERE tenant_no = ?"
                                  " AND update_order < ? AND ended = 0 ORDER BY update_order DESC";
  static constexpr const char* kSql[] = {kAll, kOpen};
  const bool open_only = !request.state.empty() && request.state != kDisconnected;
  Query query(db, kSql[open_only ? 1 : 0]);
  query.Bind(tenant_no).Bind(before);
  while (!builder.full() && query.Next()) builder.Offer(ReadCall(query));
}

// nullopt: too many to sort.
std::optional<std::vector<CallRow>> CallsOfNumber(Connection& db, std::int64_t tenant_no,
                                                  const std::string& number, std::uint64_t before) {
  std::vector<CallRow> rows;
  Query query(db, "SELECT " BW_CALL_COLUMNS
                  "FROM calls WHERE tenant_no = ? AND update_order < ? AND call_no IN"
                  " (SELECT call_no FROM call_numbers WHERE number_key = ? LIMIT ?)");
  query.Bind(tenant_no).Bind(before).Bind(PhoneNumberKey(number));
  query.Bind(static_cast<std::int64_t>(kMaxCallsSorted + 1));
  while (query.Next()) rows.push_back(ReadCall(query));
  Query count(db, "SELECT count(*) FROM (SELECT 1 FROM call_numbers WHERE number_key = ? LIMIT ?)");
  count.Bind(PhoneNumberKey(number)).Bind(static_cast<std::int64_t>(kMaxCallsSorted + 1));
  if (count.Next() && count.Int(0) > static_cast<std::int64_t>(kMaxCallsSorted)) {
    return std::nullopt;
  }
  std::sort(rows.begin(), rows.end(),
            [](const CallRow& a, const CallRow& b) { return a.update_order > b.update_order; });
  return rows;
}

}  // namespace

std::optional<std::int64_t> FindTenant(Connection& db, const std::string& name) {
  Query query(db, "SELECT tenant_no FROM tenants WHERE name = ?");
  if (!query.Bind(name).Next()) return std::nullopt;
  return query.Int(0);
}

std::optional<CallRow> FindCall(Connection& db, std::int64_t tenant_no,
                                const std::string& call_id) {
  Query query(db, "SELECT " BW_CALL_COLUMNS "FROM calls WHERE tenant_no = ? AND call_id = ?");
  if (!query.Bind(tenant_no).Bind(call_id).Next()) return std::nullopt;
  return ReadCall(query);
}

std::optional<CallRow> FindCallByNumber(Connection& db, std::int64_t call_no) {
  Query query(db, "SELECT " BW_CALL_COLUMNS "FROM calls WHERE call_no = ?");
  if (!query.Bind(call_no).Next()) return std::nullopt;
  return ReadCall(query);
}

void SaveCall(Connection& db, std::int64_t tenant_no, CallRow& row) {
  if (row.call_no != 0) {
    Query query(db,
                "UPDATE calls SET state = ?, ended = ?, direction = ?, sender = ?, recipient = ?,"
                " application_id = ?, tag = ?, start_time_ms = ?, answer_time_ms = ?,"
                " end_time_ms = ?, disconnect_cause = ?, error_message = ?, updated_time_ms = ?,"
                " update_order = ?, last_event_seq = ?, turn_count = ? WHERE call_no = ?");
    BindMutable(query, row);
    query.Bind(row.call_no).Run();
    return;
  }
  Query query(db,
              "INSERT INTO calls(state, ended, direction, sender, recipient, application_id, tag,"
              " start_time_ms, answer_time_ms, end_time_ms, disconnect_cause, error_message,"
              " updated_time_ms, update_order, last_event_seq, turn_count, tenant_no, call_id)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  BindMutable(query, row);
  query.Bind(tenant_no).Bind(row.call.call_id).Run();
  row.call_no = db.LastInsertedRow();
}

void IndexCallNumbers(Connection& db, const CallRow& row) {
  for (const std::int64_t key : NumberKeys(row.call)) {
    Query query(db, "INSERT OR IGNORE INTO call_numbers(number_key, call_no) VALUES (?, ?)");
    query.Bind(key).Bind(row.call_no).Run();
  }
}

void DeleteCall(Connection& db, const CallRow& row) {
  for (const std::int64_t key : NumberKeys(row.call)) {
    Query query(db, "DELETE FROM call_numbers WHERE number_key = ? AND call_no = ?");
    query.Bind(key).Bind(row.call_no).Run();
  }
  Query(db, "DELETE FROM calls WHERE call_no = ?").Bind(row.call_no).Run();
}

void CompleteCall(Connection& db, CallRow& row) {
  row.call.webhook_held = OldestHold(db, row.call_no).has_value();
  if (std::optional<ReceiptRow> queued = OldestQueued(db, row.call_no)) {
    row.call.queued = std::move(queued->receipt);
  }
}

std::vector<Turn> SelectTurns(Connection& db, std::int64_t call_no) {
  std::vector<Turn> turns;
  std::size_t bytes = 0;
  Query query(db,
              "SELECT e.seq, k.type, e.received_time_ms FROM events e"
              " JOIN kinds k ON k.kind_no = e.kind_no WHERE e.call_no = ?"
              " ORDER BY e.seq DESC LIMIT ?");
  query.Bind(call_no).Bind(static_cast<std::int64_t>(kMaxTurnsInCall));
  while (query.Next()) {
    Turn turn;
    turn.event_seq = query.Uint(0);
    turn.event_type = query.Text(1);
    turn.time_ms = query.Int(2);
    if (std::optional<ReceiptRow> given = FindReceiptOfEvent(db, turn.event_seq)) {
      turn.receipt_id = std::move(given->receipt.receipt_id);
      turn.bxml = std::move(given->receipt.bxml);
    }
    constexpr std::size_t kTurnBytes = 256;
    bytes += kTurnBytes + turn.bxml.size();
    if (bytes > kMaxAnswerBytes) break;
    turns.push_back(std::move(turn));
  }
  std::reverse(turns.begin(), turns.end());
  return turns;
}

CallPage SelectCalls(Connection& db, const CallsRequest& request) {
  const std::optional<std::int64_t> tenant = FindTenant(db, request.tenant);
  if (!tenant) return {};
  const std::uint64_t before = request.before_order == 0 ? std::uint64_t{1} << 62  // newer than any
                                                         : request.before_order;
  CallPageBuilder builder(db, request);
  if (!request.phone_number.empty()) {
    if (auto rows = CallsOfNumber(db, *tenant, request.phone_number, before)) {
      for (CallRow& row : *rows) {
        if (builder.full()) break;
        builder.Offer(std::move(row));
      }
      return builder.Take();
    }
  }
  WalkByUpdate(db, *tenant, request, before, builder);
  return builder.Take();
}

}  // namespace bw::event_store
