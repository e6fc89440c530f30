#include "tool-service/builtin/json_api.h"

#include <memory>
#include <utility>

#include "tool-service/builtin/refusal.h"
#include "tool-service/core/call_log.h"

namespace bw::tool_service {
namespace {

StatusOr<json::Json> Judge(const StatusOr<HttpResponse>& response) {
  if (!response.ok()) return FailureStatus(response.status(), "GET");
  const bool succeeded = response->status >= 200 && response->status < 300;
  if (!succeeded) {
    return RefusalStatus(response->status, RefusalText(response->status, {}, response->body));
  }
  if (response->body.find_first_not_of(" \t\r\n") == std::string::npos) return json::Json();
  auto value = json::Parse(response->body);
  if (!value.ok()) {
    return DataLoss("Bandwidth's answer could not be read: " +
                    std::string(Message(value.status())) + ". Try again.");
  }
  if (const ApiErrors errors = ErrorsInJson(*value, true);
      !errors.empty() && OnlyReportsErrors(*value)) {
    return RefusalStatus(response->status, RefusalText(response->status, errors, ""));
  }
  return value;
}

}  // namespace

void ReadJson(HttpClient& http, std::string url, const CallContext& context,
              std::function<void(StatusOr<json::Json>)> done) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = {{"Accept", "application/json"}};
  request.tenant = context.tenant;
  request.on_setback = SetbackLog(context);
  const std::shared_ptr<HttpCall> call = http.Send(
      std::move(request),
      [done = std::move(done)](StatusOr<HttpResponse> response) { done(Judge(response)); });
  if (context.on_cancel) context.on_cancel([call] { call->Cancel(); });
}

}  // namespace bw::tool_service
