// What fits an argument of a prompt or of a resource template, as far as this server knows.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/status/status.h"
#include "tool-service/core/credentials.h"
#include "tool-service/core/event_journal.h"
#include "tool-service/core/prompts.h"
#include "tool-service/core/server_facts.h"

namespace bw::tool_service {

struct CompletionQuery {
  enum class Reference { kPrompt, kResource };

  Reference reference = Reference::kPrompt;
  /// The prompt's name; a resource template as listed, or a resource's URI.
  std::string name;
  std::string argument;
  /// What was typed so far; compared without regard to case.
  std::string value;
  /// Arguments that are settled already.
  PromptArguments settled;
};

struct Completion {
  /// Best first: what is configured, then what was seen last.
  std::vector<std::string> values;
  /// All that fit; 0 when not everything could be looked through.
  std::uint32_t total = 0;
  /// There are, or may be, more than `values`.
  bool has_more = false;
};

/// Immutable, thread-safe.
class Completions {
 public:
  using Done = std::function<void(StatusOr<Completion>)>;

  /// MCP 2026-07-28, server/utilities/completion.
  static constexpr std::size_t kMaxValues = 100;
  /// What is looked through for one answer, at the most: so many calls, newest first, and so many
  /// texts of the last hour.
  static constexpr int kMaxCallPages = 2;
  static constexpr std::uint32_t kCallPageSize = 500;
  static constexpr int kMaxTextPages = 5;
  static constexpr std::uint32_t kTextPageSize = 200;
  static constexpr std::int64_t kTextAgeMs = 3'600'000;
  static constexpr std::chrono::milliseconds kMaxTime{5'000};

  /// All outlive it.
  Completions(ServerFacts facts, const CredentialStore& credentials, EventJournal& journal,
              const Clock& clock);

  /// `done` runs exactly once. No values for an argument that is unknown or that nobody can
  /// complete. NOT_FOUND for an unknown prompt, template or resource, and for a prompt that
  /// `has_tool` does not admit; else as EventJournal.
  void Complete(const CompletionQuery& query, const HasTool& has_tool, CallContext context,
                Done done) const;

 private:
  struct Search;
  void AddConfigured(Search& search) const;
  void ReadCalls(const std::shared_ptr<Search>& search, CallQuery query) const;
  void StartTexts(const std::shared_ptr<Search>& search) const;
  void ReadTexts(const std::shared_ptr<Search>& search, EventQuery query) const;

  const ServerFacts facts_;
  const CredentialStore& credentials_;
  EventJournal& journal_;
  const Clock& clock_;
};

}  // namespace bw::tool_service
