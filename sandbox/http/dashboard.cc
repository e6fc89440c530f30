#include "sandbox/http/dashboard.h"

#include <utility>

#include "sandbox/http/errors.h"
#include "sandbox/http/paging.h"

namespace bw::sandbox {
namespace {

using http::Response;

constexpr std::int64_t kMaxPage = 1'000'000;
constexpr std::size_t kMaxBodyBytes = 256u << 10;

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

}  // namespace

Response CreatedAt(const Context& context, std::string_view id) {
  Response response{201, {}, ""};
  response.headers.Add("Location", context.platform.settings.api_base_url + context.request.path +
                                       "/" + std::string(id));
  return response;
}

Response CreatedAt(const Context& context, std::string_view id, const xml::Element& root) {
  Response response = XmlResponse(201, root);
  response.headers.Add("Location", context.platform.settings.api_base_url + context.request.path +
                                       "/" + std::string(id));
  return response;
}

Response Refuse(const DashboardProblem& problem, std::string_view root) {
  return DashboardError(problem.status, root, problem.code, problem.description);
}

Response NoSuch(std::string_view what, std::string_view root) {
  return DashboardError(404, root, 1016, std::string(what) + " does not exist");
}

std::variant<xml::Element, Response> ReadXml(const Context& context, std::string_view expected,
                                             std::string_view root) {
  auto body = xml::Parse(context.request.body, {.max_bytes = kMaxBodyBytes});
  if (!body.ok()) return DashboardError(400, root, 1019, Message(body.status()));
  if (body->name != expected) {
    return DashboardError(400, root, 1019, "The root element must be " + std::string(expected));
  }
  return *std::move(body);
}

std::variant<Page, Response> PageOf(const http::Request& request, std::string_view root,
                                    std::int64_t max_size) {
  const auto page = request.Query("page");
  const auto size = request.Query("size");
  if (!page && !size) return Page{1, max_size};
  if (!page || !size) {
    return DashboardError(400, root, 13055, "page and size must be given together");
  }
  const auto page_number = ParseInRange(*page, 0, kMaxPage);
  const auto page_size = ParseInRange(*size, 0, kMaxPage);
  if (!page_number || !page_size) {
    return DashboardError(400, root, 13056, "page and size must be numbers");
  }
  if (*page_number < 1) return DashboardError(400, root, 13057, "page must be at least 1");
  if (*page_size < 1) return DashboardError(400, root, 13058, "size must be at least 1");
  if (*page_size > max_size) {
    return DashboardError(400, root, 1006, "size must be at most " + std::to_string(max_size));
  }
  return Page{*page_number, *page_size};
}

xml::Element Links(const Context& context, const Page& page, std::size_t total) {
  const auto link = [&](std::int64_t number, std::string_view relation) {
    return xml::Leaf(relation, "Link=<" + PageUrl(context, page, number) + ">;rel=\"" +
                                   std::string(relation) + "\";");
  };
  xml::Element links = xml::Branch("Links", {link(1, "first")});
  if (page.page * page.size < static_cast<std::int64_t>(total)) {
    links.children.push_back(link(page.page + 1, "next"));
  }
  return links;
}

int IdIn(std::string_view segment) {
  return static_cast<int>(ParseInRange(segment, 1, 999'999'999).value_or(0));
}

xml::Element TextList(std::string_view name, std::string_view entry,
                      const std::vector<std::string>& texts) {
  xml::Element list = xml::Branch(name, {});
  for (const std::string& text : texts) list.children.push_back(xml::Leaf(entry, text));
  return list;
}

xml::Element Count(std::string_view name, std::size_t n) {
  return xml::Leaf(name, std::to_string(n));
}

}  // namespace bw::sandbox
