// Messages over the first channel that reaches the person. Nobody here has RBM, so the first SMS or
// MMS of the list is sent.
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/http/envelope.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::size_t kMaxChannels = 4;

// {"links":[],"data":null,"errors":[{"type","description","source":{"field"}}]}
Response RefuseField(const std::string& field, const std::string& description) {
  const Json error = {{"type", "request-validation"},
                      {"description", field + " " + description},
                      {"source", {{"field", field}}}};
  return http::JsonResponse(
      400,
      json::Dump({{"links", Json::array()}, {"data", nullptr}, {"errors", Json::array({error})}}));
}

// The body of createMessage that `channel` is.
Json MessageOf(const Json& body, const Json& channel) {
  const Json content = channel.value("content", Json::object());
  Json message = {{"from", channel.value("from", Json())},
                  {"applicationId", channel.value("applicationId", Json())},
                  {"to", Json::array({body.value("to", Json())})},
                  {"text", content.value("text", Json(""))}};
  if (body.contains("tag")) message["tag"] = body["tag"];
  if (content.contains("media") && content["media"].is_array()) {
    Json media = Json::array();
    for (const Json& item : content["media"]) {
      media.push_back(item.is_object() ? item.value("fileUrl", Json()) : item);
    }
    message["media"] = std::move(media);
  }
  return message;
}

Response CreateMultiChannel(Context& context) {
  const Json* channels = json::FindArray(context.body, "channelList");
  if (channels == nullptr || channels->empty()) return RefuseField("channelList", "is required");
  if (channels->size() > kMaxChannels) return RefuseField("channelList", "has more than 4 entries");
  for (const Json& channel : *channels) {
    if (!channel.is_object() || !channel.value("content", Json()).is_object()) {
      return RefuseField("channelList", "holds a channel without content");
    }
    const std::string kind = json::StringOr(channel, "channel");
    if (kind != "SMS" && kind != "MMS") continue;
    auto outcome = context.platform.messages.CreateMessage(MessageOf(context.body, channel));
    if (const auto* refusal = std::get_if<MessageRefusal>(&outcome)) {
      if (refusal->problems.empty()) return ErrorResponse(Api::kEnvelope, refusal->status);
      return RefuseField(refusal->problems.front().field, refusal->problems.front().description);
    }
    const Json& sent = std::get<Json>(outcome);
    Json used = channel;
    used["owner"] = sent["owner"];
    return Envelope(202, {{"messageId", sent["id"]},
                          {"time", sent["time"]},
                          {"direction", "out"},
                          {"to", sent["to"]},
                          {"channelList", Json::array({std::move(used)})}});
  }
  return RefuseField("channelList", "names no channel that reaches this number");
}

constexpr std::array<Route, 1> kRoutes = {
    {{"POST", "/api/v2/users/{accountId}/messages/multiChannel", Api::kEnvelope, BodyKind::kJson,
      CreateMultiChannel}}};

}  // namespace

std::span<const Route> MultiChannelRoutes() { return kRoutes; }

}  // namespace bw::sandbox
