// Asking Bandwidth's APIs that speak JSON.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/json/json.h"
#include "common/status/status.h"
#include "tool-service/core/http_client.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// Production addresses; the HTTP client puts the configured hosts in their place.
inline constexpr std::string_view kMessagingBase = "https://messaging.bandwidth.com/api/v2";
inline constexpr std::string_view kVoiceBase = "https://voice.bandwidth.com/api/v2";

/// GET of `url`, which is percent-encoded. `done` runs exactly once: with the answer's value, null
/// when it has none, or with an error that says for an agent what happened and what to do; its code
/// is HttpClient's or that of RefusalStatus.
void ReadJson(HttpClient& http, std::string url, const CallContext& context,
              std::function<void(StatusOr<json::Json>)> done);

}  // namespace bw::tool_service
