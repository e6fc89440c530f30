// The dashboard's XML API: phone numbers.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "common/xml/xml.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/paging.h"
#include "sandbox/http/routes.h"
#include "sandbox/http/xml_response.h"

namespace bw::sandbox {
namespace {

using http::Response;

constexpr std::int64_t kMaxPageSize = 2500;
constexpr std::int64_t kMaxPage = 1'000'000;

struct Page {
  std::int64_t page = 1;
  std::int64_t size = kMaxPageSize;
};

// The requested page, or the error to answer with.
std::variant<Page, Response> PageOf(const http::Request& request, std::string_view root) {
  const auto page = request.Query("page");
  const auto size = request.Query("size");
  if (!page && !size) return Page{};
  if (!page || !size) {
    return DashboardError(400, root, 13055, "page and size must be given together");
  }
  const auto page_number = ParseInRange(*page, 1, kMaxPage);
  const auto page_size = ParseInRange(*size, 1, kMaxPage);
  if (!page_number || !page_size) {
    return DashboardError(400, root, 13056, "page and size must be numbers of at least 1");
  }
  if (*page_size > kMaxPageSize) {
    return DashboardError(400, root, 1006, "size must be at most " + std::to_string(kMaxPageSize));
  }
  return Page{*page_number, *page_size};
}

std::vector<std::string> NumbersOn(const Account& account, const Page& page) {
  std::vector<std::string> numbers;
  const std::int64_t first = (page.page - 1) * page.size;
  for (std::int64_t i = first;
       i < std::min(first + page.size, static_cast<std::int64_t>(account.numbers.size())); ++i) {
    numbers.push_back(account.numbers[static_cast<std::size_t>(i)].number);
  }
  return numbers;
}

// The request's URL with another page; the rest of the query stays, so that the link can be
// followed.
std::string PageUrl(const Context& context, const Page& page, std::int64_t number) {
  std::string url = context.platform.settings.api_base_url + context.request.path + "?";
  for (const auto& [name, value] : context.request.query) {
    if (name == "page" || name == "size") continue;
    url += http::PercentEncode(name) + "=" + http::PercentEncode(value) + "&";
  }
  return url + "page=" + std::to_string(number) + "&size=" + std::to_string(page.size);
}

// <Links><first>Link=<url>;rel="first";</first>…</Links>
xml::Element Links(const Context& context, const Page& page) {
  const auto link = [&](std::int64_t number, std::string_view relation) {
    return xml::Leaf(relation, "Link=<" + PageUrl(context, page, number) + ">;rel=\"" +
                                   std::string(relation) + "\";");
  };
  xml::Element links = xml::Branch("Links", {link(1, "first")});
  const auto total = static_cast<std::int64_t>(context.platform.account.numbers.size());
  if (page.page * page.size < total) links.children.push_back(link(page.page + 1, "next"));
  return links;
}

Response ListInServiceNumbers(Context& context) {
  const auto outcome = PageOf(context.request, "TNs");
  if (const auto* refusal = std::get_if<Response>(&outcome)) return *refusal;
  const Page page = std::get<Page>(outcome);
  const Account& account = context.platform.account;
  if (account.numbers.empty()) return Response{204, {}, ""};
  const std::vector<std::string> numbers = NumbersOn(account, page);
  xml::Element list =
      xml::Branch("TelephoneNumbers", {xml::Leaf("Count", std::to_string(numbers.size()))});
  for (const std::string& number : numbers) {
    list.children.push_back(xml::Leaf("TelephoneNumber", number));
  }
  return XmlResponse(
      200, xml::Branch("TNs", {xml::Leaf("TotalCount", std::to_string(account.numbers.size())),
                               Links(context, page), std::move(list)}));
}

Response ListNumbers(Context& context) {
  constexpr std::string_view kRoot = "TelephoneNumbersResponse";
  const auto outcome = PageOf(context.request, kRoot);
  if (const auto* refusal = std::get_if<Response>(&outcome)) return *refusal;
  const Page page = std::get<Page>(outcome);
  const Account& account = context.platform.account;
  // All of the account's numbers are in service; other states have none.
  const std::string_view states = context.request.Query("status").value_or("Inservice");
  const bool in_service = states.find("Inservice") != std::string_view::npos;
  xml::Element list = xml::Branch("TelephoneNumbers", {});
  for (const std::string& number :
       in_service ? NumbersOn(account, page) : std::vector<std::string>()) {
    list.children.push_back(xml::Branch(
        "TelephoneNumber",
        {xml::Leaf("City", "RALEIGH"), xml::Leaf("Lata", "426"), xml::Leaf("State", "NC"),
         xml::Leaf("FullNumber", number), xml::Leaf("Tier", "0"), xml::Leaf("VendorId", "49"),
         xml::Leaf("Status", "Inservice"), xml::Leaf("AccountId", account.id)}));
  }
  const std::size_t total = in_service ? account.numbers.size() : 0;
  return XmlResponse(200,
                     xml::Branch(kRoot, {xml::Leaf("TelephoneNumberCount", std::to_string(total)),
                                         Links(context, page), std::move(list)}));
}

constexpr std::array<Route, 2> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}/inserviceNumbers", Api::kNumbers, BodyKind::kNone,
     ListInServiceNumbers},
    {"GET", "/api/v2/tns", Api::kNumbers, BodyKind::kNone, ListNumbers},
}};

}  // namespace

std::span<const Route> NumbersRoutes() { return kRoutes; }

}  // namespace bw::sandbox
