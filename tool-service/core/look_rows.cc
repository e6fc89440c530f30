// The table of what can be found out about, and how. (bandwidth.md: the listings of each API)
#include <algorithm>

#include "tool-service/core/reconciliation.h"

namespace bw::tool_service {
namespace {

using enum LookSource;

// An order is recognised by the reference that the account gives it.
LookRow Order(std::string_view tool, std::string_view list_tool, std::vector<LookValue> arguments,
              std::string_view detail_tool, std::string_view detail_argument = "orderId") {
  arguments.push_back({"accountId", kArgument, "/accountId"});
  return {.tool = tool,
          .list_tool = list_tool,
          .list_arguments = std::move(arguments),
          .id_members = {"orderId", "OrderId"},
          .time_members = {"OrderDate", "OrderCreateDate"},
          .matches = {{"CustomerOrderId", kArgument, "/CustomerOrderId"}},
          .reference = "CustomerOrderId",
          .detail_tool = detail_tool,
          .detail_argument = detail_argument,
          .result_id = "orderId"};
}

LookValue ByReference() { return {"customerOrderId", kArgument, "/CustomerOrderId"}; }

LookRow Message(std::string_view tool, std::vector<LookValue> arguments,
                std::vector<LookValue> matches) {
  arguments.push_back({"accountId", kArgument, "/accountId"});
  arguments.push_back({"messageDirection", kText, "OUTBOUND"});
  arguments.push_back({"fromDateTime", kSentTime});
  matches.push_back({"messageDirection", kText, "OUTBOUND"});
  return {.tool = tool,
          .list_tool = "listMessages",
          .list_arguments = std::move(arguments),
          .id_members = {"messageId"},
          .time_members = {"receiveTime"},
          .matches = std::move(matches),
          .result_id = "id"};
}

LookRow Call() {
  return {.tool = "createCall",
          .list_tool = "listCalls",
          .list_arguments = {{"accountId", kArgument, "/accountId"},
                             {"to", kArgument, "/to"},
                             {"from", kArgument, "/from"},
                             {"minStartTime", kSentTime},
                             {"pageSize", kNumber, "", 100}},
          .id_members = {"callId"},
          .time_members = {"enqueuedTime", "startTime"},
          .matches = {{"to", kArgument, "/to"},
                      {"from", kArgument, "/from"},
                      {"applicationId", kArgument, "/applicationId"},
                      {"direction", kText, "outbound"}},
          .result_id = "callId"};
}

std::vector<LookRow> MakeRows() {
  std::vector<LookRow> rows;
  rows.push_back(Call());
  rows.push_back(Message(
      "createMessage", {{"sourceTn", kArgument, "/from"}, {"destinationTn", kArgument, "/to/0"}},
      {{"sourceTn", kArgument, "/from"}, {"destinationTn", kArgument, "/to/*"}}));
  rows.push_back(Message(
      "createMultiChannelMessage", {{"destinationTn", kArgument, "/to"}},
      {{"sourceTn", kArgument, "/channelList/*/from"}, {"destinationTn", kArgument, "/to"}}));
  rows.push_back(Order("CreateOrder", "ListOrders", {ByReference()}, "RetrieveOrder"));
  // Neither knows the reference in its question, and both name it in the details only.
  rows.push_back(Order("CreateDisconnectOrder", "ReadDisconnectOrders",
                       {{"startdate", kDayBefore},
                        {"enddate", kDayAfter},
                        {"page", kText, "1"},
                        {"size", kNumber, "", 100}},
                       "ReadDisconnectOrder", "disconnectId"));
  rows.push_back(Order("CreateLidbOrder", "ListLidbOrders",
                       {{"tn", kArgument, "/LidbTnGroups/0/TelephoneNumbers/0"}}, "ReadLidbOrder",
                       "lidbid"));
  rows.push_back(
      Order("CreateMoveTnsOrder", "ReadMoveTnsOrders", {ByReference()}, "ReadMoveTnsOrder"));
  rows.push_back(
      Order("CreateTnOptionOrder", "GetTnOptionOrders", {ByReference()}, "GetTnOptionOrder"));
  rows.push_back(Order("CreatePortin", "ListPortins",
                       {ByReference(), {"page", kText, "1"}, {"size", kNumber, "", 100}},
                       "RetrievePortin"));
  std::sort(rows.begin(), rows.end(),
            [](const LookRow& left, const LookRow& right) { return left.tool < right.tool; });
  return rows;
}

}  // namespace

const std::vector<LookRow>& LookRows() {
  static const std::vector<LookRow> rows = MakeRows();
  return rows;
}

const LookRow* FindLookRow(std::string_view tool) {
  const auto row = std::find_if(LookRows().begin(), LookRows().end(),
                                [&](const LookRow& candidate) { return candidate.tool == tool; });
  return row == LookRows().end() ? nullptr : &*row;
}

}  // namespace bw::tool_service
