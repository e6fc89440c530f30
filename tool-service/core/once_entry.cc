#include "tool-service/core/once_entry.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/json/json.h"
#include "tool-service/core/registry.h"
#include "tool-service/core/utf8.h"

namespace bw::tool_service {
namespace {

using json::Json;
using State = OnceEntry::State;

constexpr std::array<std::pair<State, std::string_view>, 3> kStates = {
    {{State::kPending, "pending"}, {State::kDone, "done"}, {State::kUnknown, "unknown"}}};
constexpr std::string_view kCut = "\n[cut: the first result was longer]";

Json TextsOf(const ToolResult& result) {
  Json texts = Json::array();
  for (const Content& content : result.content) {
    if (content.kind == Content::Kind::kText) texts.push_back(content.text);
  }
  return texts;
}

std::string CutTo(std::string text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  return std::string(Utf8Prefix(text, max_bytes)) + std::string(kCut);
}

Json ResultJson(const ToolResult& result) {
  Json kept = {{"text", TextsOf(result)}};
  if (result.structured) kept["structured"] = *result.structured;
  if (json::Dump(kept).size() <= kMaxKeptResultBytes) return kept;
  kept.erase("structured");
  if (json::Dump(kept).size() <= kMaxKeptResultBytes) return kept;
  // What JSON escapes takes up to six bytes for one.
  const std::string first =
      kept["text"].empty() ? std::string() : kept["text"][0].get<std::string>();
  for (std::size_t bytes = kMaxKeptResultBytes - 256;; bytes /= 2) {
    kept["text"] = Json::array({CutTo(first, bytes)});
    if (json::Dump(kept).size() <= kMaxKeptResultBytes) return kept;
  }
}

ToolResult ResultOf(const Json& kept) {
  ToolResult result;
  if (const Json* texts = json::FindArray(kept, "text")) {
    for (const Json& text : *texts) {
      if (text.is_string()) result.content.push_back(TextContent(text.get<std::string>()));
    }
  }
  if (const Json* structured = json::FindObject(kept, "structured")) {
    result.structured = *structured;
  }
  return result;
}

}  // namespace

std::string WriteOnceEntry(const OnceEntry& entry) {
  const auto name = std::find_if(kStates.begin(), kStates.end(),
                                 [&](const auto& row) { return row.first == entry.state; });
  Json text = {{"state", name->second},
               {"arguments", entry.arguments_digest},
               {"begun", entry.begun_ms},
               {"until", entry.until_ms}};
  if (!entry.reference.empty()) text["reference"] = entry.reference;
  if (entry.state == State::kDone) text["result"] = ResultJson(entry.result);
  return json::Dump(text);
}

StatusOr<OnceEntry> ReadOnceEntry(std::string_view text) {
  const StatusOr<Json> parsed = json::Parse(text);
  if (!parsed.ok()) return DataLoss("what is kept under the key is not readable");
  const auto state = json::GetString(*parsed, "state");
  const auto name = std::find_if(kStates.begin(), kStates.end(),
                                 [&](const auto& row) { return row.second == state; });
  const auto begun = json::GetInt(*parsed, "begun");
  const auto until = json::GetInt(*parsed, "until");
  if (name == kStates.end() || !begun || !until) {
    return DataLoss("what is kept under the key is not complete");
  }
  OnceEntry entry;
  entry.state = name->first;
  entry.arguments_digest = json::StringOr(*parsed, "arguments");
  entry.begun_ms = *begun;
  entry.until_ms = *until;
  entry.reference = json::StringOr(*parsed, "reference");
  if (const Json* result = json::FindObject(*parsed, "result")) entry.result = ResultOf(*result);
  return entry;
}

std::string OnceStoreKey(std::string_view tool, std::string_view principal, std::string_view key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "once/" + std::string(tool) + "/" + RevisionOf(principal) + "/";
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace bw::tool_service
