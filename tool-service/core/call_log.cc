#include "tool-service/core/call_log.h"

#include <utility>

namespace bw::tool_service {

std::function<void(const Setback&)> SetbackLog(const CallContext& context) {
  if (!context.log) return nullptr;
  return [log = context.log](const Setback& setback) {
    LogMessage message;
    message.level = LogLevel::kWarning;
    message.logger = "upstream";
    message.data = {{"message", setback.what}};
    if (setback.status != 0) message.data["status"] = setback.status;
    if (setback.pause.count() > 0) message.data["pause_ms"] = setback.pause.count();
    log(message);
  };
}

}  // namespace bw::tool_service
