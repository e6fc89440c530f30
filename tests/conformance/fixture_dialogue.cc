#include "tests/conformance/fixture_dialogue.h"

#include <algorithm>
#include <array>
#include <string>

#include "tests/conformance/fixture_answer.h"

namespace bw::conformance {
namespace {

using json::Json;
namespace v1 = bw::tool_service::v1;

struct AnswerForm {
  std::string_view method;
  const char* required_member;
};
constexpr std::array<AnswerForm, 3> kAnswerForms{{{"elicitation/create", "action"},
                                                  {"sampling/createMessage", "content"},
                                                  {"roots/list", "roots"}}};

bool Fits(const Json& question, const Json* answer) {
  if (answer == nullptr || !answer->is_object()) return false;
  const std::string method = json::StringOr(question, "method");
  return std::any_of(kAnswerForms.begin(), kAnswerForms.end(), [&](const AnswerForm& form) {
    return form.method == method && answer->contains(form.required_member);
  });
}

bool IsAnswered(const Json& round, const Json& responses) {
  return std::all_of(round.items().begin(), round.items().end(), [&](const auto& question) {
    return Fits(question.value(), json::Find(responses, question.key()));
  });
}

}  // namespace

std::optional<v1::InputRequired> NextQuestion(const Dialogue& dialogue,
                                              const v1::CallContext& context, Json& answers) {
  const Json state = ParseObject(context.request_state());
  const Json responses = ParseObject(context.input_responses_json());
  const Json* earlier = json::FindObject(state, "answers");
  answers = earlier == nullptr ? Json::object() : *earlier;
  auto round = static_cast<std::size_t>(json::GetInt(state, "round").value_or(0));
  if (round < dialogue.rounds.size() && IsAnswered(dialogue.rounds[round], responses)) {
    for (const auto& question : dialogue.rounds[round].items()) {
      answers[question.key()] = responses[question.key()];
    }
    ++round;
  }
  if (round >= dialogue.rounds.size()) return std::nullopt;
  v1::InputRequired required;
  required.set_input_requests_json(json::Dump(dialogue.rounds[round]));
  if (round > 0 || dialogue.always_keeps_state) {
    required.set_request_state(json::Dump({{"round", round}, {"answers", answers}}));
  }
  return required;
}

Json Round(const std::string& key, const Json& question) { return {{key, question}}; }

Json ElicitationOf(const std::string& message, const Json& requested_schema) {
  return {{"method", "elicitation/create"},
          {"params", {{"message", message}, {"requestedSchema", requested_schema}}}};
}

Json SamplingOf(const std::string& prompt, int max_tokens) {
  const Json message = {{"role", "user"}, {"content", {{"type", "text"}, {"text", prompt}}}};
  return {{"method", "sampling/createMessage"},
          {"params", {{"messages", Json::array({message})}, {"maxTokens", max_tokens}}}};
}

Json RootsListing() { return {{"method", "roots/list"}, {"params", Json::object()}}; }

Json FormWith(const std::string& name, const std::string& type) {
  return {{"type", "object"},
          {"properties", {{name, {{"type", type}}}}},
          {"required", Json::array({name})}};
}

}  // namespace bw::conformance
