// What the service adds to an agent's BXML, so that the conversation comes back to this server: the
// callback URLs it left out and the credentials those demand.
#pragma once

#include <string_view>

#include "common/bxml/document.h"
#include "common/json/json.h"
#include "tool-service/core/server_facts.h"

namespace bw::tool_service {

/// Puts callback URLs into `verbs` (as bxml::FromJson takes them) where they are left out: always
/// for Gather, Redirect, StartGather and the notifications of recordings, streams and
/// transcriptions; for Record, Transfer and Bridge only when the verb is the last one, because a
/// completion URL there ends the document. A URL given as null stays out. `call_id` may be empty.
json::Json WithCallbackUrls(json::Json verbs, const CallbackUrls& urls, std::string_view call_id);

/// Puts `credentials` on every verb that reports to us and has none, children included; verbs with
/// a URL that leads elsewhere are left alone.
void AddCallbackCredentials(bxml::Document& document, const CallbackUrls& urls,
                            const CallbackCredentials& credentials);

/// Nothing in `document` asks us how to go on: the call ends after it.
bool EndsCall(const bxml::Document& document);

}  // namespace bw::tool_service
