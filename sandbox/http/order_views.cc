#include "sandbox/http/order_views.h"

#include <algorithm>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/core/e164.h"

namespace bw::sandbox {

using http::Response;

xml::Element ErrorList(const std::vector<OrderError>& errors) {
  xml::Element list = xml::Branch("ErrorList", {});
  for (const OrderError& error : errors) {
    xml::Element entry = xml::Branch("Error", {xml::Leaf("Code", std::to_string(error.code)),
                                               xml::Leaf("Description", error.description)});
    if (!error.number.empty()) {
      entry.children.push_back(xml::Leaf("TelephoneNumber", error.number));
    }
    list.children.push_back(std::move(entry));
  }
  return list;
}

Response RefuseInList(const DashboardProblem& problem, std::string_view root) {
  std::vector<OrderError> errors;
  for (const std::string& number : problem.numbers) {
    errors.push_back({problem.code, problem.description, number});
  }
  if (errors.empty()) errors.push_back({problem.code, problem.description, ""});
  return XmlResponse(problem.status, xml::Branch(root, {ErrorList(errors)}));
}

Response HistoryOf(const NumberOrder& order) {
  xml::Element wrapper = xml::Branch("OrderHistoryWrapper", {});
  for (const OrderHistoryEntry& entry : order.history) {
    wrapper.children.push_back(xml::Branch(
        "OrderHistory",
        {xml::Leaf("OrderDate", FormatIso8601(entry.at_ms)), xml::Leaf("Note", entry.note),
         xml::Leaf("Author", "System"), xml::Leaf("Status", entry.status)}));
  }
  return XmlResponse(200, wrapper);
}

OrderFilter FilterOf(const http::Request& request) {
  OrderFilter filter;
  if (const auto id = request.Query("customerOrderId")) filter.customer_order_id = std::string(*id);
  if (const auto status = request.Query("status")) filter.status = std::string(*status);
  if (const auto number = request.Query("tn")) filter.number = ToE164(*number);
  return filter;
}

xml::Element SummaryOf(const NumberOrder& order, std::string_view name, std::string_view id_name,
                       std::string_view type) {
  xml::Element line = xml::Branch(name, {Count("CountOfTNs", order.numbers.size())});
  if (!order.customer_order_id.empty()) {
    line.children.push_back(xml::Leaf("CustomerOrderId", order.customer_order_id));
  }
  line.children.push_back(xml::Leaf("userId", kUser));
  line.children.push_back(xml::Leaf("lastModifiedDate", FormatIso8601(order.modified_ms)));
  if (!type.empty()) line.children.push_back(xml::Leaf("OrderType", type));
  line.children.push_back(xml::Leaf("OrderDate", FormatIso8601(order.created_ms)));
  line.children.push_back(xml::Leaf(id_name, order.id));
  line.children.push_back(xml::Leaf("OrderStatus", order.status));
  return line;
}

xml::Element Echo(const NumberOrder& order, std::string_view name,
                  std::vector<xml::Element> members) {
  xml::Element element = xml::Branch(name, std::move(members));
  for (const xml::Element& child : order.request.children) {
    const bool known = xml::FindChild(element, child.name) != nullptr;
    if (!child.is_text() && !known) element.children.push_back(child);
  }
  return element;
}

}  // namespace bw::sandbox
