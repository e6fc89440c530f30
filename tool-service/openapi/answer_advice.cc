#include "tool-service/openapi/answer_advice.h"

#include <algorithm>
#include <array>

namespace bw::tool_service {
namespace {

// Only the beginning of an answer is searched.
constexpr std::size_t kSearchedBytes = 4'096;
constexpr int kAnyStatus = 0;

struct Row {
  int status;
  /// Must occur in the body; empty: any body.
  std::string_view text;
  Advice advice;
};

// The first row that fits decides, so the narrow ones come first.
constexpr std::array kRows = {
    Row{kAnyStatus,
        "VCS-0044",
        {"The number is still being set up.", "Wait 3 seconds and repeat, for up to 90 seconds."}},
    Row{403,
        "not enabled",
        {"The product is not enabled for this account.",
         "Ask Bandwidth to enable it; repeating does not help."}},
    Row{403,
        "does not have access rights",
        {"The credentials lack a role for this API.",
         "Have the role added to the credentials; repeating does not help."}},
    Row{409,
        "feature is required",
        {"The account does not have this product.", "Contact Bandwidth; repeating does not help."}},
    Row{400,
        "12962",
        {"A field belongs to an application of the other type.",
         "Use only fields of the application's own family (voice or messaging)."}},
    Row{400,
        "5020",
        {"The sub-account has no default location.", "Create a location marked as default first."}},
    Row{400, "5022", {"The order names no sub-account.", "Pass SiteId."}},
    Row{400,
        "",
        {"The API found a mistake in the request.",
         "Correct what the answer below names, then repeat."}},
    Row{401,
        "",
        {"The credentials were refused.",
         "Check client id, secret and environment; a fresh token was already tried."}},
    Row{402, "", {"The account has no credit left.", "Add credit or upgrade the account."}},
    Row{403,
        "",
        {"The credentials may not do this.",
         "The account or the credentials lack the role or product for this API; repeating does not "
         "help."}},
    Row{404,
        "",
        {"There is no such resource.",
         "Check the ids. A call or order made moments ago may need a few seconds to appear."}},
    Row{405, "", {"The resource does not support this.", "Use another tool."}},
    Row{406,
        "",
        {"The API cannot answer in the requested format.",
         "Report this; repeating does not help."}},
    Row{408,
        "",
        {"The API waited too long for the request.",
         "Look at the present state before repeating."}},
    Row{409,
        "",
        {"The resource's state does not allow this now.",
         "Read its present state first: a call may not be answered yet, or be over."}},
    Row{410, "", {"The resource no longer exists.", "Do not repeat."}},
    Row{413, "", {"The request is too large.", "Send less."}},
    Row{415,
        "",
        {"The API does not accept this content type.", "Check the content type of the body."}},
    Row{422,
        "",
        {"The API understood the request and will not carry it out as it is.",
         "Correct what the answer below names."}},
    Row{429,
        "",
        {"Too many requests.",
         "Wait as long as Retry-After says, or some seconds, then repeat more slowly."}},
};

constexpr Advice kRedirect = {"The API points to another address.",
                              "Its Location is given below; it was not followed."};
constexpr Advice kClientError = {"The API refused the request.", "See its answer below."};
constexpr Advice kServerError = {
    "The API failed.",
    "Before repeating something that creates or sends, look whether it took effect."};

}  // namespace

Advice AdviceFor(int status, std::string_view body) {
  const std::string_view head = body.substr(0, kSearchedBytes);
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& candidate) {
    return (candidate.status == kAnyStatus || candidate.status == status) &&
           head.find(candidate.text) != std::string_view::npos;
  });
  if (row != kRows.end()) return row->advice;
  if (status < 400) return kRedirect;
  return status < 500 ? kClientError : kServerError;
}

}  // namespace bw::tool_service
