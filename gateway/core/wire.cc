#include "gateway/core/wire.h"

#include <algorithm>
#include <utility>

#include "common/base64/base64.h"
#include "gateway/core/era.h"

namespace bw::gateway {
namespace {

std::string AnnotationsJson(const Tool& tool, Shape shape) {
  ObjectWriter writer;
  // Before Tool.title existed, this was the title's place.
  if (shape == Shape::kBasic) writer.TextUnlessEmpty("title", tool.title);
  return writer.Bool("readOnlyHint", tool.annotations.read_only)
      .Bool("destructiveHint", tool.annotations.destructive)
      .Bool("idempotentHint", tool.annotations.idempotent)
      .Bool("openWorldHint", tool.annotations.open_world)
      .Take();
}

std::string ResourceContentJson(const ResourceContent& content) {
  ObjectWriter writer;
  writer.Text("uri", content.uri).TextUnlessEmpty("mimeType", content.mime_type);
  if (content.is_blob) return writer.Text("blob", Base64Encode(content.body)).Take();
  return writer.Text("text", content.body).Take();
}

std::string TextJson(const ContentBlock& block, Shape) {
  return ObjectWriter().Text("type", "text").Text("text", block.text).Take();
}

std::string MediaJson(std::string_view type, const ContentBlock& block) {
  return ObjectWriter()
      .Text("type", type)
      .Text("data", Base64Encode(block.data))
      .Text("mimeType", block.mime_type)
      .Take();
}

std::string ImageJson(const ContentBlock& block, Shape) { return MediaJson("image", block); }
std::string AudioJson(const ContentBlock& block, Shape) { return MediaJson("audio", block); }

std::string EmbeddedJson(const ContentBlock& block, Shape) {
  return ObjectWriter()
      .Text("type", "resource")
      .Raw("resource", ResourceContentJson(block.resource))
      .Take();
}

std::string LinkJson(const ContentBlock& block, Shape shape) {
  if (shape == Shape::kBasic) {
    return ObjectWriter().Text("type", "text").Text("text", block.name + ": " + block.uri).Take();
  }
  return ObjectWriter()
      .Text("type", "resource_link")
      .Text("uri", block.uri)
      .Text("name", block.name)
      .TextUnlessEmpty("description", block.description)
      .TextUnlessEmpty("mimeType", block.mime_type)
      .Take();
}

// In the order of ContentBlock::Kind.
constexpr std::string (*kBlockWriters[])(const ContentBlock&, Shape) = {
    TextJson, ImageJson, AudioJson, EmbeddedJson, LinkJson};

struct CapabilityRow {
  std::string_view name;
  std::string_view json;
  Revision since;
};
constexpr CapabilityRow kCapabilities[] = {
    {"tools", R"({"listChanged":true})", Revision::k2024_11_05},
    {"resources", R"({"subscribe":true,"listChanged":true})", Revision::k2024_11_05},
    {"prompts", R"({"listChanged":true})", Revision::k2024_11_05},
    {"completions", "{}", Revision::k2025_03_26},
};

std::string PromptArgumentJson(const PromptArgument& argument, Shape shape) {
  ObjectWriter writer;
  writer.Text("name", argument.name);
  if (shape != Shape::kBasic) writer.TextUnlessEmpty("title", argument.title);
  writer.TextUnlessEmpty("description", argument.description);
  return writer.Bool("required", argument.required).Take();
}

bool LooksLikeObject(std::string_view json) { return json.starts_with('{') && json.ends_with('}'); }

}  // namespace

Shape ShapeOf(Revision revision) {
  if (revision >= Revision::k2026_07_28) return Shape::kModern;
  return revision >= Revision::k2025_06_18 ? Shape::kStructured : Shape::kBasic;
}

std::string Wire::ServerInfoJson(Shape shape) const {
  ObjectWriter writer;
  writer.Text("name", info_.name);
  if (shape != Shape::kBasic) writer.TextUnlessEmpty("title", info_.title);
  return writer.Text("version", info_.version).Take();
}

std::string Wire::CloseResult(Shape shape, ObjectWriter members,
                              std::optional<Caching> caching) const {
  if (shape != Shape::kModern) return members.Take();
  members.Text("resultType", "complete");
  if (caching) {
    members.Int("ttlMs", caching->ttl.count());
    members.Text("cacheScope", caching->shared ? "public" : "private");
  }
  members.Raw("_meta", ObjectWriter().Raw(kMetaServerInfo, ServerInfoJson(shape)).Take());
  return members.Take();
}

std::string Wire::InputRequiredResult(std::string_view input_requests_json,
                                      std::string_view request_state) const {
  ObjectWriter result;
  result.Text("resultType", "input_required");
  if (!input_requests_json.empty()) result.Raw("inputRequests", input_requests_json);
  return result.TextUnlessEmpty("requestState", request_state)
      .Raw("_meta", ObjectWriter().Raw(kMetaServerInfo, ServerInfoJson(Shape::kModern)).Take())
      .Take();
}

std::string Wire::InitializeResult(Revision revision, std::string_view instructions) const {
  return ObjectWriter()
      .Text("protocolVersion", RevisionName(revision))
      .Raw("capabilities", CapabilitiesJson(revision))
      .Raw("serverInfo", ServerInfoJson(ShapeOf(revision)))
      .TextUnlessEmpty("instructions", instructions)
      .Take();
}

std::string Wire::DiscoverResult(std::string_view instructions, Caching caching) const {
  ObjectWriter members;
  members.Raw("supportedVersions", "[" + Quote(RevisionName(kModernRevision)) + "]")
      .Raw("capabilities", CapabilitiesJson(kModernRevision))
      .TextUnlessEmpty("instructions", instructions);
  return CloseResult(Shape::kModern, std::move(members), caching);
}

std::string Wire::ListenResult(const RequestId& subscription_id) const {
  ObjectWriter meta;
  meta.Raw(kMetaServerInfo, ServerInfoJson(Shape::kModern))
      .Raw(kMetaSubscriptionId, subscription_id.json);
  return ObjectWriter().Text("resultType", "complete").Raw("_meta", meta.Take()).Take();
}

std::string ToolJson(const Tool& tool, Shape shape) {
  ObjectWriter writer;
  writer.Text("name", tool.name);
  if (shape != Shape::kBasic) writer.TextUnlessEmpty("title", tool.title);
  writer.Text("description", tool.description).Raw("inputSchema", tool.input_schema_json);
  if (shape != Shape::kBasic && !tool.output_schema_json.empty()) {
    writer.Raw("outputSchema", tool.output_schema_json);
  }
  return writer.Raw("annotations", AnnotationsJson(tool, shape)).Take();
}

std::string ResourceJson(const Resource& resource, Shape shape) {
  ObjectWriter writer;
  writer.Text("uri", resource.uri).Text("name", resource.name);
  if (shape != Shape::kBasic) writer.TextUnlessEmpty("title", resource.title);
  return writer.TextUnlessEmpty("description", resource.description)
      .TextUnlessEmpty("mimeType", resource.mime_type)
      .Take();
}

std::string ResourceTemplateJson(const ResourceTemplate& resource_template, Shape shape) {
  ObjectWriter writer;
  writer.Text("uriTemplate", resource_template.uri_template).Text("name", resource_template.name);
  if (shape != Shape::kBasic) writer.TextUnlessEmpty("title", resource_template.title);
  return writer.TextUnlessEmpty("description", resource_template.description)
      .TextUnlessEmpty("mimeType", resource_template.mime_type)
      .Take();
}

std::string PromptJson(const Prompt& prompt, Shape shape) {
  std::vector<std::string> arguments;
  for (const PromptArgument& argument : prompt.arguments) {
    arguments.push_back(PromptArgumentJson(argument, shape));
  }
  ObjectWriter writer;
  writer.Text("name", prompt.name);
  if (shape != Shape::kBasic) writer.TextUnlessEmpty("title", prompt.title);
  writer.TextUnlessEmpty("description", prompt.description);
  if (!arguments.empty()) writer.Raw("arguments", JoinArray(arguments));
  return writer.Take();
}

ObjectWriter ToolResultMembers(const ToolResult& result, Shape shape) {
  std::vector<std::string> blocks;
  blocks.reserve(result.content.size());
  for (const ContentBlock& block : result.content) {
    blocks.push_back(kBlockWriters[static_cast<int>(block.kind)](block, shape));
  }
  ObjectWriter members;
  members.Raw("content", JoinArray(blocks));
  // An error need not fit the tool's output schema, so it carries content only.
  if (shape != Shape::kBasic && !result.is_error && LooksLikeObject(result.structured_json)) {
    members.Raw("structuredContent", result.structured_json);
  }
  if (result.is_error) members.Bool("isError", true);
  return members;
}

ObjectWriter ContentsMembers(const std::vector<ResourceContent>& contents) {
  std::vector<std::string> rendered;
  rendered.reserve(contents.size());
  for (const ResourceContent& content : contents) rendered.push_back(ResourceContentJson(content));
  ObjectWriter members;
  members.Raw("contents", JoinArray(rendered));
  return members;
}

ObjectWriter PromptMembers(const PromptText& prompt, Shape shape) {
  std::vector<std::string> messages;
  messages.reserve(prompt.messages.size());
  for (const PromptMessage& message : prompt.messages) {
    const ContentBlock& block = message.content;
    messages.push_back(
        ObjectWriter()
            .Text("role", message.from_assistant ? "assistant" : "user")
            .Raw("content", kBlockWriters[static_cast<int>(block.kind)](block, shape))
            .Take());
  }
  ObjectWriter members;
  members.TextUnlessEmpty("description", prompt.description).Raw("messages", JoinArray(messages));
  return members;
}

ObjectWriter CompletionMembers(const Completion& completion) {
  const std::size_t count = std::min(completion.values.size(), kMaxCompletions);
  std::vector<std::string> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) values.push_back(Quote(completion.values[i]));
  ObjectWriter writer;
  writer.Raw("values", JoinArray(values));
  if (completion.total > 0) writer.Int("total", completion.total);
  writer.Bool("hasMore", completion.has_more || count < completion.values.size());
  ObjectWriter members;
  members.Raw("completion", writer.Take());
  return members;
}

std::string CapabilitiesJson(Revision revision) {
  ObjectWriter writer;
  for (const CapabilityRow& row : kCapabilities) {
    if (revision >= row.since) writer.Raw(row.name, row.json);
  }
  return writer.Take();
}

}  // namespace bw::gateway
