// What can be read by URI: how the server is configured, guides, and the calls, texts and events of
// this server.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "tool-service/core/credentials.h"
#include "tool-service/core/event_journal.h"
#include "tool-service/core/server_facts.h"

namespace bw::tool_service {

/// MCP Resource; for a template, `uri` is one of RFC 6570.
struct ResourceInfo {
  std::string_view uri;
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::string_view mime_type;
};

struct ResourceText {
  std::string uri;
  std::string mime_type;
  std::string text;
};

/// Immutable, thread-safe.
class Resources {
 public:
  using Done = std::function<void(StatusOr<ResourceText>)>;

  /// Receipts that are looked up for one call: those of its newest turns.
  static constexpr std::size_t kMaxReceipts = 20;
  /// Calls in bandwidth://calls and events in the two lists of events: the newest.
  static constexpr std::uint32_t kMaxListed = 100;
  /// Pages of the store that are read for such a list; in a busier hour it ends earlier.
  static constexpr int kMaxPages = 20;
  static constexpr std::uint32_t kPageSize = 1000;
  /// How far back the two lists of events reach.
  static constexpr std::int64_t kListedAgeMs = 3'600'000;

  /// All outlive it.
  Resources(ServerFacts facts, const CredentialStore& credentials, EventJournal& journal,
            const Clock& clock);

  /// Both in an order that never changes.
  static const std::vector<ResourceInfo>& List();
  static const std::vector<ResourceInfo>& Templates();
  /// Changes when one of them does.
  static const std::string& Revision();
  /// `done` runs exactly once. NOT_FOUND for an unknown URI or call; else as EventJournal. A call
  /// is shown with the receipts of the documents it was given, as far as the store still has them.
  void Read(const std::string& uri, const CallContext& context, Done done) const;

 private:
  void ReadCalls(const std::string& uri, const CallContext& context, Done done) const;
  void ReadCall(const std::string& uri, const std::string& call_id, const CallContext& context,
                Done done) const;
  struct Described;
  void ReadReceipt(const std::shared_ptr<Described>& described) const;
  void ReadEvents(const std::string& uri, EventFilter filter, const CallContext& context,
                  Done done) const;
  struct Newest;
  void ReadPage(const std::shared_ptr<Newest>& newest) const;
  std::string ConfigText(const CallContext& context) const;

  const ServerFacts facts_;
  const CredentialStore& credentials_;
  EventJournal& journal_;
  const Clock& clock_;
};

}  // namespace bw::tool_service
