// Operations as JSON and back, for the compiled cache. What is read may come from a file that
// somebody else wrote.
#pragma once

#include "common/json/json.h"
#include "common/status/status.h"
#include "tool-service/openapi/operation_reader.h"

namespace bw::tool_service {

/// Part of every cached file; to be raised with every change of what the loader makes of a text.
constexpr int kOperationCodecVersion = 2;

json::Json EncodeDocument(const LoadedDocument& document);

/// INVALID_ARGUMENT unless `encoded` is what EncodeDocument makes.
StatusOr<LoadedDocument> DecodeDocument(json::Json encoded);

}  // namespace bw::tool_service
