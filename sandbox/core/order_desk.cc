#include "sandbox/core/order_desk.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

#include "sandbox/core/e164.h"
#include "sandbox/core/number_market.h"

namespace bw::sandbox {
namespace {

using Problem = std::optional<DashboardProblem>;

constexpr std::size_t kMaxCustomerOrderId = 40;
constexpr std::size_t kMaxGivenUp = 10'000;

bool IsWhole(const std::string& text) {
  return !text.empty() && text.size() <= 9 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

// "AreaCode" is areaCode of a search.
SearchQuery SearchOf(const xml::Element& type) {
  SearchQuery query;
  for (const xml::Element& criterion : type.children) {
    if (criterion.is_text() || criterion.name.empty()) continue;
    std::string name = criterion.name;
    name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    if (name == "npaNxxX") name = "npaNxxx";
    query.emplace_back(std::move(name), xml::TextOf(criterion));
  }
  return query;
}

const xml::Element* OrderTypeOf(const xml::Element& order) {
  const auto found =
      std::find_if(order.children.begin(), order.children.end(), [](const xml::Element& child) {
        return child.name.ends_with("SearchAndOrderType") ||
               child.name == "ExistingTelephoneNumberOrderType";
      });
  return found == order.children.end() ? nullptr : &*found;
}

}  // namespace

bool IsCustomerOrderId(std::string_view text) {
  return text.size() <= kMaxCustomerOrderId &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == ' '; });
}

OrderDesk::OrderDesk(const SimulationSettings& settings, Account& account, SiteBook& sites,
                     const Clock& clock, Scheduler& scheduler, Random& random)
    : settings_(settings),
      account_(account),
      sites_(sites),
      clock_(clock),
      scheduler_(scheduler),
      random_(random) {}

NumberOrder OrderDesk::Begin(OrderKind kind, const xml::Element& request) const {
  NumberOrder order;
  order.kind = kind;
  order.request = request;
  order.customer_order_id = xml::ChildText(request, "CustomerOrderId");
  order.created_ms = clock_.NowMs();
  return order;
}

const NumberOrder* OrderDesk::Accept(NumberOrder order, Carry carry) {
  order.id = NewUuid(random_);
  Enter(order, "RECEIVED", "Order has been received", clock_.NowMs());
  const NumberOrder& kept = book_.Add(std::move(order));
  const auto later = [this, kind = kept.kind, id = kept.id](double after_ms, auto&& step) {
    scheduler_.After(settings_.Scaled(after_ms), [this, kind, id, step] {
      if (NumberOrder* found = book_.Find(kind, id)) step(*found);
    });
  };
  later(kProcessingAfterMs, [this](NumberOrder& found) {
    if (found.status == "RECEIVED") {
      Enter(found, "PROCESSING", "Order is being worked on", clock_.NowMs());
    }
  });
  later(kDoneAfterMs, [this, carry](NumberOrder& found) { (this->*carry)(found); });
  return &kept;
}

Problem OrderDesk::CheckDestination(NumberOrder& order, std::string_view peer_field) const {
  const std::string site_id = xml::ChildText(order.request, "SiteId");
  if (site_id.empty()) return DashboardProblem{5022, "SiteId is required"};
  if (!IsWhole(site_id)) return DashboardProblem{1014, "SiteId is not a number"};
  order.site_id = std::stoi(site_id);
  if (sites_.FindSite(order.site_id) == nullptr) {
    return DashboardProblem{5016, "The site does not exist"};
  }
  const std::string peer_id = xml::ChildText(order.request, peer_field);
  if (peer_id.empty()) {
    const SipPeer* peer = sites_.DefaultPeerOf(order.site_id);
    if (peer == nullptr) return DashboardProblem{5020, "The site has no default SIP peer"};
    order.peer_id = peer->id;
    return std::nullopt;
  }
  order.peer_id = IsWhole(peer_id) ? std::stoi(peer_id) : 0;
  if (sites_.FindPeer(order.site_id, order.peer_id) == nullptr) {
    return DashboardProblem{5023, "The SIP peer is not one of the site"};
  }
  return std::nullopt;
}

Problem OrderDesk::ReadNumbers(const xml::Element& list, NumberOrder& order) const {
  const std::vector<std::string> texts = TextsIn(list, "TelephoneNumber");
  if (texts.empty()) return DashboardProblem{5001, "The list of telephone numbers is empty"};
  if (texts.size() > kMaxNumbersPerOrder) {
    return DashboardProblem{5007, "The order has more than 5000 telephone numbers"};
  }
  std::vector<std::string> malformed;
  std::set<std::string> seen;
  for (const std::string& text : texts) {
    std::string number = ToE164(text);
    if (number.empty()) {
      malformed.push_back(text);
    } else if (!seen.insert(number).second) {
      return DashboardProblem{1009, "A telephone number is listed twice", 400, {number}};
    } else {
      order.numbers.push_back(std::move(number));
    }
  }
  if (malformed.size() == texts.size()) {
    return DashboardProblem{5008, "All telephone numbers are invalid", 400, malformed};
  }
  if (!malformed.empty()) {
    return DashboardProblem{1022, "A telephone number is not in E.164 form", 400, malformed};
  }
  return std::nullopt;
}

Problem OrderDesk::CheckReservations(const xml::Element& type) const {
  for (const std::string& id : TextsIn(type, "ReservationId")) {
    const auto found = std::find_if(reservations_.begin(), reservations_.end(),
                                    [&](const Reservation& r) { return r.id == id; });
    if (found == reservations_.end()) {
      return DashboardProblem{5040, "The reservation does not exist"};
    }
    if (SecondsLeft(*found) == 0) {
      return DashboardProblem{5041, "The reservation has run out"};
    }
  }
  return std::nullopt;
}

Problem OrderDesk::ReadSearch(const xml::Element& type, NumberOrder& order) const {
  const std::string quantity = xml::ChildText(type, "Quantity");
  if (quantity.empty()) return DashboardProblem{1003, "Quantity is required"};
  if (!IsWhole(quantity)) return DashboardProblem{1014, "Quantity is not a number"};
  order.quantity = static_cast<std::size_t>(std::stoi(quantity));
  if (order.quantity < 1 || order.quantity > kMaxNumbersPerOrder) {
    return DashboardProblem{5009, "Quantity must be from 1 to 5000"};
  }
  auto found = SearchNumbers(SearchOf(type), [this](std::string_view n) { return IsTaken(n); });
  if (auto* problem = std::get_if<DashboardProblem>(&found)) {
    return DashboardProblem{5002, problem->description};
  }
  order.numbers = std::get<std::vector<std::string>>(std::move(found));
  return std::nullopt;
}

OrderDesk::Outcome OrderDesk::OrderNumbers(const xml::Element& request) {
  NumberOrder order = Begin(OrderKind::kNumbers, request);
  if (!IsCustomerOrderId(order.customer_order_id)) {
    return DashboardProblem{7318, "CustomerOrderId holds other characters, or is too long"};
  }
  const xml::Element* type = OrderTypeOf(request);
  if (type == nullptr && xml::FindAnywhere(request, "TelephoneNumber") != nullptr) {
    // Bandwidth stumbles over a list without its type.
    return DashboardProblem{1000, "Internal error", 500};
  }
  if (auto problem = CheckDestination(order, "PeerId")) return *std::move(problem);
  if (type == nullptr) return DashboardProblem{5002, "The order has no type"};
  if (type->name == "ExistingTelephoneNumberOrderType") {
    if (auto problem = ReadNumbers(*type, order)) return *std::move(problem);
    if (auto problem = CheckReservations(*type)) return *std::move(problem);
  } else if (auto problem = ReadSearch(*type, order)) {
    return *std::move(problem);
  }
  return Accept(std::move(order), &OrderDesk::CarryOrder);
}

// Sold to somebody else, or never for sale.
bool OrderDesk::IsGone(const std::string& number) const {
  const bool held = account_.FindNumber(number) != nullptr;
  return held || PlaceOf(number) == nullptr || number.ends_with(kGoneEnding) ||
         std::find(given_up_.begin(), given_up_.end(), number) != given_up_.end();
}

void OrderDesk::Buy(const std::string& number, const NumberOrder& order) {
  const SipPeer* peer = sites_.FindPeer(order.site_id, order.peer_id);
  PhoneNumber bought;
  bought.number = number;
  bought.order_id = order.id;
  bought.in_service_ms = clock_.NowMs();
  if (peer != nullptr) sites_.Place(bought, *peer);
  account_.numbers.push_back(std::move(bought));
  std::erase_if(reservations_, [&](const Reservation& r) { return r.number == number; });
}

void OrderDesk::CarryOrder(NumberOrder& order) {
  for (const std::string& number : order.numbers) {
    if (IsGone(number)) {
      order.errors.push_back({5005, "The telephone number is unavailable for ordering", number});
    } else {
      Buy(number, order);
      order.done.push_back(number);
    }
  }
  const bool backorder = xml::ChildText(order.request, "BackOrderRequested") == "true";
  const std::size_t wanted = order.quantity == 0 ? order.numbers.size() : order.quantity;
  if (order.numbers.empty()) {
    order.errors.push_back({5018, "No telephone numbers are available", ""});
  } else if (order.numbers.size() < wanted) {
    order.errors.push_back({5017, "The order was filled in part", ""});
  }
  if (order.done.size() < wanted && backorder) {
    Enter(order, "BACKORDERED", "The rest is on back order", clock_.NowMs());
    return;
  }
  Finish(order);
}

void OrderDesk::Finish(NumberOrder& order) {
  const bool partial = !order.done.empty() && !order.errors.empty();
  const std::string_view status = order.errors.empty() ? "COMPLETE"
                                  : partial            ? "PARTIAL"
                                                       : "FAILED";
  Enter(order, status, "Order is finished", clock_.NowMs());
}

OrderDesk::Outcome OrderDesk::Disconnect(const xml::Element& request) {
  NumberOrder order = Begin(OrderKind::kDisconnect, request);
  if (!IsCustomerOrderId(order.customer_order_id)) {
    return DashboardProblem{7318, "CustomerOrderId holds other characters, or is too long"};
  }
  const xml::Element* type = xml::FindChild(request, "DisconnectTelephoneNumberOrderType");
  if (type == nullptr) return DashboardProblem{5001, "The list of telephone numbers is missing"};
  if (auto problem = ReadNumbers(*type, order)) return *std::move(problem);
  return Accept(std::move(order), &OrderDesk::CarryDisconnect);
}

void OrderDesk::CarryDisconnect(NumberOrder& order) {
  for (const std::string& number : order.numbers) {
    const auto removed =
        std::erase_if(account_.numbers, [&](const PhoneNumber& n) { return n.number == number; });
    if (removed == 0) {
      order.errors.push_back({5006, "The telephone number is not in service", number});
      continue;
    }
    order.done.push_back(number);
    if (given_up_.size() < kMaxGivenUp) given_up_.push_back(number);
  }
  Finish(order);
}

OrderDesk::Outcome OrderDesk::Move(const xml::Element& request) {
  NumberOrder order = Begin(OrderKind::kMove, request);
  if (auto problem = CheckDestination(order, "SipPeerId")) return *std::move(problem);
  if (auto problem = ReadNumbers(request, order)) return *std::move(problem);
  return Accept(std::move(order), &OrderDesk::CarryMove);
}

void OrderDesk::CarryMove(NumberOrder& order) {
  const SipPeer* peer = sites_.FindPeer(order.site_id, order.peer_id);
  for (const std::string& number : order.numbers) {
    PhoneNumber* held = account_.FindNumber(number);
    if (held == nullptr || peer == nullptr) {
      order.errors.push_back({5017, "The telephone number could not be moved", number});
      continue;
    }
    sites_.Place(*held, *peer);
    order.done.push_back(number);
  }
  Finish(order);
}

}  // namespace bw::sandbox
