#include "tests/conformance/fixture_answer.h"

#include "common/base64/base64.h"

namespace bw::conformance {
namespace {

namespace v1 = bw::tool_service::v1;

constexpr const char* kPng =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC";
constexpr const char* kWav =
    "UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==";

}  // namespace

Answer ContentAnswer(const std::vector<v1::Content>& blocks) {
  Answer answer;
  v1::ToolResult* result = answer.steps.emplace_back().message.mutable_result();
  for (const v1::Content& block : blocks) *result->add_content() = block;
  return answer;
}

Answer TextAnswer(const std::string& text) { return ContentAnswer({TextBlock(text)}); }

Answer ErrorAnswer(const std::string& text) {
  Answer answer = TextAnswer(text);
  answer.steps.front().message.mutable_result()->set_is_error(true);
  return answer;
}

v1::Content TextBlock(const std::string& text) {
  v1::Content block;
  block.mutable_text()->set_text(text);
  return block;
}

v1::Content ImageBlock() {
  v1::Content block;
  block.mutable_image()->set_mime_type("image/png");
  block.mutable_image()->set_data(PngBytes());
  return block;
}

v1::Content AudioBlock() {
  v1::Content block;
  block.mutable_audio()->set_mime_type("audio/wav");
  block.mutable_audio()->set_data(Base64Decode(kWav).value_or(""));
  return block;
}

v1::Content ResourceBlock(const std::string& uri, const std::string& mime_type,
                          const std::string& text) {
  v1::Content block;
  block.mutable_resource()->set_uri(uri);
  block.mutable_resource()->set_mime_type(mime_type);
  block.mutable_resource()->set_text(text);
  return block;
}

std::string PngBytes() { return Base64Decode(kPng).value_or(""); }

json::Json ParseObject(std::string_view text) {
  auto parsed = json::Parse(text);
  return parsed.ok() && parsed->is_object() ? *std::move(parsed) : json::Json::object();
}

}  // namespace bw::conformance
