// The one error type of the project (design: errors are values; no exception crosses a function
// boundary). Debian builds abseil with its own string_view, which neither converts to nor from
// std::string_view implicitly; these functions hide that, so nothing else includes <absl/status/…>.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace bw {

using Status = absl::Status;
template <typename T>
using StatusOr = absl::StatusOr<T>;
using StatusCode = absl::StatusCode;

inline Status OkStatus() { return absl::OkStatus(); }

/// A status with `code` (not kOk) and a message written for the person who can act on it.
Status MakeStatus(StatusCode code, std::string_view message);

// Bad input of a caller: the message names the field, what was wrong and what is allowed.
Status InvalidArgument(std::string_view message);
Status NotFound(std::string_view message);
Status AlreadyExists(std::string_view message);
Status FailedPrecondition(std::string_view message);
Status OutOfRange(std::string_view message);
Status PermissionDenied(std::string_view message);
Status Unauthenticated(std::string_view message);
// The world's fault: worth a retry, a fallback or a degraded answer.
Status Unavailable(std::string_view message);
Status DeadlineExceeded(std::string_view message);
Status ResourceExhausted(std::string_view message);
Status Cancelled(std::string_view message);
Status DataLoss(std::string_view message);
Status Unimplemented(std::string_view message);
Status Internal(std::string_view message);

/// The message of `status`, valid while it lives.
std::string_view Message(const Status& status);

/// "NOT_FOUND: no such call" for logs and test failures.
std::string ToString(const Status& status);

/// "NOT_FOUND", "OK", …
std::string_view CodeName(StatusCode code);

/// The same code with "context: " before the message; OK stays OK.
Status Annotate(const Status& status, std::string_view context);

}  // namespace bw

// Returns the error of `expression` from the calling function, if it is one.
#define BW_RETURN_IF_ERROR(expression)                    \
  do {                                                    \
    if (auto bw_status = (expression); !bw_status.ok()) { \
      return bw_status;                                   \
    }                                                     \
  } while (false)

#define BW_STATUS_CONCAT_INNER(a, b) a##b
#define BW_STATUS_CONCAT(a, b) BW_STATUS_CONCAT_INNER(a, b)

// `BW_ASSIGN_OR_RETURN(auto value, MakeValue());`
#define BW_ASSIGN_OR_RETURN(declaration, expression) \
  BW_ASSIGN_OR_RETURN_INNER(BW_STATUS_CONCAT(bw_status_or_, __LINE__), declaration, expression)
#define BW_ASSIGN_OR_RETURN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                                      \
  if (!temporary.ok()) return temporary.status();                     \
  declaration = std::move(temporary).value()
