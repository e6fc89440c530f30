// Moving numbers, number options (campaigns) and caller names.
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/http/dashboard.h"
#include "sandbox/http/order_views.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;

NumberOrder* OrderIn(Context& context, OrderKind kind) {
  return context.platform.orders.book().Find(kind, context.path[1]);
}

// <name> with the order's id, times, state and what made it.
xml::Element View(const Context& context, const NumberOrder& order, std::string_view name,
                  std::string_view id_name) {
  std::vector<xml::Element> members = {xml::Leaf(id_name, order.id)};
  if (!order.customer_order_id.empty()) {
    members.push_back(xml::Leaf("CustomerOrderId", order.customer_order_id));
  }
  members.push_back(xml::Leaf("OrderCreateDate", FormatIso8601(order.created_ms)));
  members.push_back(xml::Leaf("AccountId", context.platform.account.id));
  members.push_back(xml::Leaf("CreatedByUser", kUser));
  members.push_back(xml::Leaf("LastModifiedDate", FormatIso8601(order.modified_ms)));
  members.push_back(xml::Leaf("ProcessingStatus", order.status));
  if (!order.errors.empty()) members.push_back(ErrorList(order.errors));
  return Echo(order, name, std::move(members));
}

xml::Element Summary(const Context& context, const NumberOrder& order, std::string_view name,
                     std::string_view id_name, std::string_view type) {
  xml::Element line = SummaryOf(order, name, id_name, type);
  line.children.insert(line.children.begin(), xml::Leaf("accountId", context.platform.account.id));
  return line;
}

Response ListMoves(Context& context) {
  const auto all = context.platform.orders.book().List(OrderKind::kMove, FilterOf(context.request));
  xml::Element root = xml::Branch("MoveTnsOrders", {Count("TotalCount", all.size())});
  for (const NumberOrder* order : all) {
    root.children.push_back(
        Summary(context, *order, "MoveTnsOrderSummary", "OrderId", "move_tn_orders"));
  }
  return XmlResponse(200, root);
}

Response CreateMove(Context& context) {
  constexpr std::string_view kRoot = "MoveTnsOrderResponse";
  auto body = ReadXml(context, "MoveTnsOrder", kRoot);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.orders.Move(std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return RefuseInList(*problem, kRoot);
  }
  const NumberOrder& order = *std::get<const NumberOrder*>(outcome);
  return CreatedAt(context, order.id,
                   xml::Branch(kRoot, {View(context, order, "MoveTnsOrder", "OrderId")}));
}

Response ReadMove(Context& context) {
  const NumberOrder* order = OrderIn(context, OrderKind::kMove);
  if (order == nullptr) return NoSuch("The order", "MoveTnsOrderResponse");
  return XmlResponse(200, View(context, *order, "MoveTnsOrder", "OrderId"));
}

Response ListOptions(Context& context) {
  const auto all =
      context.platform.orders.book().List(OrderKind::kTnOption, FilterOf(context.request));
  xml::Element list = xml::Branch("TnOptionOrders", {Count("TotalCount", all.size())});
  for (const NumberOrder* order : all) {
    list.children.push_back(
        Summary(context, *order, "TnOptionOrderSummary", "OrderId", "tn_option"));
  }
  return XmlResponse(200, xml::Branch("TnOptionOrderReportResponse", {std::move(list)}));
}

Response CreateOptions(Context& context) {
  constexpr std::string_view kRoot = "TnOptionOrderResponse";
  auto body = ReadXml(context, "TnOptionOrder", kRoot);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.orders.SetOptions(std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return RefuseInList(*problem, kRoot);
  }
  const NumberOrder& order = *std::get<const NumberOrder*>(outcome);
  return CreatedAt(context, order.id,
                   xml::Branch(kRoot, {View(context, order, "TnOptionOrder", "OrderId")}));
}

Response ReadOptions(Context& context) {
  const NumberOrder* order = OrderIn(context, OrderKind::kTnOption);
  if (order == nullptr) return NoSuch("The order", "TnOptionOrderResponse");
  return XmlResponse(200, View(context, *order, "TnOptionOrder", "OrderId"));
}

Response ReadOptionsHistory(Context& context) {
  const NumberOrder* order = OrderIn(context, OrderKind::kTnOption);
  return order == nullptr ? NoSuch("The order", "OrderHistoryWrapper") : HistoryOf(*order);
}

Response ListCallerNames(Context& context) {
  constexpr std::string_view kRoot = "ResponseSelectWrapper";
  const bool dated = context.request.Query("lastModifiedAfter").has_value();
  if (!context.request.Query("tn") && !dated) {
    return Refuse({1003, "tn or lastModifiedAfter is required"}, kRoot);
  }
  const auto all =
      context.platform.orders.book().List(OrderKind::kCallerName, FilterOf(context.request));
  xml::Element list = xml::Branch("ListOrderIdUserIdDate", {Count("TotalCount", all.size())});
  for (const NumberOrder* order : all) {
    list.children.push_back(Summary(context, *order, "OrderIdUserIdDate", "orderId", "lidb"));
  }
  return XmlResponse(200, xml::Branch(kRoot, {std::move(list)}));
}

Response CreateCallerName(Context& context) {
  constexpr std::string_view kRoot = "LidbOrderResponse";
  auto body = ReadXml(context, "LidbOrder", kRoot);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.orders.SetCallerName(std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return RefuseInList(*problem, kRoot);
  }
  const NumberOrder& order = *std::get<const NumberOrder*>(outcome);
  return CreatedAt(context, order.id,
                   xml::Branch(kRoot, {View(context, order, "LidbOrder", "orderId")}));
}

Response ReadCallerName(Context& context) {
  const NumberOrder* order = OrderIn(context, OrderKind::kCallerName);
  if (order == nullptr) return NoSuch("The order", "LidbOrderResponse");
  return XmlResponse(200, View(context, *order, "LidbOrder", "orderId"));
}

constexpr auto kXml = BodyKind::kXml;
constexpr auto kNone = BodyKind::kNone;
constexpr auto kApi = Api::kNumbers;

constexpr std::array<Route, 10> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}/moveTns", kApi, kNone, ListMoves},
    {"POST", "/api/v2/accounts/{accountId}/moveTns", kApi, kXml, CreateMove},
    {"GET", "/api/v2/accounts/{accountId}/moveTns/{orderId}", kApi, kNone, ReadMove},
    {"GET", "/api/v2/accounts/{accountId}/tnoptions", kApi, kNone, ListOptions},
    {"POST", "/api/v2/accounts/{accountId}/tnoptions", kApi, kXml, CreateOptions},
    {"GET", "/api/v2/accounts/{accountId}/tnoptions/{orderId}", kApi, kNone, ReadOptions},
    {"GET", "/api/v2/accounts/{accountId}/tnoptions/{orderId}/history", kApi, kNone,
     ReadOptionsHistory},
    {"GET", "/api/v2/accounts/{accountId}/lidbs", kApi, kNone, ListCallerNames},
    {"POST", "/api/v2/accounts/{accountId}/lidbs", kApi, kXml, CreateCallerName},
    {"GET", "/api/v2/accounts/{accountId}/lidbs/{lidbid}", kApi, kNone, ReadCallerName},
}};

}  // namespace

std::span<const Route> NumberSetupRoutes() { return kRoutes; }

}  // namespace bw::sandbox
