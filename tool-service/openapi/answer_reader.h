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

/// Any status gives a result: 2xx the content, everything else is_error with the status, its
/// meaning and the next step. JSON objects also become structured content. Secrets are redacted.
ToolResult ReadAnswer(const HttpResponse& answer, const std::string& url,
                      const AnswerLimits& limits = {});

}  // namespace bw::tool_service
