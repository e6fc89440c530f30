#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "event-store/core/limits.h"
#include "event-store/core/phone_number.h"
#include "event-store/sqlite/tables.h"

namespace bw::event_store {
namespace {

// "11:+15550100002" per recipient: no character needs escaping.
std::string PackRecipients(const std::vector<std::string>& recipients) {
  std::string packed;
  for (const std::string& recipient : recipients) {
    packed += std::to_string(recipient.size());
    packed += ':';
    packed += recipient;
  }
  return packed;
}

std::vector<std::string> UnpackRecipients(std::string_view packed) {
  std::vector<std::string> recipients;
  while (!packed.empty()) {
    std::size_t size = 0;
    const char* const end = packed.data() + packed.size();
    const auto [colon, error] = std::from_chars(packed.data(), end, size);
    if (error != std::errc() || colon == end) break;
    packed.remove_prefix(static_cast<std::size_t>(colon - packed.data()) + 1);
    size = std::min(size, packed.size());
    recipients.emplace_back(packed.substr(0, size));
    packed.remove_prefix(size);
  }
  return recipients;
}

std::set<std::int64_t> NumberKeys(const Event& event) {
  std::set<std::int64_t> keys;
  if (!event.from.empty()) keys.insert(PhoneNumberKey(event.from));
  for (const std::string& to : event.to) {
    if (!to.empty()) keys.insert(PhoneNumberKey(to));
  }
  return keys;
}

std::optional<Event> LoadEvent(Connection& db, std::uint64_t seq) {
  Query query(db,
              "SELECT k.channel, k.direction, k.type, e.identity, e.call_id, e.message_id,"
              " e.sender, e.recipients, e.event_time_ms, e.received_time_ms, e.application_id,"
              " e.tag, e.payload FROM events e JOIN kinds k ON k.kind_no = e.kind_no"
              " WHERE e.seq = ?");
  query.Bind(seq);
  if (!query.Next()) return std::nullopt;
  Event event;
  event.seq = seq;
  event.channel = static_cast<Channel>(query.Int(0));
  event.direction = static_cast<Direction>(query.Int(1));
  event.type = query.Text(2);
  event.identity = query.Text(3);
  event.call_id = query.Text(4);
  event.message_id = query.Text(5);
  event.from = query.Text(6);
  event.to = UnpackRecipients(query.Text(7));
  event.event_time_ms = query.Int(8);
  event.received_time_ms = query.Int(9);
  event.application_id = query.Text(10);
  event.tag = query.Text(11);
  event.payload_json = query.Blob(12);
  return event;
}

// The first seq at or after which received_time_ms is at least `time_ms`: bisection over seq, which
// works because the time never falls as seq grows.
std::uint64_t SeqAtTime(Connection& db, std::int64_t time_ms) {
  std::uint64_t low = 1;
  std::uint64_t high = LastSeq(db) + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    Query query(db, "SELECT received_time_ms FROM events WHERE seq >= ? ORDER BY seq LIMIT 1");
    query.Bind(middle);
    if (!query.Next() || query.Int(0) >= time_ms) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// Events with after < seq < until.
struct SeqRange {
  std::uint64_t after = 0;
  std::uint64_t until = std::numeric_limits<std::int64_t>::max();
};

using Seqs = std::vector<std::uint64_t>;

void Collect(Query& query, const SeqRange& range, std::size_t limit, Seqs& seqs) {
  query.Bind(range.after).Bind(range.until).Bind(static_cast<std::int64_t>(limit));
  while (query.Next()) seqs.push_back(query.Uint(0));
}

std::vector<std::int64_t> MatchingKinds(Connection& db, std::int64_t tenant_no,
                                        const EventFilter& filter) {
  std::vector<std::int64_t> kinds;
  Query query(db, "SELECT kind_no, channel, direction, type FROM kinds WHERE tenant_no = ?");
  query.Bind(tenant_no);
  while (query.Next()) {
    if (MatchesKind(filter, static_cast<Channel>(query.Int(1)),
                    static_cast<Direction>(query.Int(2)), query.Text(3))) {
      kinds.push_back(query.Int(0));
    }
  }
  return kinds;
}

// Up to `limit` candidates in order. Only a call, a message or a number whose key collides yields
// some that do not match, so each is still checked.
Seqs Candidates(Connection& db, std::int64_t tenant_no, const EventFilter& filter,
                const SeqRange& range, std::size_t limit) {
  Seqs seqs;
  if (!filter.call_id.empty()) {
    const std::optional<CallRow> call = FindCall(db, tenant_no, filter.call_id);
    if (!call) return seqs;
    Query query(db,
                "SELECT seq FROM events WHERE call_no = ? AND seq > ? AND seq < ?"
                " ORDER BY seq LIMIT ?");
    query.Bind(call->call_no);
    Collect(query, range, limit, seqs);
    return seqs;
  }
  if (!filter.message_id.empty()) {
    Query query(db,
                "SELECT seq FROM events WHERE message_id = ? AND message_id <> '' AND seq > ?"
                " AND seq < ? ORDER BY seq LIMIT ?");
    query.Bind(filter.message_id);
    Collect(query, range, limit, seqs);
    return seqs;
  }
  const std::int64_t number = PhoneNumberKey(filter.phone_number);
  for (const std::int64_t kind : MatchingKinds(db, tenant_no, filter)) {
    if (number != 0) {
      Query query(db,
                  "SELECT seq FROM event_numbers WHERE number_key = ? AND kind_no = ? AND seq > ?"
                  " AND seq < ? ORDER BY seq LIMIT ?");
      query.Bind(number).Bind(kind);
      Collect(query, range, limit, seqs);
    } else {
      Query query(db,
                  "SELECT seq FROM events WHERE kind_no = ? AND seq > ? AND seq < ?"
                  " ORDER BY seq LIMIT ?");
      query.Bind(kind);
      Collect(query, range, limit, seqs);
    }
  }
  std::sort(seqs.begin(), seqs.end());
  if (seqs.size() > limit) seqs.resize(limit);
  return seqs;
}

bool BelongsTo(Connection& db, std::uint64_t seq, std::int64_t tenant_no) {
  Query query(db, "SELECT 1 FROM events WHERE seq = ? AND tenant_no = ?");
  return query.Bind(seq).Bind(tenant_no).Next();
}

SeqRange RangeOf(Connection& db, const EventsRequest& request) {
  constexpr std::uint64_t kGreatest = std::numeric_limits<std::int64_t>::max();
  SeqRange range;
  range.after = std::min(request.after_seq, kGreatest);
  if (request.filter.since_ms != 0) {
    range.after = std::max(range.after, SeqAtTime(db, request.filter.since_ms) - 1);
  }
  if (request.filter.until_ms != 0) range.until = SeqAtTime(db, request.filter.until_ms);
  return range;
}

}  // namespace

std::uint64_t IdentityHash(std::int64_t tenant_no, std::string_view identity) {
  return StableHash(identity, StableHash(std::to_string(tenant_no) + ":"));
}

std::optional<std::uint64_t> FindIdentity(Connection& db, std::int64_t tenant_no,
                                          const std::string& identity) {
  Query query(db,
              "SELECT seq FROM events WHERE identity_hash = ? AND tenant_no = ? AND identity = ?");
  query.Bind(IdentityHash(tenant_no, identity)).Bind(tenant_no).Bind(identity);
  if (!query.Next()) return std::nullopt;
  return query.Uint(0);
}

std::optional<std::int64_t> FindKind(Connection& db, std::int64_t tenant_no, const Event& event) {
  Query query(db,
              "SELECT kind_no FROM kinds WHERE tenant_no = ? AND channel = ? AND direction = ?"
              " AND type = ?");
  query.Bind(tenant_no).Bind(static_cast<int>(event.channel));
  query.Bind(static_cast<int>(event.direction)).Bind(event.type);
  if (!query.Next()) return std::nullopt;
  return query.Int(0);
}

std::int64_t InsertKind(Connection& db, std::int64_t tenant_no, const Event& event) {
  Query query(db, "INSERT INTO kinds(tenant_no, channel, direction, type) VALUES (?, ?, ?, ?)");
  query.Bind(tenant_no).Bind(static_cast<int>(event.channel));
  query.Bind(static_cast<int>(event.direction)).Bind(event.type).Run();
  return db.LastInsertedRow();
}

std::int64_t CountKinds(Connection& db, std::int64_t tenant_no) {
  Query query(db, "SELECT count(*) FROM kinds WHERE tenant_no = ?");
  return query.Bind(tenant_no).Next() ? query.Int(0) : 0;
}

void InsertEvent(Connection& db, const EventRow& row, const Event& event) {
  const std::string recipients = PackRecipients(event.to);
  {
    Query query(db,
                "INSERT INTO events(seq, tenant_no, kind_no, identity_hash, call_no,"
                " received_time_ms, event_time_ms, identity, call_id, message_id, sender,"
                " recipients, application_id, tag, payload)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.Bind(event.seq).Bind(row.tenant_no).Bind(row.kind_no);
    query.Bind(IdentityHash(row.tenant_no, event.identity));
    if (row.call_no == 0) {
      query.BindNull();
    } else {
      query.Bind(row.call_no);
    }
    query.Bind(event.received_time_ms).Bind(event.event_time_ms).Bind(event.identity);
    query.Bind(event.call_id).Bind(event.message_id).Bind(event.from).Bind(recipients);
    query.Bind(event.application_id).Bind(event.tag).BindBlob(event.payload_json).Run();
  }
  for (const std::int64_t key : NumberKeys(event)) {
    Query query(db, "INSERT INTO event_numbers(number_key, kind_no, seq) VALUES (?, ?, ?)");
    query.Bind(key).Bind(row.kind_no).Bind(event.seq).Run();
  }
}

void DeleteEvent(Connection& db, std::uint64_t seq) {
  Event numbers;
  std::int64_t kind_no = 0;
  {
    Query query(db, "SELECT kind_no, sender, recipients FROM events WHERE seq = ?");
    if (!query.Bind(seq).Next()) return;
    kind_no = query.Int(0);
    numbers.from = query.Text(1);
    numbers.to = UnpackRecipients(query.Text(2));
  }
  for (const std::int64_t key : NumberKeys(numbers)) {
    Query query(db, "DELETE FROM event_numbers WHERE number_key = ? AND kind_no = ? AND seq = ?");
    query.Bind(key).Bind(kind_no).Bind(seq).Run();
  }
  Query(db, "DELETE FROM events WHERE seq = ?").Bind(seq).Run();
  // A kind without events would slow down every merge of its tenant.
  Query(db,
        "DELETE FROM kinds WHERE kind_no = ?1"
        " AND NOT EXISTS (SELECT 1 FROM events WHERE kind_no = ?1)")
      .Bind(kind_no)
      .Run();
}

EventPage SelectEvents(Connection& db, const EventsRequest& request) {
  EventPage page;
  page.after_seq = request.after_seq;
  page.next_after_seq = std::max(request.after_seq, LastSeq(db));
  const std::optional<std::int64_t> tenant = FindTenant(db, request.tenant);
  if (!tenant) return page;
  SeqRange range = RangeOf(db, request);
  std::size_t bytes = 0;
  while (true) {
    const Seqs seqs = Candidates(db, *tenant, request.filter, range, request.limit + 1);
    for (const std::uint64_t seq : seqs) {
      std::optional<Event> event = LoadEvent(db, seq);
      if (!event || !Matches(request.filter, *event) || !BelongsTo(db, seq, *tenant)) continue;
      bytes += SizeOf(*event);
      if (page.events.size() == request.limit ||
          (bytes > kMaxAnswerBytes && !page.events.empty())) {
        page.has_more = true;
        page.next_after_seq = page.events.back().seq;
        return page;
      }
      page.events.push_back(*std::move(event));
    }
    if (seqs.size() <= request.limit) return page;
    range.after = seqs.back();
  }
}

std::uint64_t LastSeq(Connection& db) {
  Query query(db, "SELECT value FROM meta WHERE name = 'last_seq'");
  return query.Next() ? query.Uint(0) : 0;
}

}  // namespace bw::event_store
