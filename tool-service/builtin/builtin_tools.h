// The hand-written tools: conversation, events, account lists and credentials.
#pragma once

#include <memory>
#include <vector>

#include "common/clock/clock.h"
#include "tool-service/core/credentials.h"
#include "tool-service/core/default_arguments.h"
#include "tool-service/core/event_journal.h"
#include "tool-service/core/http_client.h"
#include "tool-service/core/registry.h"
#include "tool-service/core/server_facts.h"
#include "tool-service/core/token_source.h"

namespace bw::tool_service {

/// What the tools work with; everything outlives them.
struct Backends {
  EventJournal& journal;
  HttpClient& http;
  TokenSource& tokens;
  CredentialStore& credentials;
  DefaultArguments& defaults;
  const Clock& clock;
  ServerFacts facts;
  CallbackCredentials callback_credentials;
};

/// The longest wait_seconds of a tool: below the 60 s after which many MCP clients give up.
inline constexpr int kMaxWaitSeconds = 55;

std::vector<CatalogueEntry> MakeBuiltinTools(const std::shared_ptr<const Backends>& backends);

// By family, each in its own file.
std::vector<CatalogueEntry> MakeBxmlTools(const std::shared_ptr<const Backends>& backends);
std::vector<CatalogueEntry> MakeEventTools(const std::shared_ptr<const Backends>& backends);
std::vector<CatalogueEntry> MakeCallTools(const std::shared_ptr<const Backends>& backends);
std::vector<CatalogueEntry> MakeMessageTools(const std::shared_ptr<const Backends>& backends);
std::vector<CatalogueEntry> MakeReadinessTools(const std::shared_ptr<const Backends>& backends);
std::vector<CatalogueEntry> MakeAccountTools(const std::shared_ptr<const Backends>& backends);
std::vector<CatalogueEntry> MakeApplicationTools(const std::shared_ptr<const Backends>& backends);
std::vector<CatalogueEntry> MakeCredentialTools(const std::shared_ptr<const Backends>& backends);

}  // namespace bw::tool_service
