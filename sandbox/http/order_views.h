// How orders look in XML, for every family that has some.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/xml/xml.h"
#include "sandbox/core/number_order.h"
#include "sandbox/http/dashboard.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {

/// Who the sandbox says made everything.
constexpr std::string_view kUser = "sandbox";

/// <ErrorList><Error><Code/><Description/><TelephoneNumber/></Error>…</ErrorList>
xml::Element ErrorList(const std::vector<OrderError>& errors);

/// An error of the whole order in the shape of orders: <root><ErrorList><Error>…
http::Response RefuseInList(const DashboardProblem& problem, std::string_view root);

/// <OrderHistoryWrapper>
http::Response HistoryOf(const NumberOrder& order);

/// What the query asks of a list: customerOrderId, status, and the number as `tn`.
OrderFilter FilterOf(const http::Request& request);

/// The members of one line of a list; `id_name` is orderId or OrderId.
xml::Element SummaryOf(const NumberOrder& order, std::string_view name, std::string_view id_name,
                       std::string_view type);

/// `request` with `members` in front, as <name>: how an order shows what made it.
xml::Element Echo(const NumberOrder& order, std::string_view name,
                  std::vector<xml::Element> members);

}  // namespace bw::sandbox
