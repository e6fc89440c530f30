// /sandbox: playing the people with telephones, and seeing what happened. No credentials: whoever
// can reach the sandbox may play.
#include <array>

#include "sandbox/http/errors.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

Response Reply(int status_if_ok, const StatusOr<Json>& body) {
  return body.ok() ? http::JsonResponse(status_if_ok, json::Dump(*body))
                   : ErrorResponse(Api::kControl, body.status());
}

Response Reply(const Status& outcome) {
  return outcome.ok() ? Response{204, {}, ""} : ErrorResponse(Api::kControl, outcome);
}

Response CallIn(Context& context) {
  return Reply(201, context.platform.calls.CallIn(context.body));
}

Response ListCalls(Context& context) {
  return Reply(200, Json(context.platform.calls.ListCalls({})));
}

Response GetTimeline(Context& context) {
  return Reply(200, context.platform.calls.Timeline(context.path[0]));
}

Response Press(Context& context) {
  return Reply(context.platform.calls.Press(context.path[0], context.body));
}

Response HangUp(Context& context) { return Reply(context.platform.calls.HangUp(context.path[0])); }

Response TextIn(Context& context) {
  return Reply(202, context.platform.messages.TextIn(context.body));
}

Response ListMessages(Context& context) { return Reply(200, context.platform.messages.Observe()); }

Response ListCodes(Context& context) { return Reply(200, context.platform.codes.Observe()); }

Response SetScript(Context& context) {
  const std::string number = json::StringOr(context.body, "number");
  if (number.empty() || number.size() > 64) {
    return ErrorResponse(Api::kControl, 400, "number must be a phone number");
  }
  auto script = ParseCallerScript(context.body, {"number"});
  if (!script.ok()) return ErrorResponse(Api::kControl, script.status());
  return Reply(context.platform.scripts.Set(number, *std::move(script)));
}

Response ListScripts(Context& context) {
  Json all = Json::array();
  for (const auto& [number, script] : context.platform.scripts.all()) {
    Json object = ToJson(script);
    object["number"] = number;
    all.push_back(std::move(object));
  }
  return Reply(200, std::move(all));
}

Response AddRefusal(Context& context) { return Reply(context.platform.refusals.Add(context.body)); }

Response ListRefusals(Context& context) { return Reply(200, context.platform.refusals.Observe()); }

Response ClearRefusals(Context& context) {
  context.platform.refusals.Clear();
  return Response{204, {}, ""};
}

Response Health(Context&) { return http::TextResponse(200, "ok\n"); }

constexpr std::array<Route, 14> kRoutes = {{
    {"POST", "/sandbox/calls", Api::kControl, BodyKind::kJson, CallIn},
    {"GET", "/sandbox/calls", Api::kControl, BodyKind::kNone, ListCalls},
    {"GET", "/sandbox/calls/{callId}/timeline", Api::kControl, BodyKind::kNone, GetTimeline},
    {"POST", "/sandbox/calls/{callId}/press", Api::kControl, BodyKind::kJson, Press},
    {"POST", "/sandbox/calls/{callId}/hangup", Api::kControl, BodyKind::kNone, HangUp},
    {"POST", "/sandbox/messages", Api::kControl, BodyKind::kJson, TextIn},
    {"GET", "/sandbox/messages", Api::kControl, BodyKind::kNone, ListMessages},
    {"GET", "/sandbox/codes", Api::kControl, BodyKind::kNone, ListCodes},
    {"POST", "/sandbox/script", Api::kControl, BodyKind::kJson, SetScript},
    {"GET", "/sandbox/script", Api::kControl, BodyKind::kNone, ListScripts},
    {"POST", "/sandbox/refusals", Api::kControl, BodyKind::kJson, AddRefusal},
    {"GET", "/sandbox/refusals", Api::kControl, BodyKind::kNone, ListRefusals},
    {"DELETE", "/sandbox/refusals", Api::kControl, BodyKind::kNone, ClearRefusals},
    {"GET", "/healthz", Api::kControl, BodyKind::kNone, Health},
}};

}  // namespace

std::span<const Route> ControlRoutes() { return kRoutes; }

}  // namespace bw::sandbox
