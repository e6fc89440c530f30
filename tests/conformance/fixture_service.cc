#include "tests/conformance/fixture_service.h"

#include <utility>

#include <grpcpp/alarm.h>

#include "tests/conformance/fixture_prompts.h"
#include "tests/conformance/fixture_resources.h"
#include "tests/conformance/fixture_tools.h"

namespace bw::conformance {
namespace {

namespace v1 = bw::tool_service::v1;

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context,
                                 const grpc::Status& status = grpc::Status::OK) {
  auto* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

// Sends an answer's steps at their time.
class AnswerStream : public grpc::ServerWriteReactor<v1::CallToolResponse> {
 public:
  explicit AnswerStream(Answer answer) : answer_(std::move(answer)) { Next(); }
  void OnWriteDone(bool ok) override { ok ? Next() : Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  void Next() {
    if (next_ == answer_.steps.size()) return Finish(answer_.status);
    const Step& step = answer_.steps[next_++];
    if (step.pause.count() == 0) return StartWrite(&step.message);
    alarm_.Set(std::chrono::system_clock::now() + step.pause,
               [this, &step](bool) { StartWrite(&step.message); });
  }

  const Answer answer_;
  std::size_t next_ = 0;
  grpc::Alarm alarm_;
};

}  // namespace

grpc::ServerUnaryReactor* FixtureService::ListTools(grpc::CallbackServerContext* context,
                                                    const v1::ListToolsRequest*,
                                                    v1::ListToolsResponse* response) {
  // Before the list: a change in between is then told by a later revision.
  response->set_revision(catalogue_.Revisions().tools_revision());
  for (const Tool& row : ListedTools(catalogue_)) {
    v1::Tool* tool = response->add_tools();
    tool->set_name(std::string(row.name));
    tool->set_title("Title of " + std::string(row.name));
    tool->set_description(std::string(row.description));
    tool->set_input_schema_json(std::string(row.input_schema_json));
    tool->mutable_annotations()->set_read_only(true);
  }
  return bw::conformance::Finish(context);
}

grpc::ServerWriteReactor<v1::CallToolResponse>* FixtureService::CallTool(
    grpc::CallbackServerContext*, const v1::CallToolRequest* request) {
  for (const Tool& tool : ListedTools(catalogue_)) {
    if (tool.name == request->name()) return new AnswerStream(tool.run(*request, catalogue_));
  }
  return new AnswerStream(
      {.steps = {}, .status = {grpc::StatusCode::NOT_FOUND, "no tool " + request->name()}});
}

grpc::ServerUnaryReactor* FixtureService::ListResources(grpc::CallbackServerContext* context,
                                                        const v1::ListResourcesRequest*,
                                                        v1::ListResourcesResponse* response) {
  bw::conformance::ListResources(*response);
  return bw::conformance::Finish(context);
}

grpc::ServerUnaryReactor* FixtureService::ListResourceTemplates(
    grpc::CallbackServerContext* context, const v1::ListResourceTemplatesRequest*,
    v1::ListResourceTemplatesResponse* response) {
  bw::conformance::ListResourceTemplates(*response);
  return bw::conformance::Finish(context);
}

grpc::ServerUnaryReactor* FixtureService::ReadResource(grpc::CallbackServerContext* context,
                                                       const v1::ReadResourceRequest* request,
                                                       v1::ReadResourceResponse* response) {
  return bw::conformance::Finish(context, bw::conformance::ReadResource(*request, *response));
}

grpc::ServerUnaryReactor* FixtureService::ListPrompts(grpc::CallbackServerContext* context,
                                                      const v1::ListPromptsRequest*,
                                                      v1::ListPromptsResponse* response) {
  bw::conformance::ListPrompts(catalogue_, *response);
  return bw::conformance::Finish(context);
}

grpc::ServerUnaryReactor* FixtureService::GetPrompt(grpc::CallbackServerContext* context,
                                                    const v1::GetPromptRequest* request,
                                                    v1::GetPromptResponse* response) {
  return bw::conformance::Finish(context,
                                 bw::conformance::GetPrompt(*request, catalogue_, *response));
}

grpc::ServerUnaryReactor* FixtureService::Complete(grpc::CallbackServerContext* context,
                                                   const v1::CompleteRequest* request,
                                                   v1::CompleteResponse* response) {
  return bw::conformance::Finish(context,
                                 bw::conformance::Complete(*request, catalogue_, *response));
}

grpc::ServerWriteReactor<v1::WatchCatalogueResponse>* FixtureService::WatchCatalogue(
    grpc::CallbackServerContext*, const v1::WatchCatalogueRequest*) {
  return catalogue_.Watch();
}

grpc::ServerUnaryReactor* FixtureService::GetInstructions(grpc::CallbackServerContext* context,
                                                          const v1::GetInstructionsRequest*,
                                                          v1::GetInstructionsResponse* response) {
  response->set_text("Fixtures of the conformance suite; nothing here reaches a phone.");
  response->set_revision("0");
  return bw::conformance::Finish(context);
}

}  // namespace bw::conformance
