// How tools take a BXML document: as verbs in JSON, described from the vocabulary, or as text.
#pragma once

#include <string>
#include <string_view>

#include "common/bxml/document.h"
#include "common/json/json.h"
#include "common/status/status.h"
#include "tool-service/core/server_facts.h"

namespace bw::tool_service {

/// JSON Schema of an array of verbs. bxml::FromJson checks the attributes with better words than a
/// schema of all thirty verbs would allow, and in a tenth of its size.
json::Json VerbsSchema(std::string_view description);

/// One line per verb that may stand in a document, with the attributes that an agent chooses;
/// methods, fallbacks and credentials are left to the reference.
std::string VerbLines();

/// The document in member "verbs" (completed with our callback URLs) or else in member "bxml" of
/// `arguments`. INVALID_ARGUMENT names verb, attribute, what was wrong and what is allowed, or says
/// that exactly one of the two is needed.
StatusOr<bxml::Document> ReadDocument(const json::Json& arguments, const CallbackUrls& urls,
                                      std::string_view call_id, const bxml::Rules& rules);

}  // namespace bw::tool_service
