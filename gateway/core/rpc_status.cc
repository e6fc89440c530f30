#include "gateway/core/rpc_status.h"

#include <string>

#include "gateway/core/object_writer.h"

namespace bw::gateway {
namespace {

struct StatusRow {
  StatusCode code;
  Fault fault;
  /// Whether the message was written for the caller; others could show the inside of the service.
  bool show_message;
  std::string_view text;
};

constexpr StatusRow kRows[] = {
    {StatusCode::kInvalidArgument, Fault::kInvalidParams, true, "Invalid params"},
    {StatusCode::kNotFound, Fault::kInvalidParams, true, "Not found"},
    {StatusCode::kPermissionDenied, Fault::kInvalidParams, true, "Not permitted"},
    {StatusCode::kFailedPrecondition, Fault::kInternal, true, "Not possible now"},
    {StatusCode::kResourceExhausted, Fault::kInternal, true, "Too much at once, try again later"},
    {StatusCode::kUnavailable, Fault::kInternal, false, "The tool service is not reachable"},
    {StatusCode::kDeadlineExceeded, Fault::kInternal, false, "The tool did not finish in time"},
    {StatusCode::kCancelled, Fault::kInternal, false, "The call was cancelled"},
};
constexpr StatusRow kOtherwise = {StatusCode::kInternal, Fault::kInternal, false, "Internal error"};

const StatusRow& RowOf(StatusCode code) {
  for (const StatusRow& row : kRows) {
    if (row.code == code) return row;
  }
  return kOtherwise;
}

RpcError Translate(const Status& status) {
  const StatusRow& row = RowOf(status.code());
  std::string message(row.text);
  if (row.show_message) message.append(": ").append(bw::Message(status));
  // The name lets a client tell what is worth a retry.
  std::string data = ObjectWriter().Text("status", CodeName(status.code())).Take();
  return MakeError(row.fault, std::move(message), std::move(data));
}

}  // namespace

RpcError ToolCallError(const Status& status) { return Translate(status); }

RpcError RequestError(const Status& status) { return Translate(status); }

RpcError ListError(const Status& status) { return Translate(status); }

RpcError ResourceReadError(const Status& status, Era era, std::string_view uri) {
  if (status.code() != StatusCode::kNotFound) return Translate(status);
  const Fault fault = era == Era::kLegacy ? Fault::kLegacyResourceNotFound : Fault::kInvalidParams;
  return MakeError(fault, "Resource not found", ObjectWriter().Text("uri", uri).Take());
}

}  // namespace bw::gateway
