#include "event-store/sqlite/schema.h"

#include <iterator>
#include <string>

namespace bw::event_store {
namespace {

// "BWES": marks the file as ours.
constexpr int kApplicationId = 0x42574553;

// Version 1. What keeps an operation's cost flat as rows grow:
// - a kind is a (tenant, channel, direction, type); any combination of these conditions is a set of
//   kinds, and events_by_kind yields the events of each in order, to be merged;
// - event_numbers does the same for a phone number, so "texts to my number" touches only matches;
// - times are not indexed: received_time_ms never falls as seq grows, so a time is found by
// bisection;
// - call_no grows, so the index entries of running calls lie side by side at the end.
constexpr char kVersion1[] = R"sql(
  CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO meta VALUES ('last_seq', 0), ('probes', 0);

  CREATE TABLE tenants(tenant_no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

  CREATE TABLE kinds(
    kind_no INTEGER PRIMARY KEY, tenant_no INTEGER NOT NULL, channel INTEGER NOT NULL,
    direction INTEGER NOT NULL, type TEXT NOT NULL, UNIQUE(tenant_no, channel, direction, type));

  CREATE TABLE events(
    seq INTEGER PRIMARY KEY, tenant_no INTEGER NOT NULL, kind_no INTEGER NOT NULL,
    identity_hash INTEGER NOT NULL, call_no INTEGER, received_time_ms INTEGER NOT NULL,
    event_time_ms INTEGER NOT NULL, identity TEXT NOT NULL, call_id TEXT NOT NULL,
    message_id TEXT NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL,
    application_id TEXT NOT NULL, tag TEXT NOT NULL, payload BLOB NOT NULL);
  CREATE INDEX events_by_identity ON events(identity_hash);
  CREATE INDEX events_by_kind ON events(kind_no);
  CREATE INDEX events_by_call ON events(call_no) WHERE call_no IS NOT NULL;
  CREATE INDEX events_by_message ON events(message_id) WHERE message_id <> '';

  CREATE TABLE event_numbers(
    number_key INTEGER NOT NULL, kind_no INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY(number_key, kind_no, seq)) WITHOUT ROWID;

  CREATE TABLE calls(
    call_no INTEGER PRIMARY KEY, tenant_no INTEGER NOT NULL, call_id TEXT NOT NULL,
    state TEXT NOT NULL, ended INTEGER NOT NULL, direction INTEGER NOT NULL, sender TEXT NOT NULL,
    recipient TEXT NOT NULL, application_id TEXT NOT NULL, tag TEXT NOT NULL,
    start_time_ms INTEGER NOT NULL, answer_time_ms INTEGER NOT NULL, end_time_ms INTEGER NOT NULL,
    disconnect_cause TEXT NOT NULL, error_message TEXT NOT NULL, updated_time_ms INTEGER NOT NULL,
    update_order INTEGER NOT NULL, last_event_seq INTEGER NOT NULL, turn_count INTEGER NOT NULL,
    UNIQUE(tenant_no, call_id));
  CREATE INDEX calls_by_update ON calls(tenant_no, update_order);
  CREATE INDEX open_calls_by_update ON calls(tenant_no, update_order) WHERE ended = 0;

  CREATE TABLE call_numbers(
    number_key INTEGER NOT NULL, call_no INTEGER NOT NULL,
    PRIMARY KEY(number_key, call_no)) WITHOUT ROWID;

  CREATE TABLE receipts(
    receipt_no INTEGER PRIMARY KEY AUTOINCREMENT, tenant_no INTEGER NOT NULL,
    call_no INTEGER NOT NULL, call_id TEXT NOT NULL, key TEXT NOT NULL, state INTEGER NOT NULL,
    queued_time_ms INTEGER NOT NULL, delivered_time_ms INTEGER NOT NULL, event_seq INTEGER NOT NULL,
    bxml TEXT NOT NULL);
  CREATE INDEX receipts_by_call ON receipts(call_no);
  CREATE UNIQUE INDEX receipts_by_key ON receipts(call_no, key) WHERE key <> '';
  CREATE INDEX open_receipts ON receipts(call_no, state) WHERE state <= 2;
  CREATE INDEX queued_receipts ON receipts(queued_time_ms) WHERE state = 1;
  CREATE INDEX receipts_by_event ON receipts(event_seq) WHERE event_seq > 0;

  CREATE TABLE holds(
    call_no INTEGER NOT NULL, event_seq INTEGER NOT NULL,
    PRIMARY KEY(call_no, event_seq)) WITHOUT ROWID;

  CREATE TABLE cursors(
    tenant_no INTEGER NOT NULL, reader TEXT NOT NULL, after_seq INTEGER NOT NULL,
    used_time_ms INTEGER NOT NULL, PRIMARY KEY(tenant_no, reader)) WITHOUT ROWID;
  CREATE INDEX cursors_by_use ON cursors(used_time_ms);
)sql";

// Version 2: state shared by the gateway's replicas. A row's number is that of the change that
// wrote it, so rows lie in the order of their commits, which is the order in which they are read.
constexpr char kVersion2[] = R"sql(
  ALTER TABLE tenants ADD COLUMN state_count INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE states(
    change_seq INTEGER PRIMARY KEY, tenant_no INTEGER NOT NULL, key TEXT NOT NULL,
    value BLOB NOT NULL, expire_time_ms INTEGER NOT NULL, UNIQUE(tenant_no, key));
  CREATE INDEX states_by_expiry ON states(expire_time_ms);
)sql";

// Step i makes version i + 1 of version i. Entries are never changed once released, only added.
constexpr const char* kSteps[] = {kVersion1, kVersion2};
constexpr int kCurrentVersion = static_cast<int>(std::size(kSteps));

StatusOr<int> ReadPragma(Connection& connection, const char* sql) {
  int value = 0;
  {
    Query query(connection, sql);
    if (query.Next()) value = static_cast<int>(query.Int(0));
  }
  BW_RETURN_IF_ERROR(connection.TakeError());
  return value;
}

Status ApplyStep(Connection& connection, int from_version) {
  const std::string sql = std::string("BEGIN IMMEDIATE;") + kSteps[from_version] +
                          "PRAGMA application_id=" + std::to_string(kApplicationId) +
                          ";PRAGMA user_version=" + std::to_string(from_version + 1) + ";COMMIT;";
  const Status status = connection.Execute(sql.c_str());
  if (!status.ok() && connection.InTransaction()) (void)connection.Execute("ROLLBACK");
  return status;
}

}  // namespace

Status PrepareSchema(Connection& connection) {
  BW_ASSIGN_OR_RETURN(const int application, ReadPragma(connection, "PRAGMA application_id"));
  BW_ASSIGN_OR_RETURN(const int version, ReadPragma(connection, "PRAGMA user_version"));
  if (application != 0 && application != kApplicationId) {
    return FailedPrecondition("the database belongs to another program");
  }
  if (version > kCurrentVersion) {
    return FailedPrecondition("the database has schema version " + std::to_string(version) +
                              ", written by a newer release; this one knows up to " +
                              std::to_string(kCurrentVersion));
  }
  for (int from = version; from < kCurrentVersion; ++from) {
    BW_RETURN_IF_ERROR(ApplyStep(connection, from));
  }
  return OkStatus();
}

}  // namespace bw::event_store
