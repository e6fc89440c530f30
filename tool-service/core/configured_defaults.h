// Default arguments from the configuration and the token: accountId everywhere, application and
// sender by API family, and our own callback URLs for a call.
#pragma once

#include <string>
#include <string_view>

#include "tool-service/core/credentials.h"
#include "tool-service/core/default_arguments.h"
#include "tool-service/core/server_facts.h"
#include "tool-service/core/token_source.h"

namespace bw::tool_service {

/// An account named by the caller beats the one set with the credentials, which beats the only one
/// the token reaches. One that the token does not reach is refused; with several and none named the
/// caller is asked to choose.
class ConfiguredDefaults : public DefaultArguments {
 public:
  /// `credentials` and `tokens` outlive it. Callback credentials are given to Bandwidth only for a
  /// call that reports to us over https (or to an imitation), because it refuses them otherwise.
  ConfiguredDefaults(ServerFacts facts, CallbackCredentials callback_credentials,
                     const CredentialStore& credentials, TokenSource& tokens);

  bool Covers(std::string_view tool, std::string_view argument) const override;
  void Fill(std::string_view tool, const json::Json& input_schema, json::Json arguments,
            const CallContext& context, Done done) override;

 private:
  std::string ValueOf(std::string_view tool, std::string_view argument) const;
  json::Json FillConfigured(std::string_view tool, const json::Json& properties,
                            json::Json arguments) const;
  void AddCredentials(json::Json& arguments) const;

  const ServerFacts facts_;
  const CallbackCredentials callback_credentials_;
  const CredentialStore& credentials_;
  TokenSource& tokens_;
};

}  // namespace bw::tool_service
