// Orders, reservations and disconnects of numbers.
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/http/dashboard.h"
#include "sandbox/http/order_views.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;

constexpr std::string_view kOrder = "OrderResponse";
constexpr std::string_view kDisconnect = "DisconnectTelephoneNumberOrderResponse";
constexpr std::string_view kReservation = "ReservationResponse";
constexpr std::string_view kList = "ResponseSelectWrapper";

xml::Element Made(const NumberOrder& order, std::string_view name) {
  return Echo(
      order, name,
      {xml::Leaf("id", order.id), xml::Leaf("OrderCreateDate", FormatIso8601(order.created_ms))});
}

// A page of orders; orders cannot be listed without saying which page.
Response ListPage(Context& context, OrderKind kind, std::string_view id_name,
                  std::string_view type) {
  if (!context.request.Query("page") && !context.request.Query("size")) {
    return Refuse({13055, "page and size must be given"}, kList);
  }
  const auto outcome = PageOf(context.request, kList, 1000);
  if (const auto* refusal = std::get_if<Response>(&outcome)) return *refusal;
  const Page page = std::get<Page>(outcome);
  const auto all = context.platform.orders.book().List(kind, FilterOf(context.request));
  xml::Element list = xml::Branch(
      "ListOrderIdUserIdDate", {Count("TotalCount", all.size()), Links(context, page, all.size())});
  for (const NumberOrder* order : OnPage(all, page)) {
    list.children.push_back(SummaryOf(*order, "OrderIdUserIdDate", id_name, type));
  }
  return XmlResponse(200, xml::Branch(kList, {std::move(list)}));
}

Response ListOrders(Context& context) {
  return ListPage(context, OrderKind::kNumbers, "orderId", "");
}

Response CreateOrder(Context& context) {
  auto body = ReadXml(context, "Order", kOrder);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.orders.OrderNumbers(std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return RefuseInList(*problem, kOrder);
  }
  const NumberOrder& order = *std::get<const NumberOrder*>(outcome);
  return CreatedAt(
      context, order.id,
      xml::Branch(kOrder, {xml::Leaf("OrderStatus", order.status), Made(order, "Order")}));
}

NumberOrder* OrderIn(Context& context, OrderKind kind) {
  return context.platform.orders.book().Find(kind, context.path[1]);
}

Response ReadOrder(Context& context) {
  const NumberOrder* order = OrderIn(context, OrderKind::kNumbers);
  if (order == nullptr) return NoSuch("The order", kOrder);
  xml::Element root = xml::Branch(
      kOrder,
      {xml::Leaf("OrderStatus", order->status), Count("CompletedQuantity", order->done.size()),
       Count("FailedQuantity", order->errors.size()), xml::Leaf("CreatedByUser", kUser),
       xml::Leaf("LastModifiedDate", FormatIso8601(order->modified_ms))});
  if (!order->done.empty()) {
    root.children.push_back(xml::Leaf("OrderCompleteDate", FormatIso8601(order->modified_ms)));
  }
  root.children.push_back(Made(*order, "Order"));
  xml::Element completed = xml::Branch("CompletedNumbers", {});
  for (const std::string& number : order->done) {
    completed.children.push_back(xml::Branch("TelephoneNumber", {xml::Leaf("FullNumber", number)}));
  }
  root.children.push_back(std::move(completed));
  xml::Element failed = xml::Branch("FailedNumbers", {});
  for (const OrderError& error : order->errors) {
    if (!error.number.empty()) failed.children.push_back(xml::Leaf("FullNumber", error.number));
  }
  root.children.push_back(std::move(failed));
  if (!order->errors.empty()) root.children.push_back(ErrorList(order->errors));
  return XmlResponse(200, root);
}

Response UpdateOrder(Context& context) {
  NumberOrder* order = OrderIn(context, OrderKind::kNumbers);
  if (order == nullptr) return NoSuch("The order", kOrder);
  auto body = ReadXml(context, "Order", kOrder);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto& update = std::get<xml::Element>(body);
  if (const xml::Element* id = xml::FindChild(update, "CustomerOrderId")) {
    if (!IsCustomerOrderId(xml::TextOf(*id))) {
      return RefuseInList({7318, "CustomerOrderId holds other characters, or is too long"}, kOrder);
    }
    order->customer_order_id = xml::TextOf(*id);
  }
  if (xml::ChildText(update, "CloseOrder") == "true" && order->status == "BACKORDERED") {
    Enter(*order, order->done.empty() ? "FAILED" : "PARTIAL", "Order was closed",
          order->modified_ms);
  }
  return Response{200, {}, ""};
}

Response ListOrderNumbers(Context& context) {
  const NumberOrder* order = OrderIn(context, OrderKind::kNumbers);
  if (order == nullptr) return NoSuch("The order", "TelephoneNumbers");
  xml::Element list = TextList("TelephoneNumbers", "TelephoneNumber", order->done);
  list.children.insert(list.children.begin(), Count("Count", order->done.size()));
  return XmlResponse(200, list);
}

Response ReadOrderHistory(Context& context) {
  const NumberOrder* order = OrderIn(context, OrderKind::kNumbers);
  return order == nullptr ? NoSuch("The order", "OrderHistoryWrapper") : HistoryOf(*order);
}

Response ReservationView(const Context& context,
                         const std::variant<Reservation, DashboardProblem>& outcome) {
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return Refuse(*problem, kReservation);
  }
  const auto& reservation = std::get<Reservation>(outcome);
  const std::int64_t seconds = context.platform.orders.SecondsLeft(reservation);
  return XmlResponse(
      200, xml::Branch(kReservation,
                       {xml::Branch("Reservation",
                                    {xml::Leaf("ReservationId", reservation.id),
                                     xml::Leaf("AccountId", context.platform.account.id),
                                     xml::Leaf("ReservationExpires", std::to_string(seconds)),
                                     xml::Leaf("ReservedTn", reservation.number)})}));
}

Response Reserve(Context& context) {
  auto body = ReadXml(context, "Reservation", kReservation);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.orders.Reserve(std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return Refuse(*problem, kReservation);
  }
  return CreatedAt(context, std::get<Reservation>(outcome).id);
}

Response ReadReservation(Context& context) {
  return ReservationView(context, context.platform.orders.FindReservation(context.path[1]));
}

Response DeleteReservation(Context& context) {
  return ReservationView(context, context.platform.orders.Release(context.path[1]));
}

Response ListDisconnects(Context& context) {
  return ListPage(context, OrderKind::kDisconnect, "OrderId", "disconnect");
}

xml::Element DisconnectView(const NumberOrder& order, bool finished) {
  xml::Element made = Made(order, "orderRequest");
  if (xml::Element* type = xml::FindChild(made, "DisconnectTelephoneNumberOrderType")) {
    if (xml::FindChild(*type, "DisconnectMode") == nullptr) {
      type->children.push_back(xml::Leaf("DisconnectMode", "normal"));
    }
  }
  xml::Element root =
      xml::Branch(kDisconnect, {std::move(made), xml::Leaf("OrderStatus", order.status)});
  if (!finished) return root;
  root.children.push_back(
      TextList("DisconnectedTelephoneNumberList", "TelephoneNumber", order.done));
  if (!order.errors.empty()) root.children.push_back(ErrorList(order.errors));
  return root;
}

Response CreateDisconnect(Context& context) {
  auto body = ReadXml(context, "DisconnectTelephoneNumberOrder", kDisconnect);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.orders.Disconnect(std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return RefuseInList(*problem, kDisconnect);
  }
  const NumberOrder& order = *std::get<const NumberOrder*>(outcome);
  return CreatedAt(context, order.id, DisconnectView(order, /*finished=*/false));
}

Response ReadDisconnect(Context& context) {
  const NumberOrder* order = OrderIn(context, OrderKind::kDisconnect);
  if (order == nullptr) return NoSuch("The order", kDisconnect);
  return XmlResponse(200, DisconnectView(*order, /*finished=*/true));
}

constexpr auto kXml = BodyKind::kXml;
constexpr auto kNone = BodyKind::kNone;
constexpr auto kApi = Api::kNumbers;

constexpr std::array<Route, 12> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}/orders", kApi, kNone, ListOrders},
    {"POST", "/api/v2/accounts/{accountId}/orders", kApi, kXml, CreateOrder},
    {"GET", "/api/v2/accounts/{accountId}/orders/{orderId}", kApi, kNone, ReadOrder},
    {"PUT", "/api/v2/accounts/{accountId}/orders/{orderId}", kApi, kXml, UpdateOrder},
    {"GET", "/api/v2/accounts/{accountId}/orders/{orderId}/tns", kApi, kNone, ListOrderNumbers},
    {"GET", "/api/v2/accounts/{accountId}/orders/{orderId}/history", kApi, kNone, ReadOrderHistory},
    {"POST", "/api/v2/accounts/{accountId}/tnreservation", kApi, kXml, Reserve},
    {"GET", "/api/v2/accounts/{accountId}/tnreservation/{id}", kApi, kNone, ReadReservation},
    {"DELETE", "/api/v2/accounts/{accountId}/tnreservation/{id}", kApi, kNone, DeleteReservation},
    {"GET", "/api/v2/accounts/{accountId}/disconnects", kApi, kNone, ListDisconnects},
    {"POST", "/api/v2/accounts/{accountId}/disconnects", kApi, kXml, CreateDisconnect},
    {"GET", "/api/v2/accounts/{accountId}/disconnects/{disconnectId}", kApi, kNone, ReadDisconnect},
}};

}  // namespace

std::span<const Route> OrderRoutes() { return kRoutes; }

}  // namespace bw::sandbox
