#include "tests/gateway/fake_tool_service.h"

#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include <grpcpp/alarm.h>

namespace bw::gateway {
namespace {

namespace v1 = bw::tool_service::v1;

struct ToolRow {
  const char* name;
  const char* description;
};
constexpr ToolRow kTools[] = {
    {"test_simple_text", "Answers with a fixed text"},
    {"echo", "Answers with its text"},
    {"progress", "Reports three steps"},
    {"hold", "Waits until it is cancelled"},
    {"fail", "Fails"},
    {"ask", "Asks a person"},
    {"refuse", "Is never run"},
};

v1::CallToolResponse TextMessage(const std::string& text, bool is_error = false) {
  v1::CallToolResponse message;
  message.mutable_result()->add_content()->mutable_text()->set_text(text);
  message.mutable_result()->set_is_error(is_error);
  return message;
}

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context,
                                 grpc::Status status = grpc::Status::OK) {
  auto* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

// Writes prepared messages with a pause before each, then ends with a status.
class ScriptedCall : public grpc::ServerWriteReactor<v1::CallToolResponse> {
 public:
  ScriptedCall(std::vector<v1::CallToolResponse> messages, std::chrono::milliseconds pause,
               grpc::Status status)
      : messages_(std::move(messages)), pause_(pause), status_(std::move(status)) {
    Next();
  }
  void OnWriteDone(bool) override { Next(); }
  void OnDone() override { delete this; }

 private:
  void Next() {
    if (next_ == messages_.size()) return Finish(status_);
    const v1::CallToolResponse* message = &messages_[next_++];
    if (pause_.count() == 0) return StartWrite(message);
    alarm_.Set(std::chrono::system_clock::now() + pause_,
               [this, message](bool) { StartWrite(message); });
  }

  const std::vector<v1::CallToolResponse> messages_;
  const std::chrono::milliseconds pause_;
  const grpc::Status status_;
  std::size_t next_ = 0;
  grpc::Alarm alarm_;
};

class HeldToolCall : public grpc::ServerWriteReactor<v1::CallToolResponse> {
 public:
  explicit HeldToolCall(FakeToolService& service) : service_(service) { ++service_.holding; }
  void OnCancel() override {
    ++service_.cancelled;
    --service_.holding;
    Finish(grpc::Status(grpc::StatusCode::CANCELLED, "cancelled"));
  }
  void OnDone() override { delete this; }

 private:
  FakeToolService& service_;
};

std::vector<v1::CallToolResponse> ProgressScript() {
  std::vector<v1::CallToolResponse> messages(3);
  for (int i = 0; i < 3; ++i) {
    messages[i].mutable_progress()->set_progress(50.0 * i);
    messages[i].mutable_progress()->set_total(100);
    messages[i].mutable_progress()->set_message("step " + std::to_string(i));
  }
  messages.push_back(TextMessage("done"));
  return messages;
}

}  // namespace

grpc::ServerUnaryReactor* FakeToolService::ListTools(grpc::CallbackServerContext* context,
                                                     const v1::ListToolsRequest* request,
                                                     v1::ListToolsResponse* response) {
  for (const ToolRow& row : kTools) {
    const auto& wanted = request->selection().tools();
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), row.name) == wanted.end()) {
      continue;
    }
    v1::Tool* tool = response->add_tools();
    tool->set_name(row.name);
    tool->set_title(std::string("Title of ") + row.name);
    tool->set_description(row.description);
    tool->set_input_schema_json(
        R"({"type":"object","properties":{"text":{"type":"string","description":"Words"}}})");
    tool->mutable_annotations()->set_read_only(true);
  }
  response->set_revision("1");
  return ::bw::gateway::Finish(context);
}

grpc::ServerWriteReactor<v1::CallToolResponse>* FakeToolService::CallTool(
    grpc::CallbackServerContext* context, const v1::CallToolRequest* request) {
  using std::chrono::milliseconds;
  const std::string& name = request->name();
  const grpc::Status ok = grpc::Status::OK;
  const milliseconds at_once(0);
  if (name == "hold") return new HeldToolCall(*this);
  if (name == "progress") return new ScriptedCall(ProgressScript(), milliseconds(50), ok);
  if (name == "test_simple_text")
    return new ScriptedCall({TextMessage("A simple text.")}, at_once, ok);
  if (name == "fail") return new ScriptedCall({TextMessage("It failed.", true)}, at_once, ok);
  if (name == "ask") {
    const std::string& answers = request->context().input_responses_json();
    if (!answers.empty()) return new ScriptedCall({TextMessage(answers)}, at_once, ok);
    v1::CallToolResponse message;
    message.mutable_input_required()->set_input_requests_json(
        R"({"who":{"method":"elicitation/create","params":{"message":"Who?",)"
        R"("requestedSchema":{"type":"object","properties":{"name":{"type":"string"}}}}}})");
    message.mutable_input_required()->set_request_state("s");
    return new ScriptedCall({message}, at_once, ok);
  }
  if (name == "echo") {
    v1::CallToolResponse message = TextMessage(request->arguments_json());
    message.mutable_result()->set_structured_json(request->arguments_json());
    return new ScriptedCall({message}, at_once, ok);
  }
  if (name == "refuse") {
    return new ScriptedCall({}, at_once, {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls"});
  }
  return new ScriptedCall({}, at_once, {grpc::StatusCode::NOT_FOUND, "no tool " + name});
}

grpc::ServerUnaryReactor* FakeToolService::ListResources(grpc::CallbackServerContext* context,
                                                         const v1::ListResourcesRequest*,
                                                         v1::ListResourcesResponse* response) {
  v1::Resource* text = response->add_resources();
  text->set_uri("test://static-text");
  text->set_name("static-text");
  text->set_mime_type("text/plain");
  v1::Resource* blob = response->add_resources();
  blob->set_uri("test://static-binary");
  blob->set_name("static-binary");
  blob->set_mime_type("image/png");
  return ::bw::gateway::Finish(context);
}

grpc::ServerUnaryReactor* FakeToolService::ListResourceTemplates(
    grpc::CallbackServerContext* context, const v1::ListResourceTemplatesRequest*,
    v1::ListResourceTemplatesResponse* response) {
  v1::ResourceTemplate* added = response->add_templates();
  added->set_uri_template("test://template/{id}/data");
  added->set_name("template");
  return ::bw::gateway::Finish(context);
}

grpc::ServerUnaryReactor* FakeToolService::ReadResource(grpc::CallbackServerContext* context,
                                                        const v1::ReadResourceRequest* request,
                                                        v1::ReadResourceResponse* response) {
  if (!request->uri().starts_with("test://static")) {
    return ::bw::gateway::Finish(context, {grpc::StatusCode::NOT_FOUND, "no such resource"});
  }
  v1::ResourceContent* content = response->add_contents();
  content->set_uri(request->uri());
  if (request->uri() == "test://static-binary") {
    content->set_mime_type("image/png");
    content->set_blob("\x89PNG");
  } else {
    content->set_mime_type("text/plain");
    content->set_text("A static text.");
  }
  return ::bw::gateway::Finish(context);
}

grpc::ServerUnaryReactor* FakeToolService::GetInstructions(grpc::CallbackServerContext* context,
                                                           const v1::GetInstructionsRequest*,
                                                           v1::GetInstructionsResponse* response) {
  response->set_text("Call with care.");
  return ::bw::gateway::Finish(context);
}

}  // namespace bw::gateway
