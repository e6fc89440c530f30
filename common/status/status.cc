#include "common/status/status.h"

#include <utility>

#include <absl/strings/cord.h>

#include "common/status/unsent.h"

namespace bw {
namespace {

constexpr absl::string_view kUnsent = "bw/unsent";

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Status MakeStatus(StatusCode code, std::string_view message) {
  return absl::Status(code, ToAbsl(message));
}

Status InvalidArgument(std::string_view m) { return MakeStatus(StatusCode::kInvalidArgument, m); }
Status NotFound(std::string_view m) { return MakeStatus(StatusCode::kNotFound, m); }
Status AlreadyExists(std::string_view m) { return MakeStatus(StatusCode::kAlreadyExists, m); }
Status FailedPrecondition(std::string_view m) {
  return MakeStatus(StatusCode::kFailedPrecondition, m);
}
Status OutOfRange(std::string_view m) { return MakeStatus(StatusCode::kOutOfRange, m); }
Status PermissionDenied(std::string_view m) { return MakeStatus(StatusCode::kPermissionDenied, m); }
Status Unauthenticated(std::string_view m) { return MakeStatus(StatusCode::kUnauthenticated, m); }
Status Unavailable(std::string_view m) { return MakeStatus(StatusCode::kUnavailable, m); }
Status DeadlineExceeded(std::string_view m) { return MakeStatus(StatusCode::kDeadlineExceeded, m); }
Status ResourceExhausted(std::string_view m) {
  return MakeStatus(StatusCode::kResourceExhausted, m);
}
Status Cancelled(std::string_view m) { return MakeStatus(StatusCode::kCancelled, m); }
Status DataLoss(std::string_view m) { return MakeStatus(StatusCode::kDataLoss, m); }
Status Unimplemented(std::string_view m) { return MakeStatus(StatusCode::kUnimplemented, m); }
Status Internal(std::string_view m) { return MakeStatus(StatusCode::kInternal, m); }

std::string_view Message(const Status& status) {
  return {status.message().data(), status.message().size()};
}

std::string ToString(const Status& status) {
  if (status.ok()) return "OK";
  std::string text(CodeName(status.code()));
  text += ": ";
  text += Message(status);
  return text;
}

std::string_view CodeName(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return "OK";
    case StatusCode::kCancelled:
      return "CANCELLED";
    case StatusCode::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case StatusCode::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case StatusCode::kNotFound:
      return "NOT_FOUND";
    case StatusCode::kAlreadyExists:
      return "ALREADY_EXISTS";
    case StatusCode::kPermissionDenied:
      return "PERMISSION_DENIED";
    case StatusCode::kResourceExhausted:
      return "RESOURCE_EXHAUSTED";
    case StatusCode::kFailedPrecondition:
      return "FAILED_PRECONDITION";
    case StatusCode::kAborted:
      return "ABORTED";
    case StatusCode::kOutOfRange:
      return "OUT_OF_RANGE";
    case StatusCode::kUnimplemented:
      return "UNIMPLEMENTED";
    case StatusCode::kInternal:
      return "INTERNAL";
    case StatusCode::kUnavailable:
      return "UNAVAILABLE";
    case StatusCode::kDataLoss:
      return "DATA_LOSS";
    case StatusCode::kUnauthenticated:
      return "UNAUTHENTICATED";
    default:
      return "UNKNOWN";
  }
}

Status Annotate(const Status& status, std::string_view context) {
  if (status.ok()) return status;
  std::string message(context);
  message += ": ";
  message += Message(status);
  Status annotated = MakeStatus(status.code(), message);
  return IsUnsent(status) ? MarkUnsent(std::move(annotated)) : annotated;
}

Status MarkUnsent(Status status) {
  // A no-op on OK.
  status.SetPayload(kUnsent, absl::Cord());
  return status;
}

bool IsUnsent(const Status& status) { return status.GetPayload(kUnsent).has_value(); }

}  // namespace bw
