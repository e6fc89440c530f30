// The one translation of the provider's status codes into JSON-RPC errors.
#pragma once

#include <string_view>

#include "common/status/status.h"
#include "gateway/core/protocol.h"

namespace bw::gateway {

/// Why a tools/call did not run a tool. `status` is not OK.
RpcError ToolCallError(const Status& status);
/// Why a resources/read of `uri` brought nothing.
RpcError ResourceReadError(const Status& status, Era era, std::string_view uri);
/// Why a prompt could not be had, or an argument not be completed.
RpcError RequestError(const Status& status);
/// Why a list could not be had.
RpcError ListError(const Status& status);

}  // namespace bw::gateway
