// setCredentials and clearCredentials: for a client on this machine only.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/builtin/local_tool.h"

namespace bw::tool_service {
namespace {

using json::Json;
using BackendsPtr = std::shared_ptr<const Backends>;

Json RequiredText(int max_length, std::string_view description) {
  return {{"type", "string"},
          {"minLength", 1},
          {"maxLength", max_length},
          {"description", description}};
}

ToolDefinition SetDefinition() {
  ToolDefinition definition;
  definition.name = "setCredentials";
  definition.title = "Set the API credentials";
  definition.description =
      "Uses these OAuth2 client credentials from now on, until the server stops, after checking "
      "that "
      "Bandwidth accepts them; the earlier ones stay if it does not. Only use what the person gave "
      "you "
      "for this purpose.";
  definition.input_schema = {
      {"type", "object"},
      {"required", {"client_id", "client_secret"}},
      {"additionalProperties", false},
      {"properties",
       {{"client_id", RequiredText(256, "Client id from the Bandwidth app, API Credentials")},
        {"client_secret", RequiredText(1024, "Its secret")},
        {"account_id", RequiredText(32, "Needed when the credentials reach several accounts")}}}};
  definition.annotations = {false, true, true, true};
  return definition;
}

ToolDefinition ClearDefinition() {
  ToolDefinition definition;
  definition.name = "clearCredentials";
  definition.title = "Forget the API credentials";
  definition.description =
      "Forgets the credentials in use; tools that need Bandwidth's APIs then say what to set. "
      "Events and "
      "calls of this server can still be read.";
  definition.input_schema = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
  definition.annotations = {false, true, true, false};
  return definition;
}

std::string Join(const std::vector<std::string>& values) {
  std::string joined;
  for (const std::string& value : values) joined += (joined.empty() ? "" : ", ") + value;
  return joined;
}

ToolResult Accepted(const AccessToken& token) {
  std::string text = "Bandwidth accepted the credentials.";
  if (!token.accounts.empty()) text += " Accounts: " + Join(token.accounts) + ".";
  if (token.accounts.size() > 1) text += " Pass accountId, or set account_id here.";
  if (token.express) text += " It is a trial account: voice only, to verified numbers.";
  return Answer(std::move(text),
                {{"accounts", token.accounts}, {"roles", token.roles}, {"trial", token.express}});
}

// Puts back what was there before credentials that were refused.
void Restore(CredentialStore& store, const std::string& tenant,
             const std::optional<CredentialStore::Entry>& previous) {
  if (!previous) {
    store.Clear(tenant);
    return;
  }
  // Cannot be refused: the tenant has an entry.
  store.Set(tenant, previous->credentials).IgnoreError();
}

void SetCredentials(const BackendsPtr& backends, const Json& arguments, const CallContext& context,
                    Tool::Done done) {
  CredentialStore& store = backends->credentials;
  const auto previous = store.Get(context.tenant);
  Credentials credentials;
  credentials.client_id = json::StringOr(arguments, "client_id");
  credentials.secret = json::StringOr(arguments, "client_secret");
  credentials.account_id = json::StringOr(arguments, "account_id");
  if (const Status set = store.Set(context.tenant, std::move(credentials)); !set.ok()) {
    return done(ErrorResult(std::string(Message(set))));
  }
  backends->tokens.Get(context.tenant, context.deadline,
                       [backends, tenant = context.tenant, previous,
                        done = std::move(done)](StatusOr<AccessToken> token) {
                         if (token.ok()) return done(Accepted(*token));
                         Restore(backends->credentials, tenant, previous);
                         done(ErrorResult("The credentials were not taken over: " +
                                          std::string(Message(token.status()))));
                       });
}

}  // namespace

std::vector<CatalogueEntry> MakeCredentialTools(const BackendsPtr& backends) {
  auto set = [backends](Json arguments, CallContext context, Tool::Done done) {
    SetCredentials(backends, arguments, context, std::move(done));
  };
  auto clear = [backends](Json, CallContext context, Tool::Done done) {
    const bool had = backends->credentials.Clear(context.tenant);
    done(Answer(had ? "The credentials are forgotten." : "There were no credentials.",
                {{"cleared", had}}));
  };
  return {
      {std::make_shared<LocalTool>(SetDefinition(), backends->defaults, std::move(set)), true},
      {std::make_shared<LocalTool>(ClearDefinition(), backends->defaults, std::move(clear)), true}};
}

}  // namespace bw::tool_service
