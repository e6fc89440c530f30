// The rows of the database as values. Everything here runs inside a transaction that the caller
// opened; errors stick to the connection (see Connection::TakeError).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event-store/core/call.h"
#include "event-store/core/event.h"
#include "event-store/core/store.h"
#include "event-store/sqlite/connection.h"

namespace bw::event_store {

/// nullopt: nobody of that name has stored anything.
std::optional<std::int64_t> FindTenant(Connection& db, const std::string& name);

// --- events -------------------------------------------------------------------------------------

struct EventRow {
  std::int64_t tenant_no = 0;
  /// 0: the event belongs to no call.
  std::int64_t call_no = 0;
  std::int64_t kind_no = 0;
};

std::uint64_t IdentityHash(std::int64_t tenant_no, std::string_view identity);
/// The seq of a known event.
std::optional<std::uint64_t> FindIdentity(Connection& db, std::int64_t tenant_no,
                                          const std::string& identity);
std::optional<std::int64_t> FindKind(Connection& db, std::int64_t tenant_no, const Event& event);
std::int64_t InsertKind(Connection& db, std::int64_t tenant_no, const Event& event);
std::int64_t CountKinds(Connection& db, std::int64_t tenant_no);
void InsertEvent(Connection& db, const EventRow& row, const Event& event);
void DeleteEvent(Connection& db, std::uint64_t seq);
/// Ascending seq, as the contract of StoreReader::ListEvents; a reader's cursor is already
/// resolved.
EventPage SelectEvents(Connection& db, const EventsRequest& request);
std::uint64_t LastSeq(Connection& db);

// --- calls --------------------------------------------------------------------------------------

struct CallRow {
  std::int64_t call_no = 0;
  std::uint64_t update_order = 0;
  /// Without queued, turns and webhook_held: see CompleteCall.
  Call call;
};

std::optional<CallRow> FindCall(Connection& db, std::int64_t tenant_no, const std::string& call_id);
std::optional<CallRow> FindCallByNumber(Connection& db, std::int64_t call_no);
/// Inserts and gives call_no when it is 0, else updates.
void SaveCall(Connection& db, std::int64_t tenant_no, CallRow& row);
/// Makes the call findable by the parties' numbers.
void IndexCallNumbers(Connection& db, const CallRow& row);
void DeleteCall(Connection& db, const CallRow& row);
/// Fills queued and webhook_held.
void CompleteCall(Connection& db, CallRow& row);
std::vector<Turn> SelectTurns(Connection& db, std::int64_t call_no);
CallPage SelectCalls(Connection& db, const CallsRequest& request);

// --- receipts and holds
// ---------------------------------------------------------------------------

struct ReceiptRow {
  std::int64_t receipt_no = 0;
  std::int64_t tenant_no = 0;
  std::int64_t call_no = 0;
  Receipt receipt;
};

std::string ReceiptId(std::int64_t receipt_no);
/// nullopt when `receipt_id` is not one of ours.
std::optional<std::int64_t> ReceiptNumber(std::string_view receipt_id);

std::optional<ReceiptRow> FindReceipt(Connection& db, std::int64_t tenant_no,
                                      std::string_view receipt_id);
std::optional<ReceiptRow> FindReceiptByKey(Connection& db, std::int64_t call_no,
                                           const std::string& key);
/// The document the event has, or had, been given.
std::optional<ReceiptRow> FindReceiptOfEvent(Connection& db, std::uint64_t event_seq);
std::optional<ReceiptRow> OldestQueued(Connection& db, std::int64_t call_no);
void InsertReceipt(Connection& db, ReceiptRow& row);
/// Writes state, delivered_time_ms and event_seq.
void UpdateReceipt(Connection& db, const ReceiptRow& row);
void EndQueuedReceipts(Connection& db, std::int64_t call_no, ReceiptState state);

void InsertHold(Connection& db, std::int64_t call_no, std::uint64_t event_seq);
/// False when there was none.
bool DeleteHold(Connection& db, std::int64_t call_no, std::uint64_t event_seq);
std::optional<std::uint64_t> OldestHold(Connection& db, std::int64_t call_no);
std::vector<std::uint64_t> DeleteHolds(Connection& db, std::int64_t call_no);

// --- state --------------------------------------------------------------------------------------

struct StateKey {
  std::int64_t tenant_no = 0;
  std::string tenant;
  std::string key;
};

bool HasState(Connection& db, std::int64_t tenant_no, const std::string& key);
/// What the key holds, unless that is expired at now_ms.
std::optional<std::string> FindState(Connection& db, std::int64_t tenant_no, const std::string& key,
                                     std::int64_t now_ms);
/// Inserts, or replaces what the key held.
void SaveState(Connection& db, std::int64_t tenant_no, const StateChange& change,
               std::int64_t expire_time_ms);
/// False when there was none.
bool DeleteState(Connection& db, std::int64_t tenant_no, const std::string& key);
/// Of the tenant; kept by ChangeStateCount, because counting rows would cost more the more there
/// are.
std::int64_t CountState(Connection& db, std::int64_t tenant_no);
void ChangeStateCount(Connection& db, std::int64_t tenant_no, int by);
/// At most `limit` keys whose time was over at now_ms, the longest expired first.
std::vector<StateKey> ExpiredState(Connection& db, std::int64_t now_ms, int limit);
/// Without what is expired at now_ms.
StatePage SelectState(Connection& db, const StateRequest& request, std::int64_t now_ms);

}  // namespace bw::event_store
