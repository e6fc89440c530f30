// One request from dispatch to its answer, and where its messages go.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "gateway/core/header_parameters.h"
#include "gateway/core/jsonrpc.h"
#include "gateway/core/observer.h"
#include "gateway/core/protocol.h"
#include "gateway/core/session_directory.h"
#include "gateway/core/tool_provider.h"
#include "gateway/core/wire.h"

namespace bw::gateway {

/// The answer to one request (or batch): one JSON text.
struct Reply {
  int http_status = 200;
  std::string body;
  /// Of initialize over HTTP: the new session.
  std::string session_id;
  /// Of a request that its caller may not make: what it takes.
  std::optional<Access> needed_access{};
};

/// Where the messages about one request go; each transport has one. Thread-safe, never blocks.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  /// A notification that belongs to the request; dropped once the request is over.
  virtual void Notify(std::string message) = 0;
  /// False when Notify drops everything: the client reads nothing but the answer.
  virtual bool takes_notifications() const { return true; }
  /// The answer. Exactly one of Finish and Abandon runs, once.
  virtual void Finish(Reply reply) = 0;
  /// The request was cancelled: nothing more is sent about it.
  virtual void Abandon() = 0;
};

/// A request whose era is decided and whose framing is right.
struct Request {
  Message message;
  Era era = Era::kLegacy;
  Revision revision = kLatestLegacyRevision;
  Audience audience;
  CallerIdentity caller;
  /// Whose requests `notifications/cancelled` may name, and who may answer the questions they lead
  /// to: one session or one connection. Empty: neither is possible.
  std::string cancel_scope;
  /// Of a modern HTTP tools/call: the headers that may repeat parameters.
  HeaderFields parameter_headers;
  /// What the client declared; one JSON object. Of modern requests the dispatcher reads it.
  std::string client_capabilities_json = "{}";
  /// Log messages of this level and above are wanted; empty: none. The dispatcher sets it.
  std::string log_level;
  /// The legacy session it belongs to, if any; on stdio the connection.
  std::optional<SessionRef> session;
};

/// Thread-safe. The first of Finish, Fail and Cancel decides; the others do nothing.
class Call : public std::enable_shared_from_this<Call> {
 public:
  /// `method` lives for ever and is of the dispatcher's table. `clock` and `observer` outlive it.
  Call(Request request, std::string_view method, std::shared_ptr<ReplySink> sink,
       const Clock& clock, Observer& observer);

  const Request& request() const { return request_; }
  Shape shape() const;

  void Finish(std::string_view result_json, Outcome outcome = Outcome::kResult,
              std::string session_id = {});
  void Fail(const RpcError& error);
  /// The caller may not do this; `needed` would do.
  void RefuseAccess(Access needed);
  /// Stops the work behind the request; the client hears nothing more of it.
  void Cancel();

  /// Sends a finished notification about the request, unless it is over.
  void Notify(std::string message);
  /// Whether the client gets what Notify sends.
  bool takes_notifications() const { return sink_->takes_notifications(); }
  /// Whether the client gave a progress token.
  bool wants_progress() const { return !progress_token_.empty(); }
  /// Tells the client, unless the progress did not grow (the protocol wants it strictly growing).
  void ReportProgress(const Progress& progress);
  /// Tells the client, if it wants messages of this level.
  void ReportLog(const LogMessage& message);

  /// What Cancel cancels, beside what it cancels already; at once if the request is cancelled.
  void SetUpstream(std::shared_ptr<Cancellable> upstream);
  /// `over` runs once, when the request is finished or cancelled. Set before the method runs.
  void OnOver(std::function<void()> over) { over_ = std::move(over); }

 private:
  bool End(bool cancelled);
  void Record(Outcome outcome, int error_code);

  const Request request_;
  const std::string_view method_;
  const std::shared_ptr<ReplySink> sink_;
  const Clock& clock_;
  Observer& observer_;
  const std::chrono::steady_clock::time_point started_;
  /// As JSON text; empty when none was given.
  std::string progress_token_;
  std::function<void()> over_;
  std::mutex mutex_;  // guards all below
  bool over_reached_ = false;
  bool cancelled_ = false;
  std::optional<double> last_progress_;
  std::vector<std::shared_ptr<Cancellable>> upstream_;
};

}  // namespace bw::gateway
