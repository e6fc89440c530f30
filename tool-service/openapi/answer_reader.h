// An API's answer as a tool's result.
#pragma once

#include <cstddef>

#include "tool-service/core/http_client.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

struct AnswerLimits {
  /// Text beyond it is cut, and the cut is announced.
  std::size_t max_text_bytes = 256u << 10;
  /// Binary content beyond it is only described.
  std::size_t max_binary_bytes = 1u << 20;
};

/// What is known beforehand about an operation's answers.
struct AnswerPlan {
  /// How XML is read (xml_schema.h).
  json::Json xml_schema = json::Json::object();
};

/// Any status gives a result: 2xx the content, everything else is_error with the status, its
/// meaning and the next step. JSON objects also become structured content, and so does XML, which
/// is turned into JSON. Secrets are redacted.
ToolResult ReadAnswer(const HttpResponse& answer, const std::string& url,
                      const AnswerPlan& plan = {}, const AnswerLimits& limits = {});

}  // namespace bw::tool_service
