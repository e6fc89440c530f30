// Subscriptions to notices about orders. The sandbox keeps them and sends no notices.
#include <array>
#include <utility>

#include "sandbox/core/url.h"
#include "sandbox/http/dashboard.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kRoot = "SubscriptionsResponse";
constexpr std::string_view kShelf = "subscriptions";

// Passwords are never shown.
void DropPasswords(xml::Element& element) {
  std::erase_if(element.children, [](const xml::Element& c) { return c.name == "Password"; });
  for (xml::Element& child : element.children) DropPasswords(child);
}

xml::Element View(const Json& record) {
  auto subscription = xml::Parse(json::StringOr(record, "request"));
  xml::Element view =
      xml::Branch("Subscription", {xml::Leaf("SubscriptionId", json::StringOr(record, "id"))});
  if (!subscription.ok()) return view;
  DropPasswords(*subscription);
  view.children.insert(view.children.end(), subscription->children.begin(),
                       subscription->children.end());
  return view;
}

Response Show(const std::vector<const Json*>& records) {
  xml::Element list = xml::Branch("Subscriptions", {});
  for (const Json* record : records) list.children.push_back(View(*record));
  return XmlResponse(200, xml::Branch(kRoot, {std::move(list)}));
}

std::optional<DashboardProblem> Check(const xml::Element& subscription) {
  if (xml::ChildText(subscription, "OrderType").empty()) {
    return DashboardProblem{1003, "OrderType is required"};
  }
  const xml::Element* url = xml::FindPath(subscription, "CallbackSubscription/URL");
  const bool email = xml::FindChild(subscription, "EmailSubscription") != nullptr;
  if (url == nullptr && !email) return DashboardProblem{1003, "CallbackSubscription is required"};
  if (url != nullptr && !CheckWebhookUrl(xml::TextOf(*url)).ok()) {
    return DashboardProblem{12974, "URL is not a valid URL"};
  }
  return std::nullopt;
}

// Stores the body as subscription `id`; the refusal otherwise.
std::optional<Response> Keep(Context& context, const std::string& id) {
  auto body = ReadXml(context, "Subscription", kRoot);
  if (auto* refusal = std::get_if<Response>(&body)) return std::move(*refusal);
  const auto& subscription = std::get<xml::Element>(body);
  if (const auto problem = Check(subscription)) return Refuse(*problem, kRoot);
  context.platform.records.Add(
      kShelf, id, {{"id", id}, {"request", xml::Write(subscription, {.declaration = false})}});
  return std::nullopt;
}

Response List(Context& context) { return Show(context.platform.records.List(kShelf)); }

Response Create(Context& context) {
  const std::string id = NewUuid(context.platform.random);
  if (auto refusal = Keep(context, id)) return *std::move(refusal);
  return CreatedAt(context, id);
}

Response Read(Context& context) {
  const Json* record = context.platform.records.Find(kShelf, context.path[1]);
  return record == nullptr ? NoSuch("The subscription", kRoot) : Show({record});
}

Response Update(Context& context) {
  if (context.platform.records.Find(kShelf, context.path[1]) == nullptr) {
    return NoSuch("The subscription", kRoot);
  }
  if (auto refusal = Keep(context, context.path[1])) return *std::move(refusal);
  return Response{200, {}, ""};
}

Response Delete(Context& context) {
  const bool removed = context.platform.records.Remove(kShelf, context.path[1]);
  return removed ? Response{200, {}, ""} : NoSuch("The subscription", kRoot);
}

constexpr std::string_view kMany = "/api/v2/accounts/{accountId}/subscriptions";
constexpr std::string_view kOne = "/api/v2/accounts/{accountId}/subscriptions/{id}";

constexpr std::array<Route, 5> kRoutes = {{
    {"GET", kMany, Api::kNumbers, BodyKind::kNone, List},
    {"POST", kMany, Api::kNumbers, BodyKind::kXml, Create},
    {"GET", kOne, Api::kNumbers, BodyKind::kNone, Read},
    {"PUT", kOne, Api::kNumbers, BodyKind::kXml, Update},
    {"DELETE", kOne, Api::kNumbers, BodyKind::kNone, Delete},
}};

}  // namespace

std::span<const Route> SubscriptionRoutes() { return kRoutes; }

}  // namespace bw::sandbox
