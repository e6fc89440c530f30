#include <array>

#include "tests/conformance/fixture_dialogue.h"
#include "tests/conformance/fixture_tools.h"

namespace bw::conformance {
namespace {

using json::Json;
namespace v1 = bw::tool_service::v1;
using Request = v1::CallToolRequest;

// Asks what is left to ask; `finish` makes the text from the answers by key.
template <typename Finish>
Answer Ask(const Request& request, const Dialogue& dialogue, Finish finish) {
  Json answers;
  const auto question = NextQuestion(dialogue, request.context(), answers);
  if (!question) return TextAnswer(finish(answers));
  Answer answer;
  *answer.steps.emplace_back().message.mutable_input_required() = *question;
  return answer;
}

std::string Completed(const Json& answers, const std::string& key, const std::string& before) {
  const Json& answer = answers[key];
  const Json* content = json::Find(answer, "content");
  return before + "action=" + json::StringOr(answer, "action") +
         ", content=" + json::Dump(content == nullptr ? Json::object() : *content);
}

std::string SampledText(const Json& answer) {
  const Json* content = json::Find(answer, "content");
  return content == nullptr ? "" : json::StringOr(*content, "text");
}

// ---- Questions that clients of either era answer; the suite asks them of the legacy ones.

Answer Sampling(const Request& request, Catalogue&) {
  const Json arguments = ParseObject(request.arguments_json());
  const Json round = Round("completion", SamplingOf(json::StringOr(arguments, "prompt"), 100));
  return Ask(request, {.rounds = {round}}, [](const Json& answers) {
    return "LLM response: " + SampledText(answers["completion"]);
  });
}

Answer Elicitation(const Request& request, Catalogue&) {
  const Json arguments = ParseObject(request.arguments_json());
  Json form = FormWith("username", "string");
  form["properties"]["email"] = {{"type", "string"}};
  form["required"].push_back("email");
  const Json round = Round("user", ElicitationOf(json::StringOr(arguments, "message"), form));
  return Ask(request, {.rounds = {round}},
             [](const Json& answers) { return Completed(answers, "user", "User response: "); });
}

Answer AskedForm(const Request& request, const Json& form) {
  const Json round = Round("form", ElicitationOf("Please check these values", form));
  return Ask(request, {.rounds = {round}}, [](const Json& answers) {
    return Completed(answers, "form", "Elicitation completed: ");
  });
}

Answer DefaultsForm(const Request& request, Catalogue&) {
  return AskedForm(request, ParseObject(R"({
    "type": "object",
    "properties": {
      "name": {"type": "string", "default": "John Doe"},
      "age": {"type": "integer", "default": 30},
      "score": {"type": "number", "default": 95.5},
      "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
      "verified": {"type": "boolean", "default": true}
    },
    "required": []
  })"));
}

Answer EnumForm(const Request& request, Catalogue&) {
  return AskedForm(request, ParseObject(R"({
    "type": "object",
    "properties": {
      "untitledSingle": {"type": "string", "enum": ["one", "two", "three"]},
      "titledSingle": {"type": "string", "oneOf": [{"const": "1", "title": "One"},
                                                   {"const": "2", "title": "Two"},
                                                   {"const": "3", "title": "Three"}]},
      "legacyEnum": {"type": "string", "enum": ["1", "2", "3"],
                     "enumNames": ["One", "Two", "Three"]},
      "untitledMulti": {"type": "array", "items": {"type": "string",
                                                   "enum": ["one", "two", "three"]}},
      "titledMulti": {"type": "array", "items": {"anyOf": [{"const": "1", "title": "One"},
                                                           {"const": "2", "title": "Two"},
                                                           {"const": "3", "title": "Three"}]}}
    },
    "required": []
  })"));
}

// ---- Questions of the modern era.

Json NameQuestion() { return ElicitationOf("What is your name?", FormWith("name", "string")); }

Answer MissingCapability(const Request& request, Catalogue&) {
  const Json round = Round("thought", SamplingOf("Think of a number", 10));
  return Ask(request, {.rounds = {round}}, [](const Json&) { return "The client could sample."; });
}

Answer AskedName(const Request& request, Catalogue&) {
  return Ask(request, {.rounds = {Round("user_name", NameQuestion())}}, [](const Json& answers) {
    const Json* content = json::Find(answers["user_name"], "content");
    return "Hello, " + (content == nullptr ? "stranger" : json::StringOr(*content, "name")) + "!";
  });
}

Answer AskedModel(const Request& request, Catalogue&) {
  const Json round = Round("capital_question", SamplingOf("What is the capital of France?", 100));
  return Ask(request, {.rounds = {round}},
             [](const Json& answers) { return SampledText(answers["capital_question"]); });
}

Answer AskedRoots(const Request& request, Catalogue&) {
  return Ask(request, {.rounds = {Round("client_roots", RootsListing())}}, [](const Json& answers) {
    return "Roots: " + json::Dump(answers["client_roots"]["roots"]);
  });
}

Answer Confirmed(const Request& request, Catalogue&) {
  const Json round = Round("confirm", ElicitationOf("Please confirm", FormWith("ok", "boolean")));
  // The state came back, and is ours: the gateway lets no other through.
  return Ask(request, {.rounds = {round}, .always_keeps_state = true}, [&](const Json&) {
    return request.context().request_state().empty() ? "the state is missing" : "state-ok";
  });
}

Answer AskedEverything(const Request& request, Catalogue&) {
  const Json round = {{"user_name", NameQuestion()},
                      {"greeting", SamplingOf("Write a greeting", 50)},
                      {"client_roots", RootsListing()}};
  return Ask(request, {.rounds = {round}, .always_keeps_state = true}, [](const Json& answers) {
    return SampledText(answers["greeting"]) + " (" + std::to_string(answers.size()) + " answers)";
  });
}

Answer AskedTwice(const Request& request, Catalogue&) {
  const Json color =
      ElicitationOf("Step 2: which colour do you like best?", FormWith("color", "string"));
  const Json name = ElicitationOf("Step 1: what is your name?", FormWith("name", "string"));
  const Dialogue dialogue{.rounds = {Round("step1", name), Round("step2", color)},
                          .always_keeps_state = true};
  return Ask(request, dialogue,
             [](const Json& answers) { return "Both steps done: " + json::Dump(answers); });
}

// Asks for whatever the client says it can answer.
Answer AskedWhatFits(const Request& request, Catalogue&) {
  const Json capabilities = ParseObject(request.context().client_capabilities_json());
  Json round = Json::object();
  if (capabilities.contains("elicitation")) round["user_name"] = NameQuestion();
  if (capabilities.contains("sampling")) round["greeting"] = SamplingOf("Write a greeting", 50);
  if (capabilities.contains("roots")) round["client_roots"] = RootsListing();
  if (round.empty()) return TextAnswer("The client answers no questions.");
  return Ask(request, {.rounds = {round}},
             [](const Json& answers) { return "Answers: " + json::Dump(answers); });
}

constexpr std::string_view kPromptArgument =
    R"({"type":"object","properties":{"prompt":{"type":"string","description":"What to ask the model"}},
        "required":["prompt"]})";
constexpr std::string_view kMessageArgument =
    R"({"type":"object","properties":{"message":{"type":"string","description":"What to tell the person"}},
        "required":["message"]})";

constexpr std::array<Tool, 13> kTools{{
    {"test_sampling", "Has the client's model answer a prompt", kPromptArgument, Sampling},
    {"test_elicitation", "Asks a person for name and address", kMessageArgument, Elicitation},
    {"test_elicitation_sep1034_defaults", "Asks with a default for every type", kNoArguments,
     DefaultsForm},
    {"test_elicitation_sep1330_enums", "Asks with every form of choice", kNoArguments, EnumForm},
    {"test_missing_capability", "Needs a client that can sample", kNoArguments, MissingCapability},
    {"test_input_required_result_elicitation", "Asks a person's name", kNoArguments, AskedName},
    {"test_input_required_result_sampling", "Asks the client's model", kNoArguments, AskedModel},
    {"test_input_required_result_list_roots", "Asks for the client's roots", kNoArguments,
     AskedRoots},
    {"test_input_required_result_request_state", "Needs its state back", kNoArguments, Confirmed},
    {"test_input_required_result_multiple_inputs", "Asks three things at once", kNoArguments,
     AskedEverything},
    {"test_input_required_result_multi_round", "Asks in two rounds", kNoArguments, AskedTwice},
    {"test_input_required_result_tampered_state", "Takes its own state only", kNoArguments,
     Confirmed},
    {"test_input_required_result_capabilities", "Asks what the client can answer", kNoArguments,
     AskedWhatFits},
}};

}  // namespace

std::span<const Tool> AskingTools() { return kTools; }

}  // namespace bw::conformance
