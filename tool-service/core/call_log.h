// What goes wrong behind a tool call and is put right by itself, told to the client that wants to
// hear it.
#pragma once

#include <functional>

#include "tool-service/core/http_client.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// For HttpRequest::on_setback: a log message of level warning for each setback. Empty when the
/// client wants no log messages.
std::function<void(const Setback&)> SetbackLog(const CallContext& context);

}  // namespace bw::tool_service
