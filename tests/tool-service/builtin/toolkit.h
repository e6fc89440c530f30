// The built-in tools over doubles of everything behind them.
#pragma once

#include <memory>
#include <string>

#include "tests/tool-service/fakes.h"
#include "tests/tool-service/upstream/fake_http_client.h"
#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/core/configured_defaults.h"

namespace bw::tool_service {

struct Toolkit {
  FakeJournal journal;
  FakeHttpClient http;
  FakeTokens tokens;
  CredentialStore credentials;
  FakeClock clock;
  ServerFacts facts;
  CallbackCredentials callback_credentials;
  std::unique_ptr<ConfiguredDefaults> defaults;
  std::shared_ptr<const Backends> backends;

  Toolkit() { facts.callbacks = CallbackUrls("https://calls.example.com"); }

  /// Makes the tools anew, so that a test may change what is configured first.
  CatalogueEntry Get(const std::string& name) {
    defaults =
        std::make_unique<ConfiguredDefaults>(facts, callback_credentials, credentials, tokens);
    backends = std::make_shared<const Backends>(Backends{
        journal, http, tokens, credentials, *defaults, clock, facts, callback_credentials});
    for (CatalogueEntry& entry : MakeBuiltinTools(backends)) {
      if (entry.tool->definition().name == name) return entry;
    }
    return {};
  }
  ToolResult Call(const std::string& name, json::Json arguments, CallContext context = {}) {
    const CatalogueEntry entry = Get(name);
    return Run(*entry.tool, std::move(arguments), std::move(context));
  }
};

}  // namespace bw::tool_service
