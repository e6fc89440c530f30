#include "tool-service/builtin/dashboard.h"

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "common/json/json.h"
#include "tool-service/core/call_log.h"

namespace bw::tool_service {
namespace {

constexpr std::size_t kMaxQuotedBytes = 300;

struct Advice {
  int status;
  std::string_view text;
};

constexpr std::array kAdvice = {
    Advice{401,
           "The credentials were refused or belong to another environment. Do not repeat it; "
           "ask for the right BW_CLIENT_ID, BW_CLIENT_SECRET and BW_ENVIRONMENT."},
    Advice{403,
           "The credentials lack the role for this, or the account lacks the product. Do not "
           "repeat it; name the missing role to the person."},
    Advice{404, "There is no such account or object; check accountId."},
    Advice{429, "Too many requests; wait some seconds and repeat."},
};

std::string AdviceFor(int status) {
  for (const Advice& advice : kAdvice) {
    if (advice.status == status) return std::string(advice.text);
  }
  if (status >= 500) return "The platform has a problem; try again in a minute.";
  return "Change the request as it says.";
}

struct Reported {
  std::string code;
  std::string description;
};

std::string FirstText(const xml::Element& root, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const xml::Element* found = xml::FindAnywhere(root, name);
    if (found != nullptr && !xml::TextOf(*found).empty()) return xml::TextOf(*found);
  }
  return "";
}

// The elements under which the API reports an error; a Code elsewhere is data.
std::optional<Reported> FindError(const xml::Element& root) {
  for (const std::string_view name : {"ResponseStatus", "ErrorList", "Errors", "Error"}) {
    const xml::Element* element = xml::FindAnywhere(root, name);
    if (element == nullptr) continue;
    Reported reported = {FirstText(*element, {"ErrorCode", "Code"}),
                         FirstText(*element, {"Description"})};
    if (!reported.code.empty() || !reported.description.empty()) return reported;
  }
  return std::nullopt;
}

// Gateways in front of the API answer with {"message": …}.
std::string JsonMessage(std::string_view body) {
  const auto parsed = json::Parse(body);
  if (!parsed.ok()) return "";
  for (const char* name : {"message", "Message", "description"}) {
    const std::string text = json::StringOr(*parsed, name);
    if (!text.empty()) return text;
  }
  return "";
}

std::string Refusal(int status, const std::optional<Reported>& reported, std::string_view body) {
  std::string text = "Bandwidth refused with status " + std::to_string(status);
  std::string said;
  if (reported) {
    said = reported->code.empty() ? reported->description
                                  : reported->code + " " + reported->description;
  } else {
    said = JsonMessage(body);
  }
  if (!said.empty()) text += ": " + said.substr(0, kMaxQuotedBytes);
  return text + ". " + AdviceFor(status);
}

std::string DecodeComponent(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    if (!escape) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return decoded;
}

}  // namespace

DashboardAnswer JudgeDashboard(int status, std::string_view body) {
  DashboardAnswer answer;
  answer.status = status;
  const bool succeeded = status >= 200 && status < 300;
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    if (!succeeded) answer.refusal = Refusal(status, std::nullopt, body);
    return answer;
  }
  xml::ParseLimits limits;
  limits.max_bytes = 8u << 20;
  limits.max_nodes = 500'000;
  auto root = xml::Parse(body, limits);
  if (!root.ok()) {
    answer.refusal =
        succeeded ? "Bandwidth's answer could not be read: " + std::string(Message(root.status())) +
                        ". Try again."
                  : Refusal(status, std::nullopt, body);
    return answer;
  }
  const std::optional<Reported> reported = FindError(*root);
  if (reported || !succeeded) answer.refusal = Refusal(status, reported, body);
  answer.root = *std::move(root);
  return answer;
}

void ReadDashboard(HttpClient& http, const std::string& path_and_query, const CallContext& context,
                   std::function<void(StatusOr<DashboardAnswer>)> done) {
  HttpRequest request;
  request.url = std::string(kDashboardBase) + path_and_query;
  request.headers = {{"Accept", "application/xml"}};
  request.tenant = context.tenant;
  request.on_setback = SetbackLog(context);
  const std::shared_ptr<HttpCall> call =
      http.Send(std::move(request), [done = std::move(done)](StatusOr<HttpResponse> response) {
        if (!response.ok()) return done(response.status());
        done(JudgeDashboard(response->status, response->body));
      });
  if (context.on_cancel) context.on_cancel([call] { call->Cancel(); });
}

std::string EncodeComponent(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    const bool unreserved = (value >= 'a' && value <= 'z') || (value >= 'A' && value <= 'Z') ||
                            (value >= '0' && value <= '9') ||
                            std::string_view("-._~").find(byte) != std::string_view::npos;
    if (unreserved) {
      encoded += byte;
    } else {
      encoded += {'%', kDigits[value >> 4], kDigits[value & 15]};
    }
  }
  return encoded;
}

std::string NextPage(const xml::Element& root) {
  const xml::Element* links = xml::FindAnywhere(root, "Links");
  if (links == nullptr) return "";
  const std::string link = xml::ChildText(*links, "next");
  for (const std::string_view mark : {"?page=", "&page="}) {
    const std::size_t found = link.find(mark);
    if (found == std::string::npos) continue;
    const std::size_t begin = found + mark.size();
    const std::size_t end = link.find_first_of("&>;\"", begin);
    return DecodeComponent(std::string_view(link).substr(begin, end - begin));
  }
  return "";
}

}  // namespace bw::tool_service
