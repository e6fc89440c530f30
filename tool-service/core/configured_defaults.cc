#include "tool-service/core/configured_defaults.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace bw::tool_service {
namespace {

using json::Json;

enum class Source {
  kNumber,
  kVoiceApplication,
  kMessagingApplication,
  kAnswerUrl,
  kDisconnectUrl,
  kCallbackUsername,
  kCallbackPassword,
};

struct Row {
  std::string_view tool;
  std::string_view argument;
  Source source;
};

constexpr std::string_view kAccount = "accountId";

constexpr std::array kRows = {
    Row{"createCall", "applicationId", Source::kVoiceApplication},
    Row{"createCall", "from", Source::kNumber},
    Row{"createCall", "answerUrl", Source::kAnswerUrl},
    Row{"createCall", "disconnectUrl", Source::kDisconnectUrl},
    Row{"createCall", "username", Source::kCallbackUsername},
    Row{"createCall", "password", Source::kCallbackPassword},
    Row{"createMessage", "applicationId", Source::kMessagingApplication},
    Row{"createMessage", "from", Source::kNumber},
    Row{"generateVoiceCode", "applicationId", Source::kVoiceApplication},
    Row{"generateVoiceCode", "from", Source::kNumber},
    Row{"generateMessagingCode", "applicationId", Source::kMessagingApplication},
    Row{"generateMessagingCode", "from", Source::kNumber},
    Row{"transcribeCallRecording", "callbackUrl", Source::kAnswerUrl},
};

const Row* FindRow(std::string_view tool, std::string_view argument) {
  for (const Row& row : kRows) {
    if (row.tool == tool && row.argument == argument) return &row;
  }
  return nullptr;
}

bool IsMissing(const Json& arguments, std::string_view name) { return !arguments.contains(name); }

std::string List(const std::vector<std::string>& accounts) {
  std::string list;
  for (const std::string& account : accounts) list += (list.empty() ? "" : ", ") + account;
  return list;
}

StatusOr<std::string> ChooseAccount(const std::string& named,
                                    const std::vector<std::string>& accounts) {
  if (!named.empty()) {
    const bool reached =
        accounts.empty() || std::find(accounts.begin(), accounts.end(), named) != accounts.end();
    if (reached) return named;
    return InvalidArgument("accountId: the credentials do not reach account " + named +
                           "; allowed: " + List(accounts));
  }
  if (accounts.size() == 1) return accounts.front();
  if (accounts.empty()) {
    return FailedPrecondition(
        "accountId is missing and the credentials name no account: pass accountId, or set "
        "BW_ACCOUNT_ID");
  }
  return FailedPrecondition("accountId is missing and the credentials reach several accounts (" +
                            List(accounts) + "): pass accountId, or set BW_ACCOUNT_ID");
}

}  // namespace

ConfiguredDefaults::ConfiguredDefaults(ServerFacts facts, CallbackCredentials callback_credentials,
                                       const CredentialStore& credentials, TokenSource& tokens)
    : facts_(std::move(facts)),
      callback_credentials_(std::move(callback_credentials)),
      credentials_(credentials),
      tokens_(tokens) {}

std::string ConfiguredDefaults::ValueOf(std::string_view tool, std::string_view argument) const {
  const Row* row = FindRow(tool, argument);
  if (row == nullptr) return "";
  switch (row->source) {
    case Source::kNumber:
      return facts_.number;
    case Source::kVoiceApplication:
      return facts_.voice_application_id;
    case Source::kMessagingApplication:
      return facts_.messaging_application_id;
    case Source::kAnswerUrl:
      return facts_.callbacks.Answer();
    case Source::kDisconnectUrl:
      return facts_.callbacks.Disconnect();
    case Source::kCallbackUsername:
    case Source::kCallbackPassword:
      break;  // they go with our URLs only: AddCredentials
  }
  return "";
}

bool ConfiguredDefaults::Covers(std::string_view tool, std::string_view argument) const {
  return argument == kAccount || !ValueOf(tool, argument).empty();
}

Json ConfiguredDefaults::FillConfigured(std::string_view tool, const Json& properties,
                                        Json arguments) const {
  for (const Row& row : kRows) {
    if (row.tool != tool || !properties.contains(row.argument)) continue;
    if (!IsMissing(arguments, row.argument)) continue;
    std::string value = ValueOf(tool, row.argument);
    if (!value.empty()) arguments[std::string(row.argument)] = std::move(value);
  }
  if (FindRow(tool, "username") != nullptr && properties.contains("username")) {
    AddCredentials(arguments);
  }
  return arguments;
}

void ConfiguredDefaults::AddCredentials(Json& arguments) const {
  if (callback_credentials_.empty()) return;
  if (!IsMissing(arguments, "username") || !IsMissing(arguments, "password")) return;
  if (!facts_.callbacks.is_https() && !facts_.sandbox) return;
  for (const char* url : {"answerUrl", "disconnectUrl"}) {
    // They would go to a stranger together with a URL of the caller's own.
    const Json* value = json::Find(arguments, url);
    if (value == nullptr || value->is_null()) continue;
    if (!value->is_string() || !facts_.callbacks.IsOurs(value->get_ref<const std::string&>())) {
      return;
    }
  }
  arguments["username"] = callback_credentials_.username;
  arguments["password"] = callback_credentials_.password;
}

void ConfiguredDefaults::Fill(std::string_view tool, const Json& input_schema, Json arguments,
                              const CallContext& context, Done done) {
  const Json* properties = json::FindObject(input_schema, "properties");
  if (properties == nullptr || !arguments.is_object()) return done(std::move(arguments));
  arguments = FillConfigured(tool, *properties, std::move(arguments));
  if (!properties->contains(kAccount)) return done(std::move(arguments));
  const Json* explicit_account = json::Find(arguments, kAccount);
  // Not a string: left to the validation, which names the field.
  if (explicit_account != nullptr && !explicit_account->is_string()) {
    return done(std::move(arguments));
  }
  std::string named = json::StringOr(arguments, kAccount);
  if (named.empty()) {
    const auto entry = credentials_.Get(context.tenant);
    if (entry) named = entry->credentials.account_id;
  }
  tokens_.Get(context.tenant, context.deadline,
              [named = std::move(named), arguments = std::move(arguments),
               done = std::move(done)](StatusOr<AccessToken> token) mutable {
                // Without a token a named account is good enough: the request itself says what is
                // wrong.
                if (!token.ok() && named.empty()) return done(token.status());
                auto account =
                    ChooseAccount(named, token.ok() ? token->accounts : std::vector<std::string>());
                if (!account.ok()) return done(account.status());
                arguments["accountId"] = *std::move(account);
                done(std::move(arguments));
              });
}

}  // namespace bw::tool_service
