// subscriptions/listen: a request that is answered when the server ends, and until then a stream of
// notifications. (2026-07-28 basic/patterns/subscriptions)
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "gateway/core/authenticator.h"
#include "gateway/core/era.h"
#include "gateway/core/methods.h"
#include "gateway/core/object_writer.h"
#include "gateway/core/subscriptions.h"

namespace bw::gateway {
namespace {

struct ListRow {
  std::string_view member;
  bool Interests::*wanted;
};
constexpr ListRow kLists[] = {
    {"toolsListChanged", &Interests::tools},
    {"promptsListChanged", &Interests::prompts},
    {"resourcesListChanged", &Interests::resources},
};
constexpr std::string_view kResources = "resourceSubscriptions";

RpcError Invalid(std::string_view what) {
  return MakeError(Fault::kInvalidParams, std::string("Invalid params: ").append(what));
}

std::variant<Interests, RpcError> ReadInterests(const json::Json& params) {
  const json::Json* wanted = json::FindObject(params, "notifications");
  if (wanted == nullptr) return Invalid("notifications must be an object");
  Interests interests;
  for (const ListRow& row : kLists) {
    const json::Json* value = json::Find(*wanted, row.member);
    if (value == nullptr) continue;
    if (!value->is_boolean()) {
      return Invalid("notifications." + std::string(row.member) + " must be a boolean");
    }
    interests.*row.wanted = value->get<bool>();
  }
  const json::Json* uris = json::Find(*wanted, kResources);
  if (uris == nullptr) return interests;
  if (!uris->is_array()) return Invalid("notifications.resourceSubscriptions must be an array");
  for (const json::Json& uri : *uris) {
    auto text = ReadSubscribedUri(&uri);
    if (!text) {
      return Invalid("notifications.resourceSubscriptions must hold URIs of 1 to " +
                     std::to_string(kMaxSubscribedUriBytes) + " bytes");
    }
    interests.uris.insert(*std::move(text));
  }
  return interests;
}

// What the stream will tell of: only what was asked for.
std::string HonouredJson(const Interests& interests) {
  ObjectWriter writer;
  for (const ListRow& row : kLists) {
    if (interests.*row.wanted) writer.Bool(row.member, true);
  }
  if (!interests.uris.empty()) {
    std::vector<std::string> quoted;
    for (const std::string& uri : interests.uris) quoted.push_back(Quote(uri));
    writer.Raw(kResources, JoinArray(quoted));
  }
  return writer.Take();
}

// One listening client. The call keeps it as what is to be cancelled; it keeps the call until the
// call is over.
class Listener : public Subscriber, public Cancellable {
 public:
  Listener(Subscriptions& subscriptions, const Wire& wire, std::shared_ptr<Call> call,
           std::string honoured)
      : subscriptions_(subscriptions),
        wire_(wire),
        call_(std::move(call)),
        meta_(ObjectWriter().Raw(kMetaSubscriptionId, id().json).Take()),
        honoured_(std::move(honoured)) {}

  void Opened() override {
    ObjectWriter params;
    params.Raw("notifications", honoured_).Raw("_meta", meta_);
    call_->Notify(EncodeNotification("notifications/subscriptions/acknowledged", params.Take()));
  }

  void Tell(News news, const std::string& uri) override {
    ObjectWriter params;
    params.TextUnlessEmpty("uri", uri).Raw("_meta", meta_);
    call_->Notify(EncodeNotification(MethodOf(news), params.Take()));
  }

  void ServerEnds() override {
    // Where all streams share one channel, its end does not say so.
    if (call_->request().audience.transport == Transport::kStdio) {
      ObjectWriter params;
      params.Raw("requestId", id().json).Raw("_meta", meta_);
      call_->Notify(EncodeNotification("notifications/cancelled", params.Take()));
    }
    call_->Finish(wire_.ListenResult(id()));
  }

  void Cancel() override { subscriptions_.Leave(*this); }

 private:
  const RequestId& id() const { return *call_->request().message.id; }

  Subscriptions& subscriptions_;
  const Wire& wire_;
  const std::shared_ptr<Call> call_;
  const std::string meta_;
  const std::string honoured_;
};

}  // namespace

void Listen(MethodContext& context, std::shared_ptr<Call> call) {
  auto read = ReadInterests(call->request().message.params);
  if (const auto* error = std::get_if<RpcError>(&read)) return call->Fail(*error);
  auto interests = std::get<Interests>(std::move(read));
  auto listener = std::make_shared<Listener>(context.subscriptions, context.wire, call,
                                             HonouredJson(interests));
  const Request& request = call->request();
  const std::string& tenant = request.audience.tenant;
  const Status opened = context.subscriptions.Open(
      {StreamKind::kListen, tenant, Principal{request.caller.principal, tenant}.Key()},
      std::move(interests), listener);
  if (!opened.ok()) {
    return call->Fail(MakeError(Fault::kInternal, std::string(bw::Message(opened))));
  }
  call->SetUpstream(std::move(listener));
}

}  // namespace bw::gateway
