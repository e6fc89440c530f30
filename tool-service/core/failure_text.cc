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

}  // namespace

std::string DescribeFailure(const Status& failure, std::string_view method) {
  const auto* found = std::find_if(kRows.begin(), kRows.end(),
                                   [&](const Row& row) { return row.code == failure.code(); });
  const Row& row = found == kRows.end() ? kOther : *found;
  const bool reads = method == "GET" || method == "HEAD";
  const bool unsent = IsUnsent(failure);
  std::string text = "The API did not answer (" + std::string(CodeName(failure.code())) +
                     "): " + std::string(Message(failure));
  if (!text.ends_with('.')) text += '.';
  text += "\n" + std::string(row.meaning);
  if (unsent && !reads) text += " Nothing was sent, so it had no effect.";
  const bool uncertain = !reads && !unsent && !row.next_write.empty();
  return text + "\nNext: " + std::string(uncertain ? row.next_write : row.next_read);
}

}  // namespace bw::tool_service
