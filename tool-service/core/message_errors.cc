#include "tool-service/core/message_errors.h"

#include <algorithm>
#include <array>

namespace bw::tool_service {
namespace {

struct Row {
  std::int64_t first;
  std::int64_t last;
  MessageError error;
};

constexpr std::string_view kSlower =
    "Send more slowly, or register the campaign for a higher volume.";
constexpr std::string_view kReword =
    "Do not resend it unchanged. Reword it: no shortened links, say who writes, no forbidden "
    "content.";
constexpr std::string_view kCampaign =
    "Have the number attached to a registered campaign; checkMessagingReadiness shows what is "
    "missing.";
constexpr std::string_view kOtherNumber = "Check the number; do not resend to it.";

// The first row that fits decides; the last ones catch the rest. (bandwidth.md §7)
constexpr std::array kRows = {
    Row{4001,
        4001,
        {"The service is not allowed for this number or account.",
         "Ask Bandwidth to enable messaging for it."}},
    Row{4405, 4406, {"The sender or recipient cannot be used for messages.", kOtherNumber}},
    Row{4420, 4420, {"No carrier is known for the recipient's number.", kOtherNumber}},
    Row{4432, 4432, {"The recipient's country or network cannot be reached.", kOtherNumber}},
    Row{4470, 4470, {"It was blocked as spam by Bandwidth.", kReword}},
    Row{4476, 4476, {"The sender's number is not registered to a campaign.", kCampaign}},
    Row{4720, 4721, {"The recipient's number is invalid or cannot get texts.", kOtherNumber}},
    Row{4730, 4730, {"The recipient's carrier blocked it.", kReword}},
    Row{4740, 4740, {"The sender's number is invalid.", "Send from one of listPhoneNumbers."}},
    Row{4750,
        4750,
        {"The recipient's side rejected it; they may have opted out with STOP.",
         "Do not resend; reach the person another way."}},
    Row{4770, 4770, {"The recipient's carrier blocked it as spam.", kReword}},
    Row{4773, 4775, {"The campaign is missing, rejected or does not fit.", kCampaign}},
    Row{4780, 4781, {"More was sent than the carrier allows.", kSlower}},
    Row{4795,
        4795,
        {"The toll-free number is not verified.",
         "Have it verified (requestTollFreeVerification), then send again."}},
    Row{5229, 5229, {"The carrier had a temporary failure.", "Send it once more in some minutes."}},
    Row{5620, 5620, {"The carrier did not accept it.", "Send it once more in some minutes."}},
    Row{5999, 5999, {"The carrier failed without a reason.", "Send it once more in some minutes."}},
    Row{9902,
        9902,
        {"No delivery report came in time; it may have arrived.",
         "Do not resend on this alone; ask the person."}},
    Row{9999, 9999, {"It failed for an unknown reason.", "Ask Bandwidth about this message id."}},
    Row{4000,
        4999,
        {"Bandwidth or the carrier refused it.",
         "Do not resend it unchanged; the description says why."}},
    Row{5000, 5999, {"The carrier or a server failed.", "Send it once more in some minutes."}},
};
constexpr MessageError kOther = {"It failed.", "See the description; do not just resend it."};

}  // namespace

MessageError MessageErrorFor(std::int64_t code) {
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [code](const Row& candidate) {
    return candidate.first <= code && code <= candidate.last;
  });
  return row == kRows.end() ? kOther : row->error;
}

}  // namespace bw::tool_service
