// Requests that may need their client's answers before they have a result (tools/call, prompts/get,
// resources/read). A modern client gets an input_required result and comes again; a legacy one is
// asked on the request's own stream, and the request goes on when it has answered.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/json/json.h"
#include "gateway/core/dispatcher.h"

namespace bw::gateway {

class InputRounds;

/// What differs between the methods that may ask.
struct AskingMethod {
  /// Asks the provider with this input; what comes of it is a result, or InputRounds::Ask.
  void (*run)(const std::shared_ptr<InputRounds>& rounds, InputExchange input);
  /// Ends the request: the legacy client could not be asked, or did not answer.
  void (*give_up)(MethodContext& context, Call& call, const Status& why);
};

/// One request through all its rounds. Thread-safe; one round is over before the next begins.
class InputRounds : public std::enable_shared_from_this<InputRounds> {
 public:
  /// Runs the first round, with what a modern request brings of earlier ones. `method` lives for
  /// ever.
  static void Begin(MethodContext& context, std::shared_ptr<Call> call, const AskingMethod& method);

  InputRounds(MethodContext& context, std::shared_ptr<Call> call, const AskingMethod& method)
      : context_(context), call_(std::move(call)), method_(method) {}

  /// The provider wants answers first.
  void Ask(const InputRequired& required);

  MethodContext& context() { return context_; }
  const std::shared_ptr<Call>& call() { return call_; }

 private:
  friend class QuestionRound;

  // nullopt after failing the call.
  std::optional<InputExchange> ReadInput();
  void AskModern(const json::Json& questions, const std::string& state);
  void AskLegacy(const json::Json& questions, const std::string& state);
  void Continue(std::string responses_json, std::string state);
  void GiveUp(const Status& why) { method_.give_up(context_, *call_, why); }

  MethodContext& context_;
  const std::shared_ptr<Call> call_;
  const AskingMethod& method_;
  // Of the round under way only.
  int rounds_ = 0;
};

}  // namespace bw::gateway
