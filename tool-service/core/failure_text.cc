#include "tool-service/core/failure_text.h"

#include <algorithm>
#include <array>

#include "common/status/unsent.h"

namespace bw::tool_service {
namespace {

struct Row {
  StatusCode code;
  std::string_view meaning;
  /// For what changes nothing.
  std::string_view next_read;
  /// For what creates, changes or deletes, when it may have been carried out; empty: as above.
  std::string_view next_write;
};

constexpr std::string_view kLookFirst = "look whether it took effect before repeating.";

constexpr std::array kRows = {
    Row{StatusCode::kUnavailable, "The API was not reached, or broke off.",
        "repeat after some seconds.", kLookFirst},
    Row{StatusCode::kDeadlineExceeded, "The API took longer than was allowed.",
        "repeat once, with more time or asking for less.", kLookFirst},
    Row{StatusCode::kResourceExhausted, "A limit of this server was reached.",
        "wait some seconds; if the answer is too large, ask for less (a page, a filter).",
        kLookFirst},
    Row{StatusCode::kDataLoss, "What came back could not be read.", "repeat once.", kLookFirst},
    Row{StatusCode::kPermissionDenied, "The API led to a place that this server does not ask.",
        "do not repeat; whoever runs the API must correct where it leads.", ""},
    Row{StatusCode::kFailedPrecondition, "Something is missing in this server's configuration.",
        "have it set; repeating does not help.", ""},
    Row{StatusCode::kUnauthenticated, "The credentials were refused.",
        "have client id, secret and environment checked; repeating does not help.", ""},
    Row{StatusCode::kInvalidArgument, "The request could not be made from these arguments.",
        "correct the arguments.", ""},
    Row{StatusCode::kCancelled, "The call was cancelled.", "repeat if it is still wanted.",
        kLookFirst},
};
constexpr Row kOther = {StatusCode::kUnknown, "Something went wrong in this server.",
                        "report this.", kLookFirst};

const Row& RowOf(const Status& failure) {
  const auto* found = std::find_if(kRows.begin(), kRows.end(),
                                   [&](const Row& row) { return row.code == failure.code(); });
  return found == kRows.end() ? kOther : *found;
}

bool OnlyReads(std::string_view method) { return method == "GET" || method == "HEAD"; }

// What is behind the API's front door broke down, or did not answer that: it may have done its
// work. Any other status is an answer.
constexpr std::array kUncertainStatuses = {500, 502, 504};

}  // namespace

bool MayHaveTakenEffect(const Status& failure, std::string_view method) {
  return !OnlyReads(method) && !IsUnsent(failure) && !RowOf(failure).next_write.empty();
}

bool MayHaveTakenEffect(int http_status, std::string_view method) {
  return !OnlyReads(method) && std::find(kUncertainStatuses.begin(), kUncertainStatuses.end(),
                                         http_status) != kUncertainStatuses.end();
}

std::string DescribeFailure(const Status& failure, std::string_view method) {
  const Row& row = RowOf(failure);
  std::string text = "The API did not answer (" + std::string(CodeName(failure.code())) +
                     "): " + std::string(Message(failure));
  if (!text.ends_with('.')) text += '.';
  text += "\n" + std::string(row.meaning);
  if (IsUnsent(failure) && !OnlyReads(method)) text += " Nothing was sent, so it had no effect.";
  const bool is_uncertain = MayHaveTakenEffect(failure, method);
  return text + "\nNext: " + std::string(is_uncertain ? row.next_write : row.next_read);
}

}  // namespace bw::tool_service
