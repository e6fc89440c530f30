// Events, calls and receipts as an agent reads them: small JSON objects and one line of text each.
#pragma once

#include <string>

#include "common/json/json.h"
#include "tool-service/core/event_journal.h"

namespace bw::tool_service {

std::string_view ChannelName(EventChannel channel);
std::string_view DirectionName(EventDirection direction);
std::string_view ReceiptStateName(ReceiptState state);

/// {"seq":…,"type":…,"time":…, and of the webhook what matters for its type: digits, cause,
/// text, …}. Whole webhooks are large and repeat themselves; `with_payload` adds it as "payload".
json::Json DescribeEvent(const Event& event, bool with_payload = false);
/// "[12] gather call c-1 +15550100001 → +15550100002: digits \"1\""
std::string EventLine(const Event& event);

json::Json DescribeReceipt(const Receipt& receipt);
/// With the queued document and turns, oldest first; passwords inside documents are replaced by
/// ***.
json::Json DescribeCall(const CallRecord& call);
std::string CallLine(const CallRecord& call);

/// `bxml` with the values of password attributes replaced by ***.
std::string RedactBxml(std::string_view bxml);

}  // namespace bw::tool_service
