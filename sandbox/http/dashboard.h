// What the families of the dashboard's XML API have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/http/message.h"
#include "common/xml/xml.h"
#include "sandbox/core/dashboard_problem.h"
#include "sandbox/http/routes.h"
#include "sandbox/http/xml_response.h"

namespace bw::sandbox {

/// 201 without a body; the id is the last part of Location.
http::Response CreatedAt(const Context& context, std::string_view id);
/// 201 with a body and Location.
http::Response CreatedAt(const Context& context, std::string_view id, const xml::Element& root);
/// <root><ResponseStatus>…
http::Response Refuse(const DashboardProblem& problem, std::string_view root);
/// "400, 1016: <what> does not exist", as a 404.
http::Response NoSuch(std::string_view what, std::string_view root);

/// The body's root element, or the refusal of a body that is not <expected>…</expected>.
std::variant<xml::Element, http::Response> ReadXml(const Context& context,
                                                   std::string_view expected,
                                                   std::string_view root);

struct Page {
  std::int64_t page = 1;
  std::int64_t size = 2500;
};

/// The page that the query asks for, or the refusal to answer with. `max_size` is the list's.
std::variant<Page, http::Response> PageOf(const http::Request& request, std::string_view root,
                                          std::int64_t max_size = 2500);

/// <Links><first>Link=<url>;rel="first";</first>…</Links>
xml::Element Links(const Context& context, const Page& page, std::size_t total);

/// The entries of `all` that are on the page.
template <typename T>
std::vector<T> OnPage(const std::vector<T>& all, const Page& page) {
  const auto first = static_cast<std::size_t>((page.page - 1) * page.size);
  std::vector<T> entries;
  for (std::size_t i = first; i < all.size() && i < first + static_cast<std::size_t>(page.size);
       ++i) {
    entries.push_back(all[i]);
  }
  return entries;
}

/// A path's id; 0 for what is no number.
int IdIn(std::string_view segment);

/// <Name><Entry>a</Entry><Entry>b</Entry></Name>
xml::Element TextList(std::string_view name, std::string_view entry,
                      const std::vector<std::string>& texts);
/// <name>n</name>
xml::Element Count(std::string_view name, std::size_t n);

}  // namespace bw::sandbox
