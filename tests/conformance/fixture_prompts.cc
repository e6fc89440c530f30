#include "tests/conformance/fixture_prompts.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/fixture_answer.h"
#include "tests/conformance/fixture_catalogue.h"
#include "tests/conformance/fixture_dialogue.h"
#include "tests/conformance/fixture_resources.h"

namespace bw::conformance {
namespace {

namespace v1 = bw::tool_service::v1;
using Request = v1::GetPromptRequest;
using Response = v1::GetPromptResponse;

constexpr std::array<std::string_view, 5> kSuggestions{"paris", "park", "party", "test-one",
                                                       "test-two"};
constexpr std::array<std::string_view, 3> kTemplateIds{"123", "124", "200"};

struct Prompt {
  std::string_view name;
  std::string_view description;
  std::vector<std::string_view> arguments;  // all required
  void (*fill)(const Request& request, Response& response);
};

void Say(Response& response, const v1::Content& content) {
  v1::PromptMessage* message = response.add_messages();
  message->set_role(v1::PromptMessage::USER);
  *message->mutable_content() = content;
}

std::string Argument(const Request& request, const std::string& name) {
  const auto found = request.arguments().find(name);
  return found == request.arguments().end() ? "" : found->second;
}

void Simple(const Request&, Response& response) {
  Say(response, TextBlock("This is a simple prompt for testing."));
}

void WithArguments(const Request& request, Response& response) {
  Say(response, TextBlock("Prompt with arguments: arg1='" + Argument(request, "arg1") +
                          "', arg2='" + Argument(request, "arg2") + "'"));
}

void WithResource(const Request& request, Response& response) {
  Say(response, ResourceBlock(Argument(request, "resourceUri"), "text/plain",
                              "Embedded resource content for testing."));
  Say(response, TextBlock("Please process the embedded resource above."));
}

void WithImage(const Request&, Response& response) {
  Say(response, ImageBlock());
  Say(response, TextBlock("Please analyze the image above."));
}

void Asking(const Request& request, Response& response) {
  const json::Json round =
      Round("user_context",
            ElicitationOf("What context should the prompt use?", FormWith("context", "string")));
  json::Json answers;
  if (auto question = NextQuestion({.rounds = {round}}, request.context(), answers)) {
    *response.mutable_input_required() = *question;
    return;
  }
  const json::Json* content = json::Find(answers["user_context"], "content");
  Say(response, TextBlock("The context is: " +
                          (content == nullptr ? "" : json::StringOr(*content, "context"))));
}

std::vector<Prompt> ListedPrompts(const Catalogue& catalogue) {
  std::vector<Prompt> prompts{
      {"test_simple_prompt", "One message", {}, Simple},
      {"test_prompt_with_arguments", "Says its arguments", {"arg1", "arg2"}, WithArguments},
      {"test_prompt_with_embedded_resource",
       "Brings a resource along",
       {"resourceUri"},
       WithResource},
      {"test_prompt_with_image", "Brings a picture along", {}, WithImage},
      {"test_input_required_result_prompt", "Asks before it answers", {}, Asking},
  };
  if (catalogue.has_extra_prompt()) {
    prompts.push_back({"test_comes_and_goes", "Is there every other time", {}, Simple});
  }
  return prompts;
}

template <std::size_t N>
void Suggest(const std::array<std::string_view, N>& all, const std::string& typed,
             v1::CompleteResponse& response) {
  for (const std::string_view candidate : all) {
    if (candidate.starts_with(typed)) response.add_values(std::string(candidate));
  }
  response.set_total(static_cast<std::uint32_t>(response.values_size()));
}

}  // namespace

void ListPrompts(const Catalogue& catalogue, v1::ListPromptsResponse& response) {
  for (const Prompt& prompt : ListedPrompts(catalogue)) {
    v1::Prompt* added = response.add_prompts();
    added->set_name(std::string(prompt.name));
    added->set_title("Title of " + std::string(prompt.name));
    added->set_description(std::string(prompt.description));
    for (const std::string_view name : prompt.arguments) {
      v1::PromptArgument* argument = added->add_arguments();
      argument->set_name(std::string(name));
      argument->set_description("Any text");
      argument->set_required(true);
    }
  }
  response.set_revision(catalogue.Revisions().prompts_revision());
}

grpc::Status GetPrompt(const Request& request, const Catalogue& catalogue, Response& response) {
  for (const Prompt& prompt : ListedPrompts(catalogue)) {
    if (prompt.name != request.name()) continue;
    for (const std::string_view name : prompt.arguments) {
      if (Argument(request, std::string(name)).empty()) {
        return {grpc::StatusCode::INVALID_ARGUMENT,
                "the argument " + std::string(name) + " is missing"};
      }
    }
    response.set_description(std::string(prompt.description));
    prompt.fill(request, response);
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::NOT_FOUND, "no prompt " + request.name()};
}

grpc::Status Complete(const v1::CompleteRequest& request, const Catalogue& catalogue,
                      v1::CompleteResponse& response) {
  if (request.has_resource_uri()) {
    if (request.resource_uri() != kTemplateUri) {
      return {grpc::StatusCode::NOT_FOUND, "no template " + request.resource_uri()};
    }
    if (request.argument() == "id") Suggest(kTemplateIds, request.value(), response);
    return grpc::Status::OK;
  }
  for (const Prompt& prompt : ListedPrompts(catalogue)) {
    if (prompt.name != request.prompt()) continue;
    if (!prompt.arguments.empty()) Suggest(kSuggestions, request.value(), response);
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::NOT_FOUND, "no prompt " + request.prompt()};
}

}  // namespace bw::conformance
