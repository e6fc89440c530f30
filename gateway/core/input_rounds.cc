#include "gateway/core/input_rounds.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/core/client_capabilities.h"
#include "gateway/core/object_writer.h"
#include "gateway/core/questions.h"
#include "gateway/core/request_state.h"
#include "gateway/core/rpc_status.h"

namespace bw::gateway {
namespace {

// Of what a client says about its own failure, in a text for its own model.
constexpr std::size_t kMaxQuotedBytes = 200;

const json::Json& ParamsOf(const json::Json& question) {
  static const json::Json kNone = json::Json::object();
  const json::Json* params = json::FindObject(question, "params");
  return params == nullptr ? kNone : *params;
}

// {"key": {"method", "params"}}, with methods that clients know.
StatusOr<json::Json> ReadQuestions(const std::string& text, std::size_t max_questions) {
  if (text.empty()) return json::Json::object();
  BW_ASSIGN_OR_RETURN(json::Json questions, json::Parse(text));
  if (!questions.is_object()) return InvalidArgument("not an object");
  if (questions.size() > max_questions) {
    return ResourceExhausted("more than " + std::to_string(max_questions) + " questions");
  }
  for (const auto& [key, question] : questions.items()) {
    const json::Json* params = json::Find(question, "params");
    if (!IsClientMethod(json::GetString(question, "method").value_or("")) ||
        (params != nullptr && !params->is_object())) {
      return InvalidArgument("a question that no client understands");
    }
  }
  return questions;
}

// What the client would have to declare; null when it declared all.
json::Json MissingFor(const json::Json& questions, const std::string& capabilities_json) {
  const auto declared = json::Parse(capabilities_json);
  json::Json missing;
  for (const auto& [key, question] : questions.items()) {
    const auto method = json::GetString(question, "method").value_or("");
    const json::Json more =
        MissingCapabilities(declared.ok() ? *declared : json::Json(), method, ParamsOf(question));
    if (!more.is_null()) missing.merge_patch(more);
  }
  return missing;
}

// A question as the revision of a legacy client has it.
std::string LegacyParams(const json::Json& question, Revision revision, const std::string& id) {
  json::Json params = ParamsOf(question);
  const auto mode = json::GetString(params, "mode");
  if (mode == "form" && revision < Revision::k2025_11_25) {
    params.erase("mode");
  } else if (mode == "url" && !params.contains("elicitationId")) {
    // Required until 2026-07-28.
    params["elicitationId"] = id;
  }
  return params.empty() && !question.contains("params") ? std::string() : json::Dump(params);
}

std::string Shortened(std::string_view text) {
  const auto clean = json::Parse(Quote(text.substr(0, kMaxQuotedBytes)));
  return clean.ok() ? clean->get<std::string>() : std::string();
}

}  // namespace

// The questions of one round to a legacy client. Thread-safe.
class QuestionRound : public std::enable_shared_from_this<QuestionRound> {
 public:
  QuestionRound(std::shared_ptr<InputRounds> rounds, std::string state)
      : rounds_(std::move(rounds)),
        questions_(rounds_->context().questions),
        state_(std::move(state)) {}

  void Ask(const json::Json& questions);
  /// The call is over; its questions are, too.
  void Withdraw() {
    if (End()) WithdrawOpen(QuestionEnd::kWithdrawn);
  }

 private:
  // Lets a call end its round without keeping it alive.
  class Handle : public Cancellable {
   public:
    explicit Handle(std::weak_ptr<QuestionRound> round) : round_(std::move(round)) {}
    void Cancel() override {
      if (const auto round = round_.lock()) round->Withdraw();
    }

   private:
    const std::weak_ptr<QuestionRound> round_;
  };
  struct Asked {
    std::string method;
    std::string id;
    std::string request;
  };

  Status Open(const std::string& key, const json::Json& question);
  void Answered(const std::string& key, StatusOr<ClientAnswer> answer);
  void Fail(const Status& why, QuestionEnd end);
  // True for the one who ends the round.
  bool End();
  void WithdrawOpen(QuestionEnd end);

  const std::shared_ptr<InputRounds> rounds_;
  Questions& questions_;
  const std::string state_;
  std::mutex mutex_;  // guards all below
  bool over_ = false;
  std::map<std::string, Asked> asked_;
  json::Json answers_ = json::Json::object();
  std::optional<Scheduler::Id> timer_;
};

Status QuestionRound::Open(const std::string& key, const json::Json& question) {
  const Request& request = rounds_->call()->request();
  auto id = questions_.Open({request.audience.tenant, request.cancel_scope},
                            [self = shared_from_this(), key](StatusOr<ClientAnswer> answer) {
                              self->Answered(key, std::move(answer));
                            });
  if (!id.ok()) return id.status();
  Asked asked;
  asked.method = json::StringOr(question, "method");
  asked.request =
      EncodeRequest({Quote(*id)}, asked.method, LegacyParams(question, request.revision, *id));
  asked.id = *std::move(id);
  const std::lock_guard lock(mutex_);
  asked_.emplace(key, std::move(asked));
  return OkStatus();
}

void QuestionRound::Ask(const json::Json& questions) {
  for (const auto& [key, question] : questions.items()) {
    const Status opened = Open(key, question);
    if (!opened.ok()) return Fail(opened, QuestionEnd::kWithdrawn);
  }
  // Nothing can be answered before it is sent, so that all is known of the round until then.
  std::vector<std::string> requests;
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    for (const auto& [key, asked] : asked_) requests.push_back(asked.request);
    timer_ = questions_.scheduler().After(questions_.limits().patience, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self) self->Fail(DeadlineExceeded("nobody answered in time"), QuestionEnd::kTimedOut);
    });
  }
  Call& call = *rounds_->call();
  call.SetUpstream(std::make_shared<Handle>(weak_from_this()));
  for (std::string& request : requests) call.Notify(std::move(request));
}

void QuestionRound::Answered(const std::string& key, StatusOr<ClientAnswer> answer) {
  if (!answer.ok()) return Fail(answer.status(), QuestionEnd::kWithdrawn);
  std::string method;
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    const auto found = asked_.find(key);
    if (found == asked_.end()) return;
    method = found->second.method;
    // A person whose client failed has not agreed to anything.
    if (answer->is_error && method == "elicitation/create") {
      *answer = {false, {{"action", "cancel"}}};
    }
    if (!answer->is_error) {
      answers_[key] = std::move(answer->body);
      asked_.erase(found);
      last = asked_.empty();
    }
  }
  if (answer->is_error) {
    return Fail(FailedPrecondition("the client failed at " + method + ": " +
                                   Shortened(json::StringOr(answer->body, "message"))),
                QuestionEnd::kWithdrawn);
  }
  if (last && End()) rounds_->Continue(json::Dump(answers_), state_);
}

void QuestionRound::Fail(const Status& why, QuestionEnd end) {
  if (!End()) return;
  WithdrawOpen(end);
  rounds_->GiveUp(why);
}

bool QuestionRound::End() {
  std::optional<Scheduler::Id> timer;
  {
    const std::lock_guard lock(mutex_);
    if (over_) return false;
    over_ = true;
    timer = timer_;
  }
  if (timer) questions_.scheduler().Cancel(*timer);
  return true;
}

void QuestionRound::WithdrawOpen(QuestionEnd end) {
  std::map<std::string, Asked> asked;
  {
    const std::lock_guard lock(mutex_);
    asked.swap(asked_);
  }
  for (const auto& [key, question] : asked) {
    if (!questions_.Withdraw(question.id, end)) continue;
    rounds_->call()->Notify(EncodeNotification(
        "notifications/cancelled", ObjectWriter().Text("requestId", question.id).Take()));
  }
}

void InputRounds::Begin(MethodContext& context, std::shared_ptr<Call> call,
                        const AskingMethod& method) {
  const auto rounds = std::make_shared<InputRounds>(context, std::move(call), method);
  auto input = rounds->ReadInput();
  if (input) method.run(rounds, *std::move(input));
}

std::optional<InputExchange> InputRounds::ReadInput() {
  const Request& request = call_->request();
  InputExchange input;
  input.client_capabilities_json = request.client_capabilities_json;
  if (request.era == Era::kLegacy) return input;
  if (const json::Json* responses = json::Find(request.message.params, "inputResponses")) {
    if (!responses->is_object()) {
      call_->Fail(
          MakeError(Fault::kInvalidParams, "Invalid params: inputResponses must be an object"));
      return std::nullopt;
    }
    input.responses_json = json::Dump(*responses);
  }
  const json::Json* sealed = json::Find(request.message.params, "requestState");
  if (sealed == nullptr) return input;
  auto state = sealed->is_string()
                   ? context_.request_states.Open(request, sealed->get_ref<const std::string&>())
                   : InvalidArgument("requestState must be a string");
  if (!state.ok()) {
    context_.questions.observer().RequestStateRefused();
    call_->Fail(RequestError(state.status()));
    return std::nullopt;
  }
  input.state = *std::move(state);
  return input;
}

void InputRounds::Ask(const InputRequired& required) {
  const auto questions =
      ReadQuestions(required.input_requests_json, context_.questions.limits().max_per_round);
  if (!questions.ok()) {
    return call_->Fail(RequestError(Internal(std::string(bw::Message(questions.status())))));
  }
  if (questions->empty() && required.state.empty()) {
    return call_->Fail(RequestError(Internal("nothing is asked and nothing remembered")));
  }
  if (call_->request().era == Era::kModern) return AskModern(*questions, required.state);
  AskLegacy(*questions, required.state);
}

void InputRounds::AskModern(const json::Json& questions, const std::string& state) {
  const Request& request = call_->request();
  const json::Json missing = MissingFor(questions, request.client_capabilities_json);
  if (!missing.is_null()) {
    return call_->Fail(MakeError(
        Fault::kMissingCapability, "The client did not declare a capability this request needs",
        ObjectWriter().Raw("requiredCapabilities", json::Dump(missing)).Take()));
  }
  std::string sealed;
  if (!state.empty()) {
    auto seal = context_.request_states.Seal(request, state);
    if (!seal.ok()) return call_->Fail(RequestError(seal.status()));
    sealed = *std::move(seal);
  }
  call_->Finish(context_.wire.InputRequiredResult(
                    questions.empty() ? std::string() : json::Dump(questions), sealed),
                Outcome::kInputRequired);
}

void InputRounds::AskLegacy(const json::Json& questions, const std::string& state) {
  const Request& request = call_->request();
  if (++rounds_ > context_.questions.limits().max_rounds) {
    context_.questions.observer().QuestionRefused();
    return GiveUp(ResourceExhausted(
        "it asked more than " + std::to_string(context_.questions.limits().max_rounds) + " times"));
  }
  if (questions.empty()) return Continue({}, state);
  if (request.cancel_scope.empty()) {
    return GiveUp(FailedPrecondition("only a client with a session can be asked"));
  }
  const json::Json missing = MissingFor(questions, request.client_capabilities_json);
  if (!missing.is_null()) {
    return GiveUp(FailedPrecondition("the client did not declare " + json::Dump(missing)));
  }
  if (!call_->takes_notifications()) {
    return GiveUp(FailedPrecondition("the client accepts no event stream to be asked on"));
  }
  std::make_shared<QuestionRound>(shared_from_this(), state)->Ask(questions);
}

void InputRounds::Continue(std::string responses_json, std::string state) {
  InputExchange input;
  input.client_capabilities_json = call_->request().client_capabilities_json;
  input.responses_json = std::move(responses_json);
  input.state = std::move(state);
  method_.run(shared_from_this(), std::move(input));
}

}  // namespace bw::gateway
