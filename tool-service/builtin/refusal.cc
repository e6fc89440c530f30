#include "tool-service/builtin/refusal.h"

#include <array>
#include <utility>

#include "common/json/json.h"
#include "tool-service/core/failure_text.h"

namespace bw::tool_service {
namespace {

struct CodeRow {
  int status;
  StatusCode code;
};
constexpr std::array kCodes = {
    CodeRow{401, StatusCode::kUnauthenticated}, CodeRow{403, StatusCode::kPermissionDenied},
    CodeRow{404, StatusCode::kNotFound},        CodeRow{408, StatusCode::kUnavailable},
    CodeRow{429, StatusCode::kUnavailable},
};

StatusCode CodeOf(int status) {
  if (status >= 500) return StatusCode::kUnavailable;
  for (const CodeRow& row : kCodes) {
    if (row.status == status) return row.code;
  }
  return StatusCode::kFailedPrecondition;
}

}  // namespace

std::string RefusalText(int status, ApiErrors errors, std::string_view body) {
  if (errors.empty()) {
    const auto parsed = json::Parse(body);
    if (parsed.ok()) errors = ErrorsInJson(*parsed, false);
  }
  const Advice advice = AdviceFor(status, errors, body);
  return "Bandwidth refused with status " + std::to_string(status) + ". " +
         std::string(advice.meaning) + ErrorLines(errors) +
         "\nNext: " + std::string(advice.next_step);
}

Status RefusalStatus(int status, const std::string& refusal) {
  return MakeStatus(CodeOf(status), refusal);
}

Status FailureStatus(const Status& failure, std::string_view method) {
  return MakeStatus(failure.code(), DescribeFailure(failure, method));
}

}  // namespace bw::tool_service
