// The part of OrderDesk that sets numbers up: options (campaigns), caller names, reservations.
#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <utility>

#include "sandbox/core/e164.h"
#include "sandbox/core/number_market.h"
#include "sandbox/core/order_desk.h"

namespace bw::sandbox {
namespace {

constexpr std::array<std::string_view, 4> kActions = {"asSpecified", "systemDefault", "unchanged",
                                                      "off"};
constexpr std::array<std::string_view, 2> kUseTypes = {"BUSINESS", "RESIDENTIAL"};
constexpr std::array<std::string_view, 2> kVisibilities = {"PUBLIC", "PRIVATE"};

bool IsOneOf(std::span<const std::string_view> allowed, std::string_view value) {
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

bool IsCallerName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view(" .,&'-").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// The group of an order that a number stands in.
const xml::Element* GroupOf(const xml::Element& request, std::string_view group_name,
                            const std::string& number) {
  for (const xml::Element& groups : request.children) {
    for (const xml::Element* group : xml::FindChildren(groups, group_name)) {
      for (const std::string& text : TextsIn(*group, "TelephoneNumber")) {
        if (ToE164(text) == number) return group;
      }
    }
  }
  return nullptr;
}

// bandwidth.md §6.5, 5130-5139 and 12220: what a location and a campaign must be.
std::optional<OrderError> CheckCampaign(const std::string& campaign_id, const SipPeer* peer,
                                        const std::string& number) {
  if (campaign_id.starts_with(kRejectedCampaignPrefix)) {
    return OrderError{12220, "The campaign was rejected by the second DCA", number};
  }
  if (peer == nullptr || !peer->features.contains(PeerFeature::kSms)) {
    return OrderError{5132, "SMS is not enabled for the telephone number", number};
  }
  const std::string a2p = [&] {
    const xml::Element* setting = xml::FindPath(peer->features.at(PeerFeature::kSms),
                                                "SipPeerSmsFeatureSettings/A2pLongCode");
    return setting == nullptr ? std::string() : xml::TextOf(*setting);
  }();
  if (a2p == "Off") {
    return OrderError{5133, "The location's A2P long code setting forbids it", number};
  }
  return std::nullopt;
}

}  // namespace

OrderDesk::Outcome OrderDesk::SetOptions(const xml::Element& request) {
  NumberOrder order = Begin(OrderKind::kTnOption, request);
  if (!IsCustomerOrderId(order.customer_order_id)) {
    return DashboardProblem{7318, "CustomerOrderId holds other characters, or is too long"};
  }
  const xml::Element* groups = xml::FindChild(request, "TnOptionGroups");
  if (groups == nullptr) return DashboardProblem{1003, "TnOptionGroups is required"};
  for (const std::string& text : TextsIn(*groups, "TelephoneNumber")) {
    // Here, unlike elsewhere, ten digits do not do.
    if (text.empty() || text[0] != '+' || ToE164(text).empty()) {
      return DashboardProblem{1022, "A telephone number is not in E.164 form", 400, {text}};
    }
  }
  for (const std::string& action : TextsIn(*groups, "Action")) {
    if (!IsOneOf(kActions, action)) {
      return DashboardProblem{5134, "Action has a value that is not allowed"};
    }
  }
  if (auto problem = ReadNumbers(*groups, order)) return *std::move(problem);
  return Accept(std::move(order), &OrderDesk::CarryOptions);
}

void OrderDesk::CarryOptions(NumberOrder& order) {
  for (const std::string& number : order.numbers) {
    PhoneNumber* held = account_.FindNumber(number);
    if (held == nullptr) {
      order.errors.push_back({12512, "The telephone number is invalid", number});
      continue;
    }
    const xml::Element* group = GroupOf(order.request, "TnOptionGroup", number);
    const xml::Element* campaign =
        group == nullptr ? nullptr : xml::FindChild(*group, "A2pSettings");
    if (campaign != nullptr) {
      const std::string id = xml::ChildText(*campaign, "CampaignId");
      if (auto error = CheckCampaign(id, sites_.FindPeer(held->site_id, held->peer_id), number)) {
        order.errors.push_back(*std::move(error));
        continue;
      }
      const bool off = xml::ChildText(*campaign, "Action") != "asSpecified";
      held->campaign_id = off ? "" : id;
      held->message_class = xml::ChildText(*campaign, "MessageClass");
    }
    order.done.push_back(number);
  }
  Finish(order);
}

OrderDesk::Outcome OrderDesk::SetCallerName(const xml::Element& request) {
  NumberOrder order = Begin(OrderKind::kCallerName, request);
  const xml::Element* groups = xml::FindChild(request, "LidbTnGroups");
  if (groups == nullptr) return DashboardProblem{1003, "LidbTnGroups is required"};
  for (const xml::Element* group : xml::FindChildren(*groups, "LidbTnGroup")) {
    const std::string name = xml::ChildText(*group, "SubscriberInformation");
    if (name.empty()) return DashboardProblem{1003, "SubscriberInformation is required"};
    if (name.size() > kMaxCallerNameBytes) {
      return DashboardProblem{1011, "SubscriberInformation has more than 15 characters"};
    }
    if (!IsCallerName(name)) {
      return DashboardProblem{1013, "SubscriberInformation holds other characters"};
    }
    if (!IsOneOf(kUseTypes, xml::ChildText(*group, "UseType"))) {
      return DashboardProblem{1008, "UseType must be BUSINESS or RESIDENTIAL"};
    }
    if (!IsOneOf(kVisibilities, xml::ChildText(*group, "Visibility"))) {
      return DashboardProblem{1008, "Visibility must be PUBLIC or PRIVATE"};
    }
  }
  if (auto problem = ReadNumbers(*groups, order)) return *std::move(problem);
  const auto open = book_.List(OrderKind::kCallerName, {});
  for (const std::string& number : order.numbers) {
    const bool running = std::any_of(open.begin(), open.end(), [&](const NumberOrder* other) {
      const bool at_work = other->status == "RECEIVED" || other->status == "PROCESSING";
      return at_work && std::find(other->numbers.begin(), other->numbers.end(), number) !=
                            other->numbers.end();
    });
    const PhoneNumber* held = account_.FindNumber(number);
    if (running || (held != nullptr && !held->caller_name.empty())) {
      order.errors.push_back(
          {11020, "The number has caller name data, or an order is running", number});
    }
  }
  return Accept(std::move(order), &OrderDesk::CarryCallerName);
}

void OrderDesk::CarryCallerName(NumberOrder& order) {
  for (const std::string& number : order.numbers) {
    const bool refused = std::any_of(order.errors.begin(), order.errors.end(),
                                     [&](const OrderError& e) { return e.number == number; });
    if (refused) continue;
    PhoneNumber* held = account_.FindNumber(number);
    const xml::Element* group = GroupOf(order.request, "LidbTnGroup", number);
    if (held == nullptr || group == nullptr) {
      order.errors.push_back({12512, "The telephone number is invalid", number});
      continue;
    }
    held->caller_name = xml::ChildText(*group, "SubscriberInformation");
    held->caller_name_use = xml::ChildText(*group, "UseType");
    held->caller_name_visibility = xml::ChildText(*group, "Visibility");
    order.done.push_back(number);
  }
  Finish(order);
}

std::variant<Reservation, DashboardProblem> OrderDesk::Reserve(const xml::Element& request) {
  const std::string number = ToE164(xml::ChildText(request, "ReservedTn"));
  if (number.empty()) return DashboardProblem{1022, "ReservedTn is not in E.164 form"};
  std::erase_if(reservations_, [this](const Reservation& r) { return SecondsLeft(r) == 0; });
  if (IsTaken(number) || IsGone(number)) {
    return DashboardProblem{5041, "The telephone number is not available for reservation"};
  }
  if (reservations_.size() >= kMaxReservations) {
    return DashboardProblem{5007, "The account has too many reservations"};
  }
  reservations_.push_back({NewUuid(random_), number, clock_.NowMs()});
  return reservations_.back();
}

std::variant<Reservation, DashboardProblem> OrderDesk::FindReservation(std::string_view id) const {
  const auto found = std::find_if(reservations_.begin(), reservations_.end(),
                                  [id](const Reservation& r) { return r.id == id; });
  if (found == reservations_.end()) {
    return DashboardProblem{5040, "The reservation does not exist", 404};
  }
  return *found;
}

std::variant<Reservation, DashboardProblem> OrderDesk::Release(std::string_view id) {
  auto found = FindReservation(id);
  std::erase_if(reservations_, [id](const Reservation& r) { return r.id == id; });
  return found;
}

std::int64_t OrderDesk::SecondsLeft(const Reservation& reservation) const {
  const std::int64_t left_ms = reservation.made_ms + Reservation::kLifetimeMs - clock_.NowMs();
  return std::max<std::int64_t>(0, left_ms / 1000);
}

bool OrderDesk::IsTaken(std::string_view number) const {
  const bool reserved =
      std::any_of(reservations_.begin(), reservations_.end(),
                  [&](const Reservation& r) { return r.number == number && SecondsLeft(r) > 0; });
  return reserved || account_.FindNumber(number) != nullptr ||
         std::find(given_up_.begin(), given_up_.end(), number) != given_up_.end();
}

}  // namespace bw::sandbox
