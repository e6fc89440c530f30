#include "event-store/sqlite/steps.h"

#include <string>
#include <utility>

#include "event-store/sqlite/tables.h"

namespace bw::event_store {

StatusOr<std::int64_t> TenantFor(WriteContext& context, const std::string& name) {
  Connection& db = context.db;
  if (const auto tenant = FindTenant(db, name)) return *tenant;
  {
    Query count(db, "SELECT count(*) FROM tenants");
    if (count.Next() && count.Int(0) >= kMaxTenants) {
      context.refusals.push_back("tenants");
      return ResourceExhausted("the store keeps at most " + std::to_string(kMaxTenants) +
                               " tenants");
    }
  }
  Query(db, "INSERT INTO tenants(name) VALUES (?)").Bind(name).Run();
  return db.LastInsertedRow();
}

namespace {

StatusOr<std::int64_t> KindFor(WriteContext& context, std::int64_t tenant_no, const Event& event) {
  Connection& db = context.db;
  if (const auto kind = FindKind(db, tenant_no, event)) return *kind;
  if (CountKinds(db, tenant_no) >= kMaxKindsPerTenant) {
    context.refusals.push_back("event_types");
    return ResourceExhausted("the store keeps at most " + std::to_string(kMaxKindsPerTenant) +
                             " event types of a tenant");
  }
  return InsertKind(db, tenant_no, event);
}

// The call of `call_id`; created, with call_no given, when nobody heard of it.
CallRow CallFor(WriteContext& context, std::int64_t tenant_no, const std::string& call_id) {
  if (auto row = FindCall(context.db, tenant_no, call_id)) return *std::move(row);
  CallRow row;
  row.call.call_id = call_id;
  row.call.updated_time_ms = context.now_ms;
  row.update_order = ++context.last_seq;
  SaveCall(context.db, tenant_no, row);
  ++context.call_count;
  return row;
}

void TellHandover(WriteContext& context, const ReceiptRow& row,
                  std::chrono::steady_clock::time_point asked) {
  Handover handover;
  handover.call_id = row.receipt.call_id;
  handover.event_seq = row.receipt.event_seq;
  handover.receipt_id = ReceiptId(row.receipt_no);
  handover.bxml = row.receipt.bxml;
  handover.asked = asked;
  Query query(context.db,
              "SELECT t.name, e.identity FROM events e JOIN tenants t ON t.tenant_no = e.tenant_no"
              " WHERE e.seq = ?");
  if (query.Bind(handover.event_seq).Next()) {
    handover.tenant = query.Text(0);
    handover.identity = query.Text(1);
  }
  context.committed.handovers.push_back(std::move(handover));
}

// Gives a document to the longest held event of its call, if there is one.
bool HandOver(WriteContext& context, ReceiptRow& row, std::chrono::steady_clock::time_point asked) {
  const auto seq = OldestHold(context.db, row.call_no);
  if (!seq) return false;
  DeleteHold(context.db, row.call_no, *seq);
  row.receipt.state = ReceiptState::kTaken;
  row.receipt.event_seq = *seq;
  TellHandover(context, row, asked);
  return true;
}

void EndSlot(WriteContext& context, std::int64_t call_no) {
  EndQueuedReceipts(context.db, call_no, ReceiptState::kCallEnded);
  for (const std::uint64_t seq : DeleteHolds(context.db, call_no)) {
    context.committed.released_event_seqs.push_back(seq);
  }
}

void Give(const Receipt& receipt, AppendResult& result) {
  result.receipt_id = receipt.receipt_id;
  result.bxml = receipt.bxml;
}

// The document of an earlier time, else the oldest queued one, else a hold.
void TakeOrHold(WriteContext& context, const CallRow& call, const VoiceRequest& voice,
                AppendResult& result) {
  if (result.duplicate) {
    if (const auto given = FindReceiptOfEvent(context.db, result.seq)) {
      Give(given->receipt, result);
      return;
    }
  }
  if (IsEnded(call.call)) return;
  if (auto queued = OldestQueued(context.db, call.call_no)) {
    queued->receipt.state = ReceiptState::kTaken;
    queued->receipt.event_seq = result.seq;
    UpdateReceipt(context.db, *queued);
    // An earlier copy of this webhook may be held: this document is for it too.
    if (DeleteHold(context.db, call.call_no, result.seq)) {
      TellHandover(context, *queued, {});
    }
    Give(queued->receipt, result);
    return;
  }
  if (!voice.may_hold) return;
  InsertHold(context.db, call.call_no, result.seq);
  result.held = true;
}

void FoldInto(WriteContext& context, std::int64_t tenant_no, const Event& event,
              const CallUpdate& update, CallRow& row) {
  const bool was_ended = IsEnded(row.call);
  const std::string from = row.call.from;
  const std::string to = row.call.to;
  Fold(event, update, row.call);
  row.update_order = event.seq;
  SaveCall(context.db, tenant_no, row);
  if (row.call.from != from || row.call.to != to) IndexCallNumbers(context.db, row);
  if (!was_ended && IsEnded(row.call)) EndSlot(context, row.call_no);
}

StatusOr<AppendResult> AppendKnown(WriteContext& context, std::int64_t tenant_no,
                                   const AppendRequest& request, std::uint64_t seq) {
  AppendResult result;
  result.duplicate = true;
  result.seq = seq;
  if (!request.voice || request.event.call_id.empty()) return result;
  auto row = FindCall(context.db, tenant_no, request.event.call_id);
  if (!row) return result;
  if (request.voice->expects_bxml) TakeOrHold(context, *row, *request.voice, result);
  CompleteCall(context.db, *row);
  result.call = std::move(row->call);
  return result;
}

}  // namespace

StatusOr<AppendResult> AppendStep(WriteContext& context, const AppendRequest& request,
                                  const std::shared_ptr<Event>& event) {
  Connection& db = context.db;
  BW_ASSIGN_OR_RETURN(const std::int64_t tenant_no, TenantFor(context, request.tenant));
  if (const auto seq = FindIdentity(db, tenant_no, event->identity)) {
    return AppendKnown(context, tenant_no, request, *seq);
  }
  EventRow row;
  row.tenant_no = tenant_no;
  BW_ASSIGN_OR_RETURN(row.kind_no, KindFor(context, tenant_no, *event));
  std::optional<CallRow> call;
  if (!event->call_id.empty()) {
    call = CallFor(context, tenant_no, event->call_id);
    row.call_no = call->call_no;
  }
  AppendResult result;
  event->seq = result.seq = ++context.last_seq;
  event->received_time_ms = context.now_ms;
  InsertEvent(db, row, *event);
  ++context.event_count;
  context.committed.events.push_back({request.tenant, event});
  if (!call) return result;
  FoldInto(context, tenant_no, *event, request.voice ? request.voice->update : CallUpdate{}, *call);
  if (!request.voice) return result;
  if (request.voice->expects_bxml) TakeOrHold(context, *call, *request.voice, result);
  CompleteCall(db, *call);
  result.call = std::move(call->call);
  return result;
}

StatusOr<QueueResult> QueueStep(WriteContext& context, const QueueRequest& request) {
  Connection& db = context.db;
  BW_ASSIGN_OR_RETURN(const std::int64_t tenant_no, TenantFor(context, request.tenant));
  QueueResult result;
  if (const auto known = FindCall(db, tenant_no, request.call_id)) {
    if (!request.key.empty()) {
      if (auto first = FindReceiptByKey(db, known->call_no, request.key)) {
        result.receipt = std::move(first->receipt);
        result.duplicate = true;
        return result;
      }
    }
    if (IsEnded(known->call)) return FailedPrecondition("the call has ended");
    if (OldestQueued(db, known->call_no)) {
      return AlreadyExists("another document waits for the call's next webhook");
    }
  }
  ReceiptRow row;
  row.tenant_no = tenant_no;
  row.call_no = CallFor(context, tenant_no, request.call_id).call_no;
  row.receipt.call_id = request.call_id;
  row.receipt.key = request.key;
  row.receipt.state = ReceiptState::kQueued;
  row.receipt.queued_time_ms = context.now_ms;
  row.receipt.bxml = request.bxml;
  InsertReceipt(db, row);
  if (HandOver(context, row, request.asked)) UpdateReceipt(db, row);
  result.receipt = std::move(row.receipt);
  return result;
}

StatusOr<Nothing> SettleStep(WriteContext& context, const SettleRequest& request) {
  Connection& db = context.db;
  const auto tenant_no = FindTenant(db, request.tenant);
  auto row = tenant_no ? FindReceipt(db, *tenant_no, request.receipt_id) : std::nullopt;
  if (!row || row->receipt.call_id != request.call_id) {
    return NotFound("no such receipt of this call: " + request.receipt_id);
  }
  Receipt& receipt = row->receipt;
  const std::uint64_t seq = FindIdentity(db, *tenant_no, request.identity).value_or(0);
  const bool is_taken = receipt.state == ReceiptState::kTaken;
  const bool taken_by_other = is_taken && receipt.event_seq != seq;
  if (receipt.state == ReceiptState::kDelivered || receipt.state == ReceiptState::kPushed ||
      taken_by_other || (!request.written && !is_taken)) {
    return Nothing{};
  }
  if (request.written) {
    receipt.state = ReceiptState::kDelivered;
    receipt.delivered_time_ms = context.now_ms;
    receipt.event_seq = seq;
  } else {
    const auto call = FindCallByNumber(db, row->call_no);
    receipt.event_seq = 0;
    if (call && IsEnded(call->call)) {
      receipt.state = ReceiptState::kCallEnded;
    } else if (!HandOver(context, *row, {})) {
      receipt.state = ReceiptState::kQueued;
    }
  }
  UpdateReceipt(db, *row);
  return Nothing{};
}

StatusOr<bool> EndHoldStep(WriteContext& context, const EndHoldRequest& request) {
  const auto tenant_no = FindTenant(context.db, request.tenant);
  if (!tenant_no) return false;
  const auto call = FindCall(context.db, *tenant_no, request.call_id);
  return call && DeleteHold(context.db, call->call_no, request.event_seq);
}

StatusOr<bool> AdvanceStep(WriteContext& context, const AdvanceRequest& request) {
  Connection& db = context.db;
  BW_ASSIGN_OR_RETURN(const std::int64_t tenant_no, TenantFor(context, request.tenant));
  std::optional<std::uint64_t> stands_at;
  {
    Query query(db, "SELECT after_seq FROM cursors WHERE tenant_no = ? AND reader = ?");
    if (query.Bind(tenant_no).Bind(request.reader).Next()) stands_at = query.Uint(0);
  }
  if (stands_at.value_or(0) != request.from_seq) return false;
  if (!stands_at) {
    Query count(db, "SELECT count(*) FROM cursors WHERE tenant_no = ?");
    if (count.Bind(tenant_no).Next() && count.Int(0) >= kMaxReadersPerTenant) {
      context.refusals.push_back("readers");
      return ResourceExhausted("the store keeps at most " + std::to_string(kMaxReadersPerTenant) +
                               " readers of a tenant");
    }
  }
  Query(db,
        "INSERT INTO cursors(tenant_no, reader, after_seq, used_time_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT(tenant_no, reader) DO UPDATE SET after_seq = excluded.after_seq,"
        " used_time_ms = excluded.used_time_ms")
      .Bind(tenant_no)
      .Bind(request.reader)
      .Bind(request.to_seq)
      .Bind(context.now_ms)
      .Run();
  return true;
}

StatusOr<Nothing> ProbeStep(WriteContext& context) {
  Query(context.db, "UPDATE meta SET value = value + 1 WHERE name = 'probes'").Run();
  return Nothing{};
}

Status RecoverAfterRestart(Connection& db) {
  Query(
      db,
      "UPDATE receipts SET event_seq = 0, state = CASE WHEN EXISTS (SELECT 1 FROM calls c"
      " WHERE c.call_no = receipts.call_no AND c.ended = 1) THEN 6 ELSE 1 END WHERE receipt_no IN"
      " (SELECT receipt_no FROM receipts INDEXED BY open_receipts WHERE state = 2 AND state <= 2)")
      .Run();
  Query(db, "DELETE FROM holds").Run();
  return db.TakeError();
}

}  // namespace bw::event_store
