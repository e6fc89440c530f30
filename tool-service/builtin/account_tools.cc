// listApplications and listPhoneNumbers: what the account has to call and text with.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/builtin/dashboard.h"
#include "tool-service/builtin/local_tool.h"

namespace bw::tool_service {
namespace {

using json::Json;
using BackendsPtr = std::shared_ptr<const Backends>;

constexpr int kDefaultPageSize = 100;
// Source: Bandwidth's numbers API, error 1006 beyond it.
constexpr int kMaxPageSize = 2500;
// What the text names; the structured result has all.
constexpr std::size_t kMaxLines = 50;

ToolDefinition ApplicationsDefinition() {
  ToolDefinition definition;
  definition.name = "listApplications";
  definition.title = "List voice and messaging applications";
  definition.description =
      "Lists the account's applications with their ids and the URLs they report to. createCall "
      "needs a "
      "voice application, createMessage a messaging application. points_here tells whether calls "
      "and "
      "texts that come in reach this server.";
  definition.input_schema = {{"type", "object"},
                             {"additionalProperties", false},
                             {"properties",
                              {{"accountId", AccountIdSchema()},
                               {"type",
                                {{"type", "string"},
                                 {"enum", {"voice", "messaging"}},
                                 {"description", "Only applications of this kind"}}}}}};
  definition.annotations = {true, false, true, true};
  return definition;
}

std::string KindOf(const std::string& service_type) {
  if (service_type.starts_with("Voice")) return "voice";
  return service_type.starts_with("Messaging") ? "messaging" : service_type;
}

struct UrlField {
  std::string_view element;
  const char* name;
};
constexpr std::array kUrlFields = {
    UrlField{"CallInitiatedCallbackUrl", "incoming_url"},
    UrlField{"InboundCallbackUrl", "incoming_url"},
    UrlField{"CallStatusCallbackUrl", "status_url"},
    UrlField{"OutboundCallbackUrl", "status_url"},
};

Json DescribeApplication(const xml::Element& application, const ServerFacts& facts) {
  const std::string id = xml::ChildText(application, "ApplicationId");
  Json described = {{"applicationId", id},
                    {"name", xml::ChildText(application, "AppName")},
                    {"type", KindOf(xml::ChildText(application, "ServiceType"))}};
  for (const UrlField& field : kUrlFields) {
    const std::string url = xml::ChildText(application, field.element);
    if (!url.empty()) described[field.name] = url;
  }
  const std::string incoming = json::StringOr(described, "incoming_url");
  described["points_here"] = !incoming.empty() && facts.callbacks.IsOurs(incoming);
  described["configured"] =
      !id.empty() && (id == facts.voice_application_id || id == facts.messaging_application_id);
  return described;
}

ToolResult ApplicationsResult(const xml::Element& root, std::string_view wanted,
                              const ServerFacts& facts) {
  Json applications = Json::array();
  std::string text;
  if (const xml::Element* list = xml::FindAnywhere(root, "ApplicationList")) {
    for (const xml::Element* application : xml::FindChildren(*list, "Application")) {
      Json described = DescribeApplication(*application, facts);
      if (!wanted.empty() && described["type"] != wanted) continue;
      text += described["type"].get<std::string>() + " " +
              described["applicationId"].get<std::string>() + " " +
              described["name"].get<std::string>() +
              (described["points_here"] == true ? " (reports to this server)" : "") + "\n";
      applications.push_back(std::move(described));
    }
  }
  if (applications.empty()) text = "The account has no such application.";
  return Answer(std::move(text), {{"applications", std::move(applications)}});
}

void ListApplications(const Backends& backends, const Json& arguments, const CallContext& context,
                      Tool::Done done) {
  const std::string path =
      "/accounts/" + EncodeComponent(json::StringOr(arguments, "accountId")) + "/applications";
  ReadDashboard(backends.http, path, context,
                [facts = backends.facts, wanted = json::StringOr(arguments, "type"),
                 done = std::move(done)](StatusOr<DashboardAnswer> answer) {
                  if (const Status problem = ProblemOf(answer); !problem.ok()) {
                    return done(ErrorResult(std::string(Message(problem))));
                  }
                  done(ApplicationsResult(answer->root, wanted, facts));
                });
}

ToolDefinition NumbersDefinition() {
  ToolDefinition definition;
  definition.name = "listPhoneNumbers";
  definition.title = "List the account's phone numbers";
  definition.description =
      "Lists the numbers in service on the account, in E.164 form; use one as `from`. A large "
      "account "
      "has many: go on with the page that next_page gives.";
  definition.input_schema = {
      {"type", "object"},
      {"additionalProperties", false},
      {"properties",
       {{"accountId", AccountIdSchema()},
        {"page",
         {{"type", "string"},
          {"minLength", 1},
          {"maxLength", 256},
          {"description", "next_page of the last answer; the first page when left out"}}},
        {"size",
         {{"type", "integer"},
          {"minimum", 1},
          {"maximum", kMaxPageSize},
          {"default", kDefaultPageSize},
          {"description", "Numbers per page"}}}}}};
  definition.annotations = {true, false, true, true};
  return definition;
}

// The API gives ten digits on some routes and E.164 on others.
std::string ToE164(const std::string& number) {
  std::string digits;
  std::copy_if(number.begin(), number.end(), std::back_inserter(digits),
               [](unsigned char c) { return std::isdigit(c) != 0; });
  if (number.starts_with('+')) return "+" + digits;
  if (digits.size() == 10) return "+1" + digits;
  return "+" + digits;
}

Json DescribeNumber(const xml::Element& number) {
  // The fallback list has bare text, the full list an element per field.
  const std::string full = xml::ChildText(number, "FullNumber");
  Json described = {{"number", ToE164(full.empty() ? xml::TextOf(number) : full)}};
  constexpr std::array<std::pair<std::string_view, const char*>, 3> kFields = {
      {{"City", "city"}, {"State", "state"}, {"Status", "status"}}};
  for (const auto& [element, name] : kFields) {
    const std::string text = xml::ChildText(number, element);
    if (!text.empty()) described[name] = text;
  }
  return described;
}

ToolResult NumbersResult(const xml::Element& root) {
  Json numbers = Json::array();
  std::string text;
  if (const xml::Element* list = xml::FindAnywhere(root, "TelephoneNumbers")) {
    for (const xml::Element* number : xml::FindChildren(*list, "TelephoneNumber")) {
      numbers.push_back(DescribeNumber(*number));
      if (numbers.size() <= kMaxLines) text += numbers.back()["number"].get<std::string>() + "\n";
    }
  }
  if (numbers.empty()) text = "The account has no numbers in service.";
  if (numbers.size() > kMaxLines) {
    text += "and " + std::to_string(numbers.size() - kMaxLines) + " more on this page\n";
  }
  Json structured = {{"numbers", std::move(numbers)}};
  for (const char* name : {"TelephoneNumberCount", "TotalCount"}) {
    if (const xml::Element* total = xml::FindAnywhere(root, name)) {
      const std::string digits = xml::TextOf(*total);
      const char* last = digits.data() + digits.size();
      std::int64_t count = 0;
      const auto [end, problem] = std::from_chars(digits.data(), last, count);
      if (problem == std::errc() && end == last) structured["total"] = count;
    }
  }
  const std::string next = NextPage(root);
  if (!next.empty()) {
    structured["next_page"] = next;
    text += "There is more: pass page " + next + ".";
  }
  return Answer(std::move(text), std::move(structured));
}

void ListNumbers(const BackendsPtr& backends, const Json& arguments, const CallContext& context,
                 const Tool::Done& done) {
  const std::string account = EncodeComponent(json::StringOr(arguments, "accountId"));
  const std::string paging =
      "page=" + EncodeComponent(json::StringOr(arguments, "page", "1")) +
      "&size=" + std::to_string(json::GetInt(arguments, "size").value_or(kDefaultPageSize));
  const auto finish = [done](StatusOr<DashboardAnswer> answer) {
    if (const Status problem = ProblemOf(answer); !problem.ok()) {
      return done(ErrorResult(std::string(Message(problem))));
    }
    done(NumbersResult(answer->root));
  };
  const std::string fallback = "/accounts/" + account + "/inserviceNumbers?" + paging;
  ReadDashboard(backends->http, "/tns?accountId=" + account + "&status=Inservice&" + paging,
                context, [backends, fallback, context, finish](StatusOr<DashboardAnswer> answer) {
                  // Some roles may read the account's list but not search all numbers.
                  const bool refused =
                      answer.ok() && (answer->status == 403 || answer->status == 404);
                  if (!refused) return finish(std::move(answer));
                  ReadDashboard(backends->http, fallback, context, finish);
                });
}

}  // namespace

std::vector<CatalogueEntry> MakeAccountTools(const BackendsPtr& backends) {
  auto applications = [backends](Json arguments, CallContext context, Tool::Done done) {
    ListApplications(*backends, arguments, context, std::move(done));
  };
  auto numbers = [backends](Json arguments, CallContext context, Tool::Done done) {
    ListNumbers(backends, arguments, context, done);
  };
  return {{std::make_shared<LocalTool>(ApplicationsDefinition(), backends->defaults,
                                       std::move(applications)),
           false},
          {std::make_shared<LocalTool>(NumbersDefinition(), backends->defaults, std::move(numbers)),
           false}};
}

}  // namespace bw::tool_service
