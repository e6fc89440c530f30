#include "tool-service/builtin/dashboard.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "tool-service/builtin/refusal.h"
#include "tool-service/core/api_errors.h"
#include "tool-service/core/call_log.h"

namespace bw::tool_service {
namespace {

std::string LocationId(const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower == "location") return value.substr(value.rfind('/') + 1);
  }
  return "";
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
    if (!succeeded) answer.refusal = RefusalText(status, {}, body);
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
                  : RefusalText(status, {}, body);
    return answer;
  }
  ApiErrors errors = ErrorsInXml(*root);
  if (!errors.empty() || !succeeded) answer.refusal = RefusalText(status, std::move(errors), body);
  answer.root = *std::move(root);
  return answer;
}

void AskDashboard(HttpClient& http, const DashboardRequest& request, const CallContext& context,
                  std::function<void(StatusOr<DashboardAnswer>)> done) {
  HttpRequest sent;
  sent.method = request.method;
  sent.url = std::string(kDashboardBase) + request.path_and_query;
  sent.headers = {{"Accept", "application/xml"}};
  if (!request.body.name.empty()) {
    sent.headers.emplace_back("Content-Type", "application/xml");
    sent.body = xml::Write(request.body);
  }
  sent.tenant = context.tenant;
  sent.on_setback = SetbackLog(context);
  const std::shared_ptr<HttpCall> call =
      http.Send(std::move(sent), [done = std::move(done)](StatusOr<HttpResponse> response) {
        if (!response.ok()) return done(response.status());
        DashboardAnswer answer = JudgeDashboard(response->status, response->body);
        answer.location_id = LocationId(response->headers);
        done(std::move(answer));
      });
  if (context.on_cancel) context.on_cancel([call] { call->Cancel(); });
}

void ReadDashboard(HttpClient& http, const std::string& path_and_query, const CallContext& context,
                   std::function<void(StatusOr<DashboardAnswer>)> done) {
  AskDashboard(http, {.path_and_query = path_and_query}, context, std::move(done));
}

Status ProblemOf(const StatusOr<DashboardAnswer>& answer, std::string_view method) {
  if (!answer.ok()) return FailureStatus(answer.status(), method);
  if (answer->refusal.empty()) return OkStatus();
  return RefusalStatus(answer->status, answer->refusal);
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
