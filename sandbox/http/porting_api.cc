// Port-ins: the check beforehand, orders, notes, numbers and activation. Letters of authorization
// are in port_document_api.cc.
#include <algorithm>
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/core/e164.h"
#include "sandbox/core/number_market.h"
#include "sandbox/http/dashboard.h"
#include "sandbox/http/order_views.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kPort = "LnpOrderResponse";
constexpr std::string_view kCheck = "TollFreePortingValidationResponse";
constexpr std::string_view kPortOutId = "4299b1ad-0000-4000-8000-000000000001";
constexpr std::size_t kMaxNoteBytes = 500;

NumberOrder* PortIn(Context& context) {
  return context.platform.orders.book().Find(OrderKind::kPortIn, context.path[1]);
}

// Porting reports its errors in shapes of its own: <Errors> of an order that is not made,
// <Status> of one that is.
Response RefusePort(const DashboardProblem& problem) {
  return XmlResponse(
      problem.status,
      xml::Branch(kPort, {xml::Branch("Errors", {xml::Leaf("Code", std::to_string(problem.code)),
                                                 xml::Leaf("Description", problem.description)})}));
}

Response RefuseChange(const DashboardProblem& problem) {
  return XmlResponse(
      problem.status,
      xml::Branch(kPort, {xml::Branch("Status", {xml::Leaf("Code", std::to_string(problem.code)),
                                                 xml::Leaf("Description", problem.description)})}));
}

xml::Element StatusOf(int code, std::string_view description) {
  return xml::Branch(
      "Status", {xml::Leaf("Code", std::to_string(code)), xml::Leaf("Description", description)});
}

xml::Element PortView(const Context& context, const NumberOrder& order, xml::Element status) {
  xml::Element view = Echo(order, kPort,
                           {xml::Leaf("OrderId", order.id), std::move(status),
                            xml::Leaf("ProcessingStatus", order.status)});
  for (const OrderError& error : order.errors) {
    view.children.push_back(xml::Branch("Errors", {xml::Leaf("Code", std::to_string(error.code)),
                                                   xml::Leaf("Description", error.description)}));
  }
  view.children.push_back(xml::Leaf("AccountId", context.platform.account.id));
  view.children.push_back(xml::Leaf("OrderCreateDate", FormatIso8601(order.created_ms)));
  view.children.push_back(xml::Leaf("LastModifiedDate", FormatIso8601(order.modified_ms)));
  view.children.push_back(xml::Leaf("PortType", "AUTOMATED"));
  return view;
}

Response CheckPortability(Context& context) {
  constexpr std::string_view kRoot = "NumberPortabilityResponse";
  auto body = ReadXml(context, "NumberPortabilityRequest", kRoot);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto texts = TextsIn(std::get<xml::Element>(body), "Tn");
  if (texts.empty()) return Refuse({5001, "TnList is empty"}, kRoot);
  std::vector<std::string> portable;
  std::vector<std::string> stuck;
  for (const std::string& text : texts) {
    const std::string number = ToE164(text);
    if (number.empty()) return Refuse({1022, "A number is not in E.164 form"}, kRoot);
    (number.back() == PortDesk::kStuckDigit ? stuck : portable).push_back(number);
  }
  const Place& place = HomeOf(portable.empty() ? stuck.front() : portable.front());
  const auto area = [&](const std::vector<std::string>& numbers) {
    return xml::Branch(
        "RateCenterGroup",
        {xml::Leaf("RateCenter", place.rate_center), xml::Leaf("City", place.city),
         xml::Leaf("State", place.state), xml::Leaf("LATA", place.lata),
         xml::Branch("Tiers", {xml::Leaf("Tier", "0")}), TextList("TnList", "Tn", numbers)});
  };
  xml::Element supported = xml::Branch("SupportedRateCenters", {});
  xml::Element unsupported = xml::Branch("UnsupportedRateCenters", {});
  xml::Element carriers = xml::Branch("SupportedLosingCarriers", {});
  if (!portable.empty()) {
    supported.children.push_back(area(portable));
    carriers.children.push_back(xml::Branch(
        "LosingCarrierTnList", {xml::Leaf("LosingCarrierSPID", "9998"),
                                xml::Leaf("LosingCarrierName", "Sandbox Telephone"),
                                xml::Leaf("LosingCarrierIsWireless", "false"),
                                xml::Leaf("LosingCarrierAccountNumberRequired", "false"),
                                xml::Leaf("LosingCarrierMinimumPortingInterval", "5"),
                                TextList("TnList", "Tn", portable)}));
  }
  if (!stuck.empty()) unsupported.children.push_back(area(stuck));
  return XmlResponse(200,
                     xml::Branch(kRoot, {xml::Leaf("PortType", "AUTOMATED"), std::move(supported),
                                         std::move(unsupported), std::move(carriers)}));
}

xml::Element PortSummary(const Context& context, const NumberOrder& order) {
  xml::Element line = SummaryOf(order, "lnpPortInfoForGivenStatus", "OrderId", "port_in");
  line.children.insert(line.children.begin(), xml::Leaf("accountId", context.platform.account.id));
  line.children.back() = xml::Leaf("ProcessingStatus", order.status);
  const std::string billing = xml::ChildText(order.request, "BillingTelephoneNumber");
  if (!billing.empty()) line.children.push_back(xml::Leaf("BillingTelephoneNumber", billing));
  return line;
}

Response ListPortIns(Context& context) {
  constexpr std::string_view kRoot = "LNPResponseWrapper";
  // Without a page there is no such resource.
  if (!context.request.Query("page") || !context.request.Query("size")) {
    return Refuse({13055, "page and size must be given", 404}, kRoot);
  }
  const auto outcome = PageOf(context.request, kRoot, 1000);
  if (const auto* refusal = std::get_if<Response>(&outcome)) return *refusal;
  const Page page = std::get<Page>(outcome);
  const auto all =
      context.platform.orders.book().List(OrderKind::kPortIn, FilterOf(context.request));
  xml::Element root =
      xml::Branch(kRoot, {Count("TotalCount", all.size()), Links(context, page, all.size())});
  for (const NumberOrder* order : OnPage(all, page)) {
    root.children.push_back(PortSummary(context, *order));
  }
  return XmlResponse(200, root);
}

Response CreatePortIn(Context& context) {
  auto body = ReadXml(context, "LnpOrder", kPort);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.ports.Create(std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) return RefusePort(*problem);
  const NumberOrder& order = *std::get<NumberOrder*>(outcome);
  return CreatedAt(context, order.id,
                   PortView(context, order, StatusOf(201, "Order request received")));
}

Response CountPortIns(Context& context) {
  const auto all =
      context.platform.orders.book().List(OrderKind::kPortIn, FilterOf(context.request));
  return XmlResponse(200, xml::Branch("Quantity", {Count("Count", all.size())}));
}

Response ReadPortIn(Context& context) {
  const NumberOrder* order = PortIn(context);
  if (order == nullptr) return NoSuch("The order", kPort);
  return XmlResponse(200, PortView(context, *order, StatusOf(200, "OK")));
}

Response UpdatePortIn(Context& context) {
  NumberOrder* order = PortIn(context);
  if (order == nullptr) return NoSuch("The order", kPort);
  auto body = ReadXml(context, "LnpOrderSupp", kPort);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto problem = context.platform.ports.Supplement(*order, std::get<xml::Element>(body));
  if (problem) return RefuseChange(*problem);
  return XmlResponse(200, xml::Branch(kPort, {xml::Leaf("OrderId", order->id),
                                              StatusOf(200, "Supp request received"),
                                              xml::Leaf("ProcessingStatus", order->status)}));
}

Response DeletePortIn(Context& context) {
  NumberOrder* order = PortIn(context);
  if (order == nullptr) return NoSuch("The order", kPort);
  const auto problem = context.platform.ports.Cancel(*order);
  return problem ? RefuseChange(*problem) : Response{200, {}, ""};
}

Response ReadPortHistory(Context& context) {
  const NumberOrder* order = PortIn(context);
  return order == nullptr ? NoSuch("The order", "OrderHistoryWrapper") : HistoryOf(*order);
}

std::string NotesOf(const NumberOrder& order) { return "notes/" + order.id; }

Response ListNotes(Context& context) {
  const NumberOrder* order = PortIn(context);
  if (order == nullptr) return NoSuch("The order", "Notes");
  const auto records = context.platform.records.List(NotesOf(*order));
  if (records.empty()) return Response{204, {}, ""};
  xml::Element notes = xml::Branch("Notes", {});
  for (const Json* note : records) {
    notes.children.push_back(
        xml::Branch("Note", {xml::Leaf("Id", json::StringOr(*note, "id")),
                             xml::Leaf("UserId", json::StringOr(*note, "user")),
                             xml::Leaf("Description", json::StringOr(*note, "text")),
                             xml::Leaf("LastDateModifier", json::StringOr(*note, "time"))}));
  }
  return XmlResponse(200, notes);
}

Response CreateNote(Context& context) {
  const NumberOrder* order = PortIn(context);
  if (order == nullptr) return NoSuch("The order", "Notes");
  auto body = ReadXml(context, "Note", "Notes");
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto& note = std::get<xml::Element>(body);
  const std::string text = xml::ChildText(note, "Description");
  if (text.empty()) return Refuse({1003, "Description is required"}, "Notes");
  if (text.size() > kMaxNoteBytes) return Refuse({1011, "Description is too long"}, "Notes");
  RecordShelf& records = context.platform.records;
  const std::string id = std::to_string(87'001 + records.List(NotesOf(*order)).size());
  records.Add(NotesOf(*order), id,
              {{"id", id},
               {"user", xml::ChildText(note, "UserId")},
               {"text", text},
               {"time", FormatIso8601(context.platform.clock.NowMs())}});
  return CreatedAt(context, id);
}

Response ListPortNumbers(Context& context) {
  const NumberOrder* order = PortIn(context);
  if (order == nullptr) return NoSuch("The order", "TelephoneNumbers");
  xml::Element list = TextList("TelephoneNumbers", "TelephoneNumber", order->numbers);
  list.children.insert(list.children.begin(), Count("Count", order->numbers.size()));
  return XmlResponse(200, list);
}

Response ActivationView(const NumberOrder& order, const std::string& date) {
  const bool done = order.status == "COMPLETE";
  const std::string_view name =
      done ? "ActivatedTelephoneNumbersList" : "NotYetActivatedTelephoneNumbersList";
  return XmlResponse(
      200, xml::Branch("ActivationStatusResponse",
                       {xml::Branch("ActivationStatus",
                                    {xml::Leaf("AutoActivationDate", date),
                                     TextList(name, "TelephoneNumber", order.numbers)})}));
}

Response ReadActivation(Context& context) {
  const NumberOrder* order = PortIn(context);
  if (order == nullptr) return NoSuch("The order", "ActivationStatusResponse");
  const Json* date = context.platform.records.Find("activation", order->id);
  return ActivationView(*order, date == nullptr ? xml::ChildText(order->request, "RequestedFocDate")
                                                : date->get<std::string>());
}

Response UpdateActivation(Context& context) {
  constexpr std::string_view kRoot = "ActivationStatusResponse";
  const NumberOrder* order = PortIn(context);
  if (order == nullptr) return NoSuch("The order", kRoot);
  auto body = ReadXml(context, "ActivationStatus", kRoot);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const std::string date = xml::ChildText(std::get<xml::Element>(body), "AutoActivationDate");
  if (!date.empty() && !ParseIso8601(date).ok()) {
    return Refuse({1007, "AutoActivationDate is malformed"}, kRoot);
  }
  context.platform.records.Add("activation", order->id, date);
  return ActivationView(*order, date);
}

NumberOrder* TollFreeCheck(Context& context) {
  return context.platform.orders.book().Find(OrderKind::kTollFreeCheck, context.path[1]);
}

xml::Element CheckView(const Context& context, const NumberOrder& order) {
  xml::Element view =
      Echo(order, "TollFreePortingValidation",
           {xml::Leaf("OrderId", order.id), xml::Leaf("ProcessingStatus", order.status),
            xml::Leaf("AccountId", context.platform.account.id), xml::Leaf("CreatedByUser", kUser),
            xml::Leaf("OrderCreateDate", FormatIso8601(order.created_ms))});
  if (!order.done.empty()) {
    view.children.push_back(xml::Branch(
        "Breakdown",
        {xml::Branch(
            "PortableTollFreeNumberList",
            {xml::Branch(
                "RespOrgList",
                {xml::Branch("RespOrg",
                             {xml::Leaf("Id", "XYZ01"), xml::Leaf("RespOrgException", "false"),
                              TextList("TollFreeNumberList", "TollFreeNumber", order.done)})})})}));
  }
  if (!order.errors.empty()) view.children.push_back(ErrorList(order.errors));
  return view;
}

Response ListChecks(Context& context) {
  OrderFilter filter;
  if (const auto n = context.request.Query("tollFreeNumber")) filter.number = ToE164(*n);
  xml::Element root = xml::Branch("TollFreePortingValidationResponses", {});
  for (const NumberOrder* order :
       context.platform.orders.book().List(OrderKind::kTollFreeCheck, filter)) {
    root.children.push_back(xml::Branch(kCheck, {CheckView(context, *order)}));
  }
  return XmlResponse(200, root);
}

Response CreateCheck(Context& context) {
  auto body = ReadXml(context, "TollFreePortingValidation", kCheck);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto outcome = context.platform.ports.CheckTollFree(std::get<xml::Element>(body));
  if (const auto* problem = std::get_if<DashboardProblem>(&outcome)) {
    return Refuse(*problem, kCheck);
  }
  const NumberOrder& order = *std::get<NumberOrder*>(outcome);
  return CreatedAt(context, order.id, xml::Branch(kCheck, {CheckView(context, order)}));
}

Response ReadCheck(Context& context) {
  const NumberOrder* order = TollFreeCheck(context);
  if (order == nullptr) return NoSuch("The order", kCheck);
  return XmlResponse(200, xml::Branch(kCheck, {CheckView(context, *order)}));
}

Response CancelCheck(Context& context) {
  NumberOrder* order = TollFreeCheck(context);
  if (order == nullptr) return NoSuch("The order", kCheck);
  if (const auto problem = context.platform.ports.CancelCheck(*order)) {
    return Refuse(*problem, kCheck);
  }
  return ReadCheck(context);
}

// The one number that somebody takes to another carrier.
xml::Element PortOut(std::string_view name, std::string_view status_name) {
  return xml::Branch(name, {xml::Leaf("RequestedFocDate", "2026-03-09T12:00:00Z"),
                            xml::Leaf("OrderCreateDate", "2026-03-02T10:15:30.000Z"),
                            xml::Leaf("LastModifiedDate", "2026-03-02T10:15:30.000Z"),
                            xml::Leaf("userId", "System"), xml::Leaf(status_name, "NEW")});
}

Response ListPortOuts(Context& context) {
  constexpr std::string_view kRoot = "LNPResponseWrapper";
  const auto outcome = PageOf(context.request, kRoot, 1000);
  if (const auto* refusal = std::get_if<Response>(&outcome)) return *refusal;
  xml::Element line = PortOut("lnpPortInfoForGivenStatus", "ProcessingStatus");
  line.children.push_back(xml::Leaf("CountOfTNs", "1"));
  line.children.push_back(xml::Leaf("OrderId", kPortOutId));
  line.children.push_back(xml::Leaf("OrderType", "port_out"));
  return XmlResponse(200, xml::Branch(kRoot, {Count("TotalCount", 1), std::move(line)}));
}

Response ReadPortOut(Context& context) {
  if (context.path[1] != kPortOutId) return NoSuch("The order", kPort);
  xml::Element view = PortOut(kPort, "PortOutStatus");
  view.children.push_back(xml::Leaf("PON", "8a89dea8-0000-4000-8000-000000000001"));
  view.children.push_back(xml::Leaf("AccountId", context.platform.account.id));
  view.children.push_back(xml::Leaf("SPID", "512E"));
  return XmlResponse(200, view);
}

constexpr auto kXml = BodyKind::kXml;
constexpr auto kNone = BodyKind::kNone;
constexpr auto kApi = Api::kNumbers;

constexpr std::array<Route, 19> kRoutes = {{
    {"POST", "/api/v2/accounts/{accountId}/lnpchecker", kApi, kXml, CheckPortability},
    {"GET", "/api/v2/accounts/{accountId}/portins", kApi, kNone, ListPortIns},
    {"POST", "/api/v2/accounts/{accountId}/portins", kApi, kXml, CreatePortIn},
    {"GET", "/api/v2/accounts/{accountId}/portins/totals", kApi, kNone, CountPortIns},
    {"GET", "/api/v2/accounts/{accountId}/portins/{orderId}", kApi, kNone, ReadPortIn},
    {"PUT", "/api/v2/accounts/{accountId}/portins/{orderId}", kApi, kXml, UpdatePortIn},
    {"DELETE", "/api/v2/accounts/{accountId}/portins/{orderId}", kApi, kNone, DeletePortIn},
    {"GET", "/api/v2/accounts/{accountId}/portins/{orderId}/history", kApi, kNone, ReadPortHistory},
    {"GET", "/api/v2/accounts/{accountId}/portins/{orderId}/notes", kApi, kNone, ListNotes},
    {"POST", "/api/v2/accounts/{accountId}/portins/{orderId}/notes", kApi, kXml, CreateNote},
    {"GET", "/api/v2/accounts/{accountId}/portins/{orderId}/tns", kApi, kNone, ListPortNumbers},
    {"GET", "/api/v2/accounts/{accountId}/portins/{orderId}/activationStatus", kApi, kNone,
     ReadActivation},
    {"PUT", "/api/v2/accounts/{accountId}/portins/{orderId}/activationStatus", kApi, kXml,
     UpdateActivation},
    {"GET", "/api/v2/accounts/{accountId}/tollFreePortingValidations", kApi, kNone, ListChecks},
    {"POST", "/api/v2/accounts/{accountId}/tollFreePortingValidations", kApi, kXml, CreateCheck},
    {"GET", "/api/v2/accounts/{accountId}/tollFreePortingValidations/{orderId}", kApi, kNone,
     ReadCheck},
    {"PATCH", "/api/v2/accounts/{accountId}/tollFreePortingValidations/{orderId}", kApi, kXml,
     CancelCheck},
    {"GET", "/api/v2/accounts/{accountId}/portouts", kApi, kNone, ListPortOuts},
    {"GET", "/api/v2/accounts/{accountId}/portouts/{orderId}", kApi, kNone, ReadPortOut},
}};

}  // namespace

std::span<const Route> PortingRoutes() { return kRoutes; }

}  // namespace bw::sandbox
