#include "tool-service/core/access.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tool-service/core/name_words.h"
#include "tool-service/core/profiles.h"

namespace bw::tool_service {
namespace {

// What is set up rather than used. "Callback" is not among them: respondToCallback speaks on a
// call.
constexpr std::array<std::string_view, 25> kSetUpWords = {
    "account",       "accounts",      "application", "applications", "callbacks",
    "configuration", "credential",    "credentials", "location",     "locations",
    "peer",          "peers",         "permissions", "role",         "roles",
    "settings",      "sippeer",       "sippeers",    "site",         "sites",
    "subscription",  "subscriptions", "user",        "users",        "webhooks",
};

bool SpeaksOfSetUp(std::string_view name) {
  const std::vector<std::string> words = WordsOfName(name);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return std::find(kSetUpWords.begin(), kSetUpWords.end(), word) != kSetUpWords.end();
  });
}

}  // namespace

std::string_view AccessName(Access access) {
  constexpr std::array<std::string_view, 3> kNames = {"read", "write", "admin"};
  return kNames[static_cast<std::size_t>(access)];
}

Access AccessOf(const ToolDefinition& definition) {
  // A tool that leads to others is held to what each of them needs.
  if (definition.annotations.read_only || LeadsToTools(definition.name)) return Access::kRead;
  return SpeaksOfSetUp(definition.name) ? Access::kAdmin : Access::kWrite;
}

}  // namespace bw::tool_service
