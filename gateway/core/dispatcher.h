// Requests and notifications to the methods that serve them, through one table.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "gateway/core/call.h"
#include "gateway/core/catalogue.h"
#include "gateway/core/in_flight.h"
#include "gateway/core/observer.h"
#include "gateway/core/questions.h"
#include "gateway/core/request_state.h"
#include "gateway/core/session_directory.h"
#include "gateway/core/sessions.h"
#include "gateway/core/subscriptions.h"
#include "gateway/core/tool_provider.h"
#include "gateway/core/wire.h"

namespace bw::gateway {

/// What methods work with. All outlive every call.
struct MethodContext {
  ToolProvider& provider;
  Catalogue& catalogue;
  Sessions& sessions;
  Questions& questions;
  RequestStates& request_states;
  SessionDirectory& directory;
  Subscriptions& subscriptions;
  const Wire& wire;
};

/// The request that is a stream until the server ends: it counts as a stream, not as a request.
constexpr std::string_view kListenMethod = "subscriptions/listen";

/// Serves one request; answers `call` exactly once, perhaps later and on another thread.
using Method = void (*)(MethodContext&, std::shared_ptr<Call> call);

/// A method by era; nullptr where the era has none of that name.
struct MethodRow {
  std::string_view name;
  Method legacy;
  Method modern;
};
/// Every method this gateway serves.
std::span<const MethodRow> MethodTable();

/// Thread-safe. Must outlive the provider's calls.
class Dispatcher {
 public:
  struct Dependencies {
    ToolProvider& provider;
    Observer& observer;
    const Clock& clock;
    Sessions& sessions;
    Questions& questions;
    RequestStates& request_states;
    SessionDirectory& directory;
    Subscriptions& subscriptions;
  };

  Dispatcher(const Dependencies& dependencies, ServerInfo info, CatalogueLimits limits);

  /// Serves a request; `sink` gets what comes of it. The result serves to cancel it.
  std::shared_ptr<Call> Dispatch(Request request, std::shared_ptr<ReplySink> sink);
  /// Takes note of a notification; unknown ones are ignored, as the protocol demands.
  void HandleNotification(const Message& message, const std::string& cancel_scope);
  /// Takes a response of the legacy era: the answer to a question of this or another replica.
  void HandleResponse(const Message& message, const std::string& tenant,
                      const std::string& cancel_scope);
  /// No client can answer any more: calls that wait for one end at once, saying so.
  void StopAsking() { context_.questions.Stop(); }
  /// Cancels whatever is under way in `cancel_scope`.
  void CancelAll(const std::string& cancel_scope);

 private:
  const Wire wire_;
  Observer& observer_;
  const Clock& clock_;
  Catalogue catalogue_;
  MethodContext context_;
  InFlight in_flight_;
};

}  // namespace bw::gateway
