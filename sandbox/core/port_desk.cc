#include "sandbox/core/port_desk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sandbox/core/e164.h"
#include "sandbox/core/order_desk.h"

namespace bw::sandbox {
namespace {

using Problem = std::optional<DashboardProblem>;

bool IsStuck(const std::string& number) { return number.back() == PortDesk::kStuckDigit; }

int WholeIn(const xml::Element& element, std::string_view name) {
  const std::string text = xml::ChildText(element, name);
  const bool whole = !text.empty() && text.size() <= 9 &&
                     text.find_first_not_of("0123456789") == std::string::npos;
  return whole ? std::stoi(text) : 0;
}

Problem CheckSubscriber(const xml::Element& request) {
  for (const std::string_view name : {"Subscriber", "LoaAuthorizingPerson"}) {
    if (xml::FindChild(request, name) == nullptr) {
      return DashboardProblem{1003, std::string(name) + " is required"};
    }
  }
  const xml::Element* type = xml::FindPath(request, "Subscriber/SubscriberType");
  const std::string kind = type == nullptr ? "" : xml::TextOf(*type);
  if (kind != "BUSINESS" && kind != "RESIDENTIAL") {
    return DashboardProblem{1008, "SubscriberType must be BUSINESS or RESIDENTIAL"};
  }
  return std::nullopt;
}

Problem CheckTollFreeNumbers(const std::vector<std::string>& numbers) {
  const auto toll_free = std::count_if(numbers.begin(), numbers.end(),
                                       [](const std::string& n) { return IsTollFree(n); });
  if (toll_free == 0) return std::nullopt;
  if (static_cast<std::size_t>(toll_free) != numbers.size()) {
    return DashboardProblem{7643, "Toll-free numbers are ported in orders of their own"};
  }
  if (std::any_of(numbers.begin(), numbers.end(), IsStuck)) {
    return DashboardProblem{7642, "A toll-free number cannot be ported"};
  }
  return std::nullopt;
}

}  // namespace

PortDesk::PortDesk(const SimulationSettings& settings, Account& account, SiteBook& sites,
                   OrderBook& book, const Clock& clock, Scheduler& scheduler, Random& random)
    : settings_(settings),
      account_(account),
      sites_(sites),
      book_(book),
      clock_(clock),
      scheduler_(scheduler),
      random_(random) {}

Problem PortDesk::ReadNumbers(const xml::Element& request, NumberOrder& order) const {
  order.numbers.clear();
  for (const std::string& text : TextsIn(request, "PhoneNumber")) {
    std::string number = ToE164(text);
    if (number.empty()) return DashboardProblem{1022, "A number is not in E.164 form"};
    order.numbers.push_back(std::move(number));
  }
  if (order.numbers.empty()) return DashboardProblem{1003, "ListOfPhoneNumbers is required"};
  if (order.numbers.size() > kMaxNumbers) {
    return DashboardProblem{7490, "The order has more than 1000 numbers"};
  }
  return CheckTollFreeNumbers(order.numbers);
}

Problem PortDesk::CheckBilling(const xml::Element& request, const NumberOrder& order) const {
  const std::string present = ToE164(xml::ChildText(request, "BillingTelephoneNumber"));
  const xml::Element* given = xml::FindChild(request, "NewBillingTelephoneNumber");
  if (given == nullptr) return std::nullopt;
  const std::string next = ToE164(xml::TextOf(*given));
  if (next.empty()) return DashboardProblem{7494, "NewBillingTelephoneNumber is invalid"};
  if (next == present) {
    return DashboardProblem{7497, "NewBillingTelephoneNumber equals BillingTelephoneNumber"};
  }
  if (std::find(order.numbers.begin(), order.numbers.end(), next) != order.numbers.end()) {
    return DashboardProblem{7496, "NewBillingTelephoneNumber is among the numbers to port"};
  }
  return std::nullopt;
}

Problem PortDesk::CheckDestination(const xml::Element& request, NumberOrder& order) const {
  if (xml::ChildText(request, "SiteId").empty()) {
    return DashboardProblem{5022, "SiteId is required"};
  }
  order.site_id = WholeIn(request, "SiteId");
  if (sites_.FindSite(order.site_id) == nullptr) {
    return DashboardProblem{5016, "The site does not exist"};
  }
  const SipPeer* standard = sites_.DefaultPeerOf(order.site_id);
  order.peer_id = WholeIn(request, "PeerId");
  if (order.peer_id == 0 && standard == nullptr) {
    return DashboardProblem{5020, "The site has no default SIP peer"};
  }
  if (order.peer_id == 0) order.peer_id = standard->id;
  if (sites_.FindPeer(order.site_id, order.peer_id) == nullptr) {
    return DashboardProblem{5023, "The SIP peer is not one of the site"};
  }
  return std::nullopt;
}

PortDesk::Outcome PortDesk::Create(const xml::Element& request) {
  NumberOrder order;
  order.kind = OrderKind::kPortIn;
  order.request = request;
  order.customer_order_id = xml::ChildText(request, "CustomerOrderId");
  if (!IsCustomerOrderId(order.customer_order_id)) {
    return DashboardProblem{7318, "CustomerOrderId holds other characters, or is too long"};
  }
  if (auto problem = CheckSubscriber(request)) return *std::move(problem);
  if (auto problem = ReadNumbers(request, order)) return *std::move(problem);
  if (auto problem = CheckBilling(request, order)) return *std::move(problem);
  if (auto problem = CheckDestination(request, order)) return *std::move(problem);
  order.id = NewUuid(random_);
  order.created_ms = clock_.NowMs();
  Enter(order, "PENDING_DOCUMENTS", "LOA required", order.created_ms);
  return &book_.Add(std::move(order));
}

Problem PortDesk::Supplement(NumberOrder& order, const xml::Element& request) {
  constexpr std::array<std::string_view, 2> kOver = {"COMPLETE", "CANCELLED"};
  if (std::find(kOver.begin(), kOver.end(), order.status) != kOver.end()) {
    return DashboardProblem{7648, "The order is " + order.status};
  }
  if (order.status == "SUBMITTED") {
    return DashboardProblem{7300, "The order waits for the losing carrier"};
  }
  NumberOrder changed = order;
  if (xml::FindChild(request, "ListOfPhoneNumbers") != nullptr) {
    if (auto problem = ReadNumbers(request, changed)) return problem;
    if (order.status == "FOC" && changed.numbers != order.numbers) {
      return DashboardProblem{7498, "The list of numbers can no longer be changed"};
    }
  }
  if (auto problem = CheckBilling(request, changed)) return problem;
  for (const xml::Element& child : request.children) {
    if (xml::Element* present = xml::FindChild(changed.request, child.name)) {
      *present = child;
    } else {
      changed.request.children.push_back(child);
    }
  }
  changed.errors.clear();
  order = std::move(changed);
  Enter(order, "REQUESTED_SUPP", "Supp request received", clock_.NowMs());
  Later(order, &PortDesk::OnDocument);
  return std::nullopt;
}

Problem PortDesk::Cancel(NumberOrder& order) {
  if (order.status == "COMPLETE" || order.status == "CANCELLED") {
    return DashboardProblem{7648, "The order is " + order.status};
  }
  Enter(order, "CANCELLED", "Order was cancelled", clock_.NowMs());
  return std::nullopt;
}

void PortDesk::Later(const NumberOrder& order, void (PortDesk::*step)(NumberOrder&)) {
  scheduler_.After(settings_.Scaled(kStepMs),
                   [this, kind = order.kind, id = order.id, status = order.status, step] {
                     NumberOrder* found = book_.Find(kind, id);
                     if (found != nullptr && found->status == status) (this->*step)(*found);
                   });
}

void PortDesk::OnDocument(NumberOrder& order) {
  if (order.status != "PENDING_DOCUMENTS" && order.status != "REQUESTED_SUPP") return;
  Enter(order, "SUBMITTED", "Order was sent to the losing carrier", clock_.NowMs());
  Later(order, &PortDesk::Answer);
}

void PortDesk::Answer(NumberOrder& order) {
  for (const std::string& number : order.numbers) {
    if (IsStuck(number)) {
      order.errors.push_back({7205, "The number is being processed already", number});
    }
  }
  if (!order.errors.empty()) {
    Enter(order, "EXCEPTION", "The losing carrier refused", clock_.NowMs());
    return;
  }
  Enter(order, "FOC", "The losing carrier agreed", clock_.NowMs());
  Later(order, &PortDesk::Complete);
}

void PortDesk::Complete(NumberOrder& order) {
  const SipPeer* peer = sites_.FindPeer(order.site_id, order.peer_id);
  for (const std::string& number : order.numbers) {
    if (account_.FindNumber(number) != nullptr) continue;
    PhoneNumber ported;
    ported.number = number;
    ported.order_id = order.id;
    ported.in_service_ms = clock_.NowMs();
    if (peer != nullptr) sites_.Place(ported, *peer);
    account_.numbers.push_back(std::move(ported));
  }
  order.done = order.numbers;
  Enter(order, "COMPLETE", "The numbers are in service", clock_.NowMs());
}

PortDesk::Outcome PortDesk::CheckTollFree(const xml::Element& request) {
  NumberOrder order;
  order.kind = OrderKind::kTollFreeCheck;
  order.request = request;
  order.customer_order_id = xml::ChildText(request, "CustomerOrderId");
  for (const std::string& text : TextsIn(request, "TollFreeNumber")) {
    const std::string number = ToE164(text);
    if (!IsTollFree(number)) return DashboardProblem{7644, "A number is not toll-free"};
    order.numbers.push_back(number);
  }
  if (order.numbers.empty()) return DashboardProblem{1003, "TollFreeNumberList is required"};
  if (order.numbers.size() > kMaxNumbers) {
    return DashboardProblem{7490, "The order has more than 1000 numbers"};
  }
  order.id = NewUuid(random_);
  order.created_ms = clock_.NowMs();
  Enter(order, "PROCESSING", "The numbers are being checked", order.created_ms);
  NumberOrder& kept = book_.Add(std::move(order));
  Later(kept, &PortDesk::FinishCheck);
  return &kept;
}

void PortDesk::FinishCheck(NumberOrder& order) {
  for (const std::string& number : order.numbers) {
    if (IsStuck(number)) {
      order.errors.push_back({7642, "The toll-free number cannot be ported", number});
    } else {
      order.done.push_back(number);
    }
  }
  Enter(order, "COMPLETE", "The numbers are checked", clock_.NowMs());
}

Problem PortDesk::CancelCheck(NumberOrder& order) {
  if (order.status != "PROCESSING") return DashboardProblem{7648, "The order is " + order.status};
  Enter(order, "CANCELLED", "The check was cancelled", clock_.NowMs());
  return std::nullopt;
}

}  // namespace bw::sandbox
